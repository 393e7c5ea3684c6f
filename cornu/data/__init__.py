"""Batches from whatever holds data: arrays, frames, files, iterables of batches, other libraries' datasets."""

from cornu.data.adapt import as_batches, repack, split_validation, unpack
from cornu.data.batches import ArrayBatches, Batches, StreamedBatches
from cornu.data.prefetch import Prefetch
from cornu.data.py_dataset import PyDataset

__all__ = [
    "ArrayBatches",
    "Batches",
    "Prefetch",
    "PyDataset",
    "StreamedBatches",
    "as_batches",
    "repack",
    "split_validation",
    "unpack",
]
