"""Configs that mean harm, one line each: the data, and what the refusal says.

A config is given to ``load_model`` in an honest archive, to ``model_from_json`` as text, and to ``from_config``
as data. ``ENTRY`` marks where the harm sits inside an honest graph.
"""

from __future__ import annotations

import copy
from typing import Any

JSON = dict[str, Any]
CONFIGS: dict[str, tuple[JSON, str]] = {}


def tensor(layer: Any, call: Any = 0, index: Any = 0) -> JSON:
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 4], "dtype": "float32", "keras_history": [layer, call, index]},
    }


def layer(class_name: str, name: str, *inputs: str, module: Any = "keras.layers", **config: Any) -> JSON:
    """A layer of a graph, called once on the outputs of others."""
    calls = [{"args": [tensor(i) for i in inputs], "kwargs": {}}] if inputs else []
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": calls,
    }


X = layer("InputLayer", "x", batch_shape=[None, 4], dtype="float32")


def model(*layers: JSON, inputs: Any = ("x", 0, 0), outputs: Any = ("y", 0, 0), **more: Any) -> JSON:
    """A graph model; its last layer is called ``y``."""
    config = {
        "name": "m",
        "trainable": True,
        "layers": [X, *layers],
        "input_layers": list(inputs) if isinstance(inputs, tuple) else inputs,
        "output_layers": list(outputs) if isinstance(outputs, tuple) else outputs,
        **more,
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": copy.deepcopy(config),
        "registered_name": "Functional",
    }


def dense(name: str = "y", *inputs: str, **config: Any) -> JSON:
    return layer("Dense", name, *(inputs or ("x",)), **{"units": 4, **config})


def enter(refusal: str, **configs: JSON) -> None:
    CONFIGS.update({name: (config, refusal) for name, config in configs.items()})


def thing(module: Any, class_name: Any, config: Any = None, **more: Any) -> JSON:
    return {"module": module, "class_name": class_name, "config": {} if config is None else config, **more}


# --- Code by name: CVE-2025-1550, -8747, -9906, -9905, -49655, CVE-2024-3660 ----------------------

NO_CLASS = "no class registered under that name|a known kind of value"
NO_FUNCTION = "functions that the library has or that are registered"

for place, thing_named in {
    "module_function": thing("os", "system", {"command": "true"}),
    "module_function_registered": thing("os", "system", "true", registered_name="function"),
    "module_class": thing("subprocess", "Popen", {"args": ["true"]}),
    "builtins_eval": thing("builtins", "eval", {"source": "1/0"}),
    "get_file": thing("keras.utils", "get_file", {"fname": "x", "origin": "http://localhost/x"}),
    "own_module": thing("cornu.saving", "load_model", {"filepath": "/etc/passwd"}),
    "own_private_module": thing("cornu.core.registry", "register", {}),
    "unsafe_switch": thing("keras.config", "enable_unsafe_deserialization", {}),
    "callback": thing("keras.callbacks", "CSVLogger", {"filename": "/tmp/x"}),
    "application": thing("keras.applications", "ResNet50", {"weights": "imagenet"}),
    "torch_module_wrapper": thing("keras.layers", "TorchModuleWrapper", {"module": "gASV"}),
    "tf_sm_layer": thing("keras.layers", "TFSMLayer", {"filepath": "/etc"}),
    "dunder_module": thing("keras.layers.__init__", "__import__", {"name": "os"}),
    "class_path": thing("keras.layers", "Dense.__init__", {}),
    "registered_path": thing(None, "Thing", {}, registered_name="os>system"),
}.items():
    enter(
        NO_CLASS,
        **{
            f"layer_{place}": model(
                {**thing_named, "name": "y", "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}]}
            )
        },
    )
    enter(NO_CLASS, **{f"argument_{place}": model(dense(kernel_initializer=thing_named))})
    enter(
        NO_CLASS,
        **{
            f"call_{place}": model(
                {**dense(), "inbound_nodes": [{"args": [tensor("x")], "kwargs": {"training": thing_named}}]}
            )
        },
    )
    enter(
        NO_CLASS,
        **{f"compile_{place}": {**model(dense()), "compile_config": {"optimizer": thing_named, "loss": "mse"}}},
    )
    enter(NO_CLASS, **{f"unused_{place}": model(dense(), {**thing_named, "name": "z", "inbound_nodes": []})})

for name in (
    "eval",
    "os.system",
    "get_file",
    "__import__",
    "load_model",
    "enable_unsafe_deserialization",
    3,
    None,
    ["a"],
):
    function = {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
    enter(NO_FUNCTION, **{f"function_{name}": model(dense(activation=function))})

BYTECODE = {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": None, "closure": None}}
enter(
    "Python bytecode, which is never run",
    lambda_layer=model(layer("Lambda", "y", "x", function=BYTECODE)),
    lambda_in_an_argument=model(dense(activation=BYTECODE)),
    lambda_loss={**model(dense()), "compile_config": {"optimizer": "sgd", "loss": BYTECODE}},
)
OLD = {"function": ["4wEAAAAA", None, None], "function_type": "lambda", "module": "os", "output_shape_type": "raw"}
enter("Config of Lambda|Lambda|no class", lambda_of_keras_2=model(layer("Lambda", "y", "x", **OLD)))
enter(
    "operations that the library has",
    operation_unknown=model(layer("System", "y", "x", module="keras.src.ops.numpy")),
    operation_elsewhere=model(layer("get_file", "y", "x", module="keras.src.ops.core.os")),
)
enter(NO_FUNCTION, function_call=model(layer("FunctionCall", "y", "x", module="cornu.ops", function="os.system")))
enter(
    "functions made by cornu.ops.op",
    plain_function=model(layer("FunctionCall", "y", "x", function="mean_squared_error")),
)
enter("a known kind of value", special_unknown=model(dense(activation={"class_name": "__exec__", "config": {}})))
enter(
    "Config of",
    tensor_of_objects=model(dense(units={"class_name": "__tensor__", "config": {"value": ["a"], "dtype": "string"}})),
)

# --- Graphs that lie ------------------------------------------------------------------------------

DAMAGED = "The file is damaged"
enter(
    "a cycle or a missing layer",
    cycle_of_one=model(dense("y", "y")),
    cycle_of_two=model(dense("a", "y"), dense("y", "a")),
    cycle_of_thousands=model(
        *[dense(f"l{i}", f"l{i + 1}") for i in range(3000)], dense("y", "l0"), dense("l3000", "y")
    ),
    call_that_never_comes=model({**dense(), "inbound_nodes": [{"args": [tensor("x", 7)], "kwargs": {}}]}),
)
enter(
    DAMAGED,
    unknown_layer=model(dense("y", "nowhere")),
    negative_call=model({**dense(), "inbound_nodes": [{"args": [tensor("x", -1)], "kwargs": {}}]}),
    huge_call=model({**dense(), "inbound_nodes": [{"args": [tensor("x", 10**30)], "kwargs": {}}]}),
    call_is_text=model({**dense(), "inbound_nodes": [{"args": [tensor("x", "0")], "kwargs": {}}]}),
    call_is_true=model({**dense(), "inbound_nodes": [{"args": [tensor("x", True)], "kwargs": {}}]}),
    negative_index=model({**dense(), "inbound_nodes": [{"args": [tensor("x", 0, -1)], "kwargs": {}}]}),
    index_too_large=model({**dense(), "inbound_nodes": [{"args": [tensor("x", 0, 5)], "kwargs": {}}]}),
    layer_is_a_list=model({**dense(), "inbound_nodes": [{"args": [tensor(["x"])], "kwargs": {}}]}),
    no_history=model(
        {**dense(), "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {}}], "kwargs": {}}]}
    ),
    output_unknown=model(dense(), outputs=("z", 0, 0)),
    output_negative=model(dense(), outputs=("y", -1, 0)),
    outputs_text=model(dense(), outputs="y"),
    outputs_none=model(dense(), outputs=None),
    layers_none={**model(), "config": {"layers": None, "input_layers": [], "output_layers": []}},
    layer_is_text={**model(), "config": {"layers": ["x"], "input_layers": [], "output_layers": []}},
    twice_the_same_name=model(dense(), dense()),
    name_is_a_number=model({**dense(), "name": 3}),
    calls_are_a_dict=model({**dense(), "inbound_nodes": {"a": 1}}),
    call_is_a_list=model({**dense(), "inbound_nodes": [[["x", 0, 0, {}]]]}),
    call_without_args=model({**dense(), "inbound_nodes": [{}]}),
    config_is_a_list=model({**dense(), "config": ["units", 4]}),
    class_name_is_a_list=model({**dense(), "class_name": ["Dense"]}),
    not_a_layer=model({**thing("keras.initializers", "Zeros"), "name": "y", "inbound_nodes": []}),
    chain_of_functions=thing(
        "keras",
        "Sequential",
        {"name": "s", "layers": [{"module": "builtins", "class_name": "function", "config": "relu"}]},
    ),
    chain_of_losses=thing("keras", "Sequential", {"name": "s", "layers": [thing("keras.losses", "MeanSquaredError")]}),
    chain_of_text=thing("keras", "Sequential", {"name": "s", "layers": ["relu"]}),
)
# NumPy takes some lists of text for names of dtypes, which it parses as Python.
TEXT = {**layer("Concatenate", "y", "x"), "inbound_nodes": [{"args": [["7", "('f4', 2)"]], "kwargs": {}}]}
MIXED = {**TEXT, "inbound_nodes": [{"args": [[tensor("x"), ["7"]]], "kwargs": {}}]}
enter(
    "calls that take tensors",
    text_as_tensors=model(TEXT),
    nothing_as_tensors=model({**TEXT, "inbound_nodes": [{"args": []}]}),
)
enter("without text among them", text_among_tensors=model(MIXED))
enter("layers and calls", too_many_calls=model({**dense(), "inbound_nodes": [{"args": []}] * 30_000}))


def levels(count: int) -> JSON:
    inner = model(dense())
    for _ in range(count):
        inner = model({**inner, "name": "y", "inbound_nodes": [{"args": [tensor("x")], "kwargs": {}}]})
    return inner


enter("nesting", models_in_models=levels(100))

# --- Sizes ----------------------------------------------------------------------------------------

enter(
    "A config's weights needs to fit",
    huge_units=model(dense(units=10**12)),
    huge_input=model(dense(), layers=[{**X, "config": {**X["config"], "batch_shape": [None, 10**13]}}, dense()]),
    huge_build={
        **thing(
            "keras",
            "Sequential",
            {"name": "s", "layers": [{**dense(), "build_config": {"input_shape": [None, 10**13]}}]},
        )
    },
    huge_chain=thing("keras", "Sequential", {"name": "s", "build_input_shape": [None, 10**13], "layers": [dense()]}),
    many_large=model(
        dense("l0", units=10**6), *[dense(f"l{i + 1}", f"l{i}", units=10**6) for i in range(8)], dense("y", "l8")
    ),
    huge_embedding=model(layer("Embedding", "y", "x", input_dim=10**12, output_dim=64)),
)


def compiled(**things: JSON) -> JSON:
    """An honest model with something about its training that is not."""
    return {**model(dense()), "compile_config": {"optimizer": "sgd", "loss": "mse", **things}}


enter(
    "loops of 250,000 rounds at most",
    compile_auc=compiled(metrics=[thing("keras.metrics", "AUC", {"num_thresholds": 10**9})]),
    compile_sensitivity=compiled(
        metrics=[thing("keras.metrics", "SensitivityAtSpecificity", {"specificity": 0.5, "num_thresholds": 10**9})]
    ),
    compile_many_small=compiled(
        metrics=[thing("keras.metrics", "AUC", {"num_thresholds": 10**5, "name": f"a{i}"}) for i in range(40)]
    ),
    compile_mean_iou=compiled(metrics=[thing("keras.metrics", "MeanIoU", {"num_classes": 10**9})]),
)
OPS = "keras.src.ops.numpy"
enter(
    "loops of 250,000 rounds at most",
    parts_without_end=model(layer("Split", "y", "x", module=OPS, indices_or_sections=10**8, axis=0)),
    uneven_parts_without_end=model(layer("ArraySplit", "y", "x", module=OPS, indices_or_sections=10**8, axis=1)),
    differences_without_end=model(layer("Diff", "y", "x", module=OPS, n=10**8, axis=-1)),
    axes_without_end=model(layer("Tensordot", "y", "x", "x", module=OPS, axes=10**8)),
    stack_without_end=model(layer("Unstack", "y", "x", module="keras.src.ops.core", num=10**8, axis=0)),
    mirrors_without_end=model(
        layer(
            *("STFT", "y", "x"),
            module="keras.src.ops.math",
            sequence_length=4,
            sequence_stride=1,
            fft_length=10**8,
        )
    ),
)
enter(
    "length of a string|known name",
    name_of_megabytes=model(dense(kernel_initializer="x" * (2 << 20))),
    function_of_megabytes=model(dense(activation="x" * (2 << 20))),
)
enter(
    "length of a number|needs to fit|Config of",
    units_of_thousands_of_digits=model(dense(units=10**4000)),
    units_infinite=model(dense(units=1e308)),
)
enter(
    "a cycle or a missing layer",
    # Each layer that is made wakes the last one, which has 6,000 inputs to look through.
    looked_through_again=model(
        dense("y", *[f"l{i}" for i in range(300) for _ in range(20)], "y"),
        *[dense(f"l{i}", f"l{i - 1}" if i else "x") for i in reversed(range(300))],
    ),
)
enter(
    "objects",
    cells_without_end=model(
        layer("RNN", "y", "x", cell=thing("keras.layers", "StackedRNNCells", {"cells": [{"class_name": ""}] * 131_000}))
    ),
)
enter("at most 25,000 layers", chain_without_end=thing("keras", "Sequential", {"name": "s", "layers": [{}] * 26_000}))


def wrapped(count: int, class_name: str) -> JSON:
    """A layer in so many wrappers."""
    inner = dense("d")
    for i in range(count):
        inner = layer(class_name, f"w{i}", layer=inner)
    return model(
        {**inner, "name": "y", "config": {**inner["config"], "name": "y"}, "inbound_nodes": dense()["inbound_nodes"]}
    )


enter(
    "nesting|recurrent layer",
    wrappers_in_wrappers=wrapped(150, "TimeDistributed"),
    directions_in_directions=wrapped(60, "Bidirectional"),
)
WRONG = "Config of|needs"
enter(
    WRONG,
    units_beyond_integers=model(dense(units=10**60)),
    units_negative=model(dense(units=-1)),
    units_text=model(dense(units="many")),
    units_list=model(dense(units=[4])),
    units_fraction=model(dense(units=1.5)),
    dtype_object=model(dense(dtype="object")),
    dtype_pickle=model(dense(dtype="O")),
    dtype_void=model(dense(dtype="V4")),
    dtype_dict=model(dense(dtype={"class_name": "DTypePolicy", "config": {}})),
    dtype_number=model(dense(dtype=3)),
    input_dtype=model(dense(), layers=[{**X, "config": {**X["config"], "dtype": "object"}}, dense()]),
    shape_text=model(dense(), layers=[{**X, "config": {**X["config"], "batch_shape": "abcd"}}, dense()]),
    shape_negative=model(dense(), layers=[{**X, "config": {**X["config"], "batch_shape": [None, -4]}}, dense()]),
    shape_nested=model(dense(), layers=[{**X, "config": {**X["config"], "batch_shape": [[4], 4]}}, dense()]),
    unknown_argument=model(dense(run="true")),
    self_argument=model(dense(self=1)),
    name_with_a_path=model({**dense(), "config": {"name": "../../etc", "units": 4}}),
    name_as_object=model({**dense(), "config": {"name": {"a": 1}, "units": 4}}),
    build_unknown_argument=thing(
        "keras",
        "Sequential",
        {"name": "s", "layers": [{**dense(), "build_config": {"shapes_dict": {"evil_shape": [1]}}}]},
    ),
    build_text=thing(
        "keras", "Sequential", {"name": "s", "layers": [{**dense(), "build_config": {"input_shape": "abc"}}]}
    ),
    groups_huge=model(layer("GroupNormalization", "y", "x", groups=10**18)),
    heads_huge=model(layer("MultiHeadAttention", "y", "x", num_heads=10**18, key_dim=10**18)),
    rate_beyond=model(layer("Dropout", "y", "x", rate=1e308)),
    reshape_overflow=model(layer("Reshape", "y", "x", target_shape=[2**62, 2**62])),
    compile_text={**model(dense()), "compile_config": "sgd"},
    compile_unknown={**model(dense()), "compile_config": {"optimizer": "nothing", "loss": "mse"}},
)

# --- Vocabularies: CVE-2025-12058 -----------------------------------------------------------------

WORDS = {"StringLookup": "words", "IntegerLookup": "numbers", "TextVectorization": "texts"}
for class_name, place in WORDS.items():
    for what, path in {"path": "/etc/passwd", "url": "http://localhost/v.txt", "scheme": "gs://bucket/v.txt"}.items():
        enter(
            "A config never makes the library open files",
            **{f"{place}_are_a_{what}": model(layer(class_name, "y", "x", vocabulary=path))},
        )
enter(
    WRONG,
    words_beside_a_path=model(layer("StringLookup", "y", "x", vocabulary=["a"], idf_weights="/etc/passwd")),
    words_in_depth=model(layer("StringLookup", "y", "x", vocabulary=[["a"], ["b", "c"]] * 2)),
    words_twice=model(layer("StringLookup", "y", "x", vocabulary=["a", "a"])),
    words_over_the_most=model(layer("StringLookup", "y", "x", vocabulary=["a", "b"], max_tokens=2)),
    words_unknown_without_end=model(layer("StringLookup", "y", "x", vocabulary=["a"], num_oov_indices=10**12)),
    words_by_a_function=model(layer("TextVectorization", "y", "x", standardize=BYTECODE)),
    numbers_of_thousands_of_digits=model(layer("IntegerLookup", "y", "x", vocabulary=[10**4000])),
    numbers_that_are_none=model(layer("IntegerLookup", "y", "x", vocabulary=[1, "many"])),
)

# Members of the archive beside the config, by the config's name: vocabularies that were learnt.
MEMBERS: dict[str, dict[str, bytes]] = {}
for class_name, place, texts in (
    ("StringLookup", "string_lookup", {"bytes": b"a\n\xff\xfe", "twice": b"a\nb\na"}),
    ("IntegerLookup", "integer_lookup", {"word": b"1\nmany", "digits": b"9" * 5000, "far": b"9" * 30}),
):
    for what, text in texts.items():
        enter(WRONG, **{f"asset_{place}_{what}": model(layer(class_name, "y", "x"))})
        MEMBERS[f"asset_{place}_{what}"] = {f"assets/layers/{place}/vocabulary.txt": text}

# --- Quantised weights ----------------------------------------------------------------------------


def policy(class_name: str = "QuantizedDTypePolicy", **config: Any) -> JSON:
    return thing("keras.dtype_policies", class_name, config, registered_name=None)


enter(
    WRONG,
    policy_of_another_mode=model(dense(dtype=policy(mode="int3", source_name="float32"))),
    policy_from_an_expression=model(dense(dtype=policy(mode="int8", source_name="__import__('os')"))),
    policy_from_itself=model(dense(dtype=policy(mode="int8", source_name="int8_from_int8_from_float32"))),
    policy_without_a_mode=model(dense(dtype=policy(source_name="float32"))),
    policy_mode_is_a_list=model(dense(dtype=policy(mode=["int8"], source_name="float32"))),
    policy_is_a_word=model(dense(dtype="int8_from_object")),
    policy_of_megabytes=model(dense(dtype="int8_from_" + "x" * (2 << 20))),
    policy_of_a_layer_without=model(layer("LSTM", "y", "x", units=2, dtype="int8_from_float32")),
    quantizer_is_a_function=model(dense(quantization_config=thing("os", "system", {"command": "true"}))),
    quantizer_range_without_end=model(
        dense(
            dtype=policy(mode="int8", source_name="float32"),
            quantization_config=thing(
                "keras.quantizers",
                "Int8QuantizationConfig",
                {"weight_quantizer": thing("keras.quantizers", "AbsMaxQuantizer", {"value_range": [10**400, 1]})},
            ),
        )
    ),
)
