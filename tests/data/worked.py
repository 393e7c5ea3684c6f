"""Datasets for worker processes, which import them from here."""

import os
import signal
import time

import numpy as np

from cornu.utils import PyDataset
from tests.data.learn import BATCHES, X, Y


class Rows(PyDataset):
    """The rows of ``learn`` in batches of 4; the later the batch, the sooner it is read."""

    def __init__(self, wait=0.0, **arguments):
        super().__init__(**arguments)
        self.wait, self.log, self.sign = wait, [], 1.0

    def __len__(self):
        return len(BATCHES)

    def __getitem__(self, index):
        time.sleep(self.wait * (len(self) - index))
        self.log.append(index)
        return X[BATCHES[index]] * self.sign, Y[BATCHES[index]]

    def on_epoch_begin(self):
        self.log.append("begin")

    def on_epoch_end(self):
        self.log.append("end")
        self.sign = -self.sign


class Noisy(Rows):
    """Rows with noise from NumPy's global generator."""

    def __getitem__(self, index):
        x, y = super().__getitem__(index)
        return x + np.random.normal(size=x.shape), y


class Broken(Rows):
    """One batch cannot be read."""

    def __getitem__(self, index):
        return _read(index)


def _read(index):
    if index == 2:
        raise KeyError("no picture 2")
    return X[:4], Y[:4]


class Suicidal(Rows):
    """The process that reads batch 1 dies as if memory had run out, but not in the one that trains."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.parent = os.getpid()

    def __getitem__(self, index):
        if index == 1 and os.getpid() != self.parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return X[:4], Y[:4]


class Stuck(Rows):
    """Batch 1 never comes."""

    def __getitem__(self, index):
        if index == 1:
            time.sleep(1000)
        return X[:4], Y[:4]
