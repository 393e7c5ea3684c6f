"""The zip reader and what is above it up to names and bytes: ``read_archive``."""

import io

from cornu.saving.archive import read_archive
from tests.fuzz import hdf5_grammar, seeds
from tests.fuzz.json_grammar import text_mutation
from tests.fuzz.target import Mutate, Target
from tests.fuzz.targets.hdf5 import read_weights
from tests.fuzz.zip_grammar import member_mutation


def by_name(name: str) -> Mutate | None:
    """How a member's content is damaged."""
    return text_mutation() if name.endswith(".json") else hdf5_grammar.mutate if name.endswith(".h5") else None


def read(data: bytes) -> None:
    with read_archive(io.BytesIO(data)) as archive:
        list(archive.assets.values())
        archive.sizes()
        read_weights(archive.weights)


TARGET = Target(read, lambda: seeds.archives().values(), member_mutation(by_name))
