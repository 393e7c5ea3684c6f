"""RemoteMonitor against a server in this process."""

import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest

from cornu.callbacks import RemoteMonitor


@pytest.fixture
def server():
    """A server that keeps what it gets in ``requests``, and answers with ``status``."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.requests.append((self.path, dict(self.headers), body))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *args): ...

    made = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    made.requests, made.status, made.root = [], 200, f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


LOGS = {"loss": np.float32(0.5), "per_class": np.array([1.0, 2.0]), "acc": 1}
SENT = {"epoch": 3, "loss": 0.5, "per_class": [1.0, 2.0], "acc": 1}


def test_as_a_form(server):
    RemoteMonitor(server.root, field="news").on_epoch_end(3, LOGS)
    ((path, headers, body),) = server.requests
    assert path == "/publish/epoch/end/" and headers["Content-Type"] == "application/x-www-form-urlencoded"
    ((name, text),) = urllib.parse.parse_qsl(body)
    assert name == "news" and json.loads(text) == SENT


def test_as_json(server):
    RemoteMonitor(server.root, path="/x", headers={"X-Key": "k"}, send_as_json=True).on_epoch_end(3, LOGS)
    ((path, headers, body),) = server.requests
    assert path == "/x" and headers["Content-Type"] == "application/json" and headers["X-Key"] == "k"
    assert json.loads(body) == SENT


def test_a_server_that_refuses_gives_a_warning(server):
    server.status = 500
    with pytest.warns(UserWarning) as told:
        RemoteMonitor(server.root, path="/x").on_epoch_end(0, {})
    assert str(told[0].message) == (
        f"RemoteMonitor needs a server at {server.root}/x; got HTTP Error 500: Internal Server Error. "
        "Training goes on; start the server, or correct root and path."
    )


def test_another_kind_of_address():
    with pytest.raises(ValueError) as error:
        RemoteMonitor("file:///etc")
    assert str(error.value) == "RemoteMonitor needs an http or https address; got 'file:///etc'. Correct root."
