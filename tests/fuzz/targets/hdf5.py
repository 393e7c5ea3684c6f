"""The HDF5 reader, to the last array and attribute."""

from cornu.saving.hdf5 import HDF5Reader
from cornu.saving.weights import WeightsReader
from cornu.saving.window import Window
from tests.fuzz import hdf5_grammar, seeds
from tests.fuzz.target import Target


def read_weights(reader: WeightsReader) -> None:
    """Everything that a file of weights offers."""
    reader.attributes("")
    for path, arrays in reader.items():
        reader.groups(path)
        reader.attributes(path)
        for array in arrays.values():
            array.read()


def read(data: bytes) -> None:
    read_weights(HDF5Reader(Window.of_bytes(data)))


TARGET = Target(read, seeds.weights, hdf5_grammar.mutate)
