"""The targets by name: one for each reader of untrusted bytes."""

from tests.fuzz.target import Target
from tests.fuzz.targets import (
    by_name,
    config,
    diff,
    hdf5,
    inspect_file,
    json_text,
    load_model,
    load_weights,
    npz,
    older_config,
    older_weights,
    recognise,
    safetensors,
    shards,
    vocabularies,
    whole_h5,
    zip_archive,
)

MODULES = (
    json_text,
    zip_archive,
    hdf5,
    npz,
    safetensors,
    shards,
    config,
    load_model,
    whole_h5,
    load_weights,
    inspect_file,
    diff,
    by_name,
    older_weights,
    older_config,
    vocabularies,
    recognise,
)
TARGETS: dict[str, Target] = {module.__name__.rpartition(".")[2]: module.TARGET for module in MODULES}
