"""Batches from whatever holds data: arrays, nested arrays, iterables of batches, generators."""

from cornu.data.adapt import as_batches, repack, split_validation, unpack
from cornu.data.batches import ArrayBatches, Batches, StreamedBatches

__all__ = ["ArrayBatches", "Batches", "StreamedBatches", "as_batches", "repack", "split_validation", "unpack"]
