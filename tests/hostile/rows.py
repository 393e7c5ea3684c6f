"""Holes that loaders of model files had, as published up to autumn 2026, and what shows that this one has not.

For each: how it works, and the hostile files (of ``catalogue.py``), configs (of ``configs.py``) or tests that are built the same way.
``test_rows.py`` checks that each of them exists; the hole of a part that Cornu lacks names what shows that it is lacking.
"""

FETCHING = "`get_file` and its archives: no config can name what fetches, and nothing that is read is unpacked"

ROWS: dict[str, tuple[str, list[str]]] = {
    "CVE-2021-35958": (FETCHING, ["layer_get_file", "zip_dots", "test_rows.py::test_nothing_unpacks"]),
    "CVE-2021-37678": (
        "a YAML architecture loaded with an unsafe loader",
        ["test_rows.py::test_nothing_parses_yaml_or_pickles"],
    ),
    "CVE-2024-3660": (
        "a Lambda layer's bytecode runs",
        ["lambda_layer", "lambda_in_an_argument", "lambda_loss", "lambda_of_keras_2"],
    ),
    "CVE-2024-55459": (FETCHING, ["argument_get_file", "test_rows.py::test_nothing_unpacks"]),
    "CVE-2025-1550": (
        "a config names any module and function",
        ["layer_module_function", "argument_module_class", "call_builtins_eval", "compile_class_path"],
    ),
    "CVE-2025-8747": (
        "the same with the library's own functions",
        ["layer_get_file", "argument_own_module", "call_own_private_module", "function_load_model"],
    ),
    "CVE-2025-9906": (
        "a config switches unsafe loading on",
        ["layer_unsafe_switch", "function_enable_unsafe_deserialization", "test_rows.py::test_there_is_no_switch"],
    ),
    "CVE-2025-9905": (
        "`.h5` files take a path without the check",
        ["test_rows.py::test_older_files_take_the_same_path"],
    ),
    "CVE-2025-49655": ("a wrapper class unpickles", ["layer_torch_module_wrapper", "npz_pickle"]),
    "CVE-2025-12058": (
        "a lookup layer's vocabulary is a path or URL",
        ["words_are_a_path", "numbers_are_a_url", "texts_are_a_scheme", "test_rows.py::test_arguments_are_no_paths"],
    ),
    "CVE-2025-12060": (FETCHING, ["zip_dots", "zip_symlink", "test_rows.py::test_nothing_unpacks"]),
    "CVE-2025-12638": (FETCHING, ["zip_symlink", "zip_long_name", "test_rows.py::test_nothing_unpacks"]),
    "CVE-2026-0897": (
        "an HDF5 array declares a giant shape",
        ["h5_fill_bomb", "h5_chunks_left_out", "h5_shape_overflow"],
    ),
    "CVE-2026-12570": ("an HDF5 array declares a giant shape", ["h5_gzip_bomb", "h5_gzip_bomb_in_small_chunks"]),
    "CVE-2026-1669": ("HDF5 external storage reads any file", ["h5_external_storage"]),
    "CVE-2026-1462": ("a layer loads a second model from a path", ["layer_tf_sm_layer", "argument_tf_sm_layer"]),
    "CVE-2026-11816": (
        "members checked against another folder than they are written to",
        ["zip_absolute", "zip_drive", "test_rows.py::test_nothing_unpacks"],
    ),
    "CVE-2026-9335": ("HDF5 external and soft links followed", ["h5_external_link", "h5_soft_link", "h5_soft_links"]),
    "CVE-2026-12479": ("a layer's name escapes a folder", ["name_with_a_path", "h5_name_dots", "st_dots"]),
    "CVE-2026-12480": ("HDF5 virtual datasets read other files", ["h5_virtual", "h5_virtual_latest"]),
    "CVE-2026-12481": (
        "`from_config` with the flag unset fails open",
        ["layer_module_function", "test_rows.py::test_there_is_no_switch"],
    ),
    "CVE-2026-12484": (
        "`clone_model` with the flag unset fails open",
        ["test_rows.py::test_clones_are_read_like_files"],
    ),
    "CVE-2026-12482": ("a path made absolute before links are resolved", ["folder_symlink", "folder_config_symlink"]),
    "bombs": (
        "zip members, npz, assets and config that inflate",
        ["zip_bomb_in_config", "zip_bomb_in_weights", "zip_bomb_in_assets", "zip_bomb_that_lies", "npz_bomb"],
    ),
    "hard links": ("names that are links", ["h5_hard_link", "h5_cycle", "zip_symlink"]),
    "nested HDF5 paths": ("names with slashes, and depth", ["h5_name_slash", "h5_deep", "h5_long_path"]),
    "datasets unpickled": ("pickles in arrays", ["npz_pickle", "h5_dtype_abuse", "dtype_pickle"]),
    "names of fetched files": (FETCHING, ["zip_dots", "test_rows.py::test_nothing_unpacks"]),
    "paths in assets": ("an asset says where to read", ["zip_dots", "test_rows.py::test_arguments_are_no_paths"]),
    "unused nodes": (
        "a node that leads to no output names a function",
        ["unused_module_function", "unused_get_file", "unused_builtins_eval"],
    ),
    "small fill values": ("fill-value arrays below the size that is looked at", ["h5_small_fill_bomb"]),
    "cycles of calls": ("`inbound_nodes` in a circle", ["cycle_of_one", "cycle_of_two", "cycle_of_thousands"]),
    "tokenizer assets": ("a tokenizer's asset names a path", ["test_rows.py::test_arguments_are_no_paths"]),
}
