"""Progress in a notebook: run by a real kernel, where nbclient and ipykernel are installed."""

import json
import os
import subprocess
import sys
import types

import pytest

import cornu
from cornu.train.notebook import notebook_page

CELL = """
import numpy as np, cornu
from cornu import layers
model = cornu.Sequential([cornu.Input((4,)), layers.Dense(2)])
model.compile("sgd", "mse")
x = np.ones((64, 4), "float32")
history = model.fit(x, x[:, :2], epochs=2, validation_data=(x, x[:, :2]))
"""


def test_outside_of_a_kernel_there_is_no_page(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert notebook_page() is None
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: object()))
    assert notebook_page() is None


# In a process of its own: the clients leave sockets open that warn when they go.
CLIENT = """
import json, sys, nbclient, nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec

class Manager(AsyncKernelManager):
    @property
    def kernel_spec(self):
        return KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"])

book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(sys.stdin.read())])
nbclient.NotebookClient(book, km=Manager(), timeout=100).execute()
print(json.dumps(book.cells[0].outputs))
"""


def test_a_kernel_shows_one_text_for_each_epoch():
    for module in ("nbclient", "nbformat", "ipykernel"):
        pytest.importorskip(module)
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(cornu.__file__))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CLIENT], input=CELL, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    outputs = json.loads(done.stdout)
    texts = [o["data"]["text/plain"] for o in outputs if o["output_type"] == "display_data"]
    assert len(texts) == 2, outputs
    for epoch, text in enumerate(texts, 1):
        title, line = text.split("\n")
        assert title == f"Epoch {epoch}/2"
        assert line.startswith("2/2 " + "━" * 20) and " - loss: " in line and " - val_loss: " in line
