"""Weights by another library's names: what PyTorch calls and how it lays out its modules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.saving import propose_names
from cornu.saving.safetensors import SafetensorsWriter


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


def write(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    with path.open("wb") as file:
        writer = SafetensorsWriter(file)
        writer.write("", arrays)
        writer.close()
    return path


def two_dense() -> Any:
    return cornu.Sequential(
        [
            cornu.Input((3,)),
            layers.Dense(4, name="first"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(4, name="last"),
        ],
        name="two",
    )


STATE = {
    "fc1.weight": numbers(4, 3),
    "fc1.bias": numbers(4),
    "bn.weight": numbers(4) + 1,
    "bn.bias": numbers(4) + 2,
    "bn.running_mean": numbers(4) + 3,
    "bn.running_var": np.abs(numbers(4)),
    "bn.num_batches_tracked": np.array(7),
    "head.0.weight": numbers(4, 4),
    "head.0.bias": numbers(4) + 4,
}
NAMES = {"first": "fc1", "norm": "bn", "last": "head.0"}


def check(model: Any) -> None:
    first, norm, last = model.layers
    np.testing.assert_array_equal(first.kernel, STATE["fc1.weight"].T)
    np.testing.assert_array_equal(last.kernel, STATE["head.0.weight"].T)
    np.testing.assert_array_equal(norm.moving_mean, STATE["bn.running_mean"])
    np.testing.assert_array_equal(norm.moving_variance, STATE["bn.running_var"])
    np.testing.assert_array_equal(norm.gamma, STATE["bn.weight"])
    np.testing.assert_array_equal(last.bias, STATE["head.0.bias"])


@pytest.mark.parametrize(
    "names", [NAMES, NAMES.get, {"first": "fc1", "n*m": "bn", "last": "head.0"}], ids=["map", "function", "pattern"]
)
def test_modules_of_layers(names: Any, tmp_path: Path) -> None:
    model = two_dense()
    write(tmp_path / "w.safetensors", STATE)
    model.load_weights(tmp_path / "w.safetensors", names=names)
    check(model)


def test_npz_and_single_arrays(tmp_path: Path) -> None:
    model = two_dense()
    np.savez(tmp_path / "w.npz", **STATE, **{"own.kernel": numbers(3, 4), "own.bias": numbers(4)})
    model.load_weights(tmp_path / "w.npz", names={**NAMES, "first": "own", "last/kernel": "head.0.weight"})
    np.testing.assert_array_equal(model.layers[0].kernel, numbers(3, 4))
    np.testing.assert_array_equal(model.layers[2].kernel, STATE["head.0.weight"].T)


def test_nested_models(tmp_path: Path) -> None:
    x = cornu.Input((3,))
    block = cornu.Sequential([cornu.Input((3,)), layers.Dense(3, name="fc")], name="block")
    model = cornu.Model(x, layers.Dense(2, name="fc_out")(block(x)))
    state = {
        "trunk.block.weight": numbers(3, 3),
        "trunk.block.bias": numbers(3),
        "o.weight": numbers(2, 3),
        "o.bias": numbers(2),
    }
    model.load_weights(write(tmp_path / "w.safetensors", state), names={"*/fc": "trunk.*", "fc_out": "o"})
    np.testing.assert_array_equal(block.layers[0].kernel, state["trunk.block.weight"].T)


def test_what_does_not_fit_is_reported_and_nothing_changes(tmp_path: Path) -> None:
    model = two_dense()
    before = model.get_weights()
    path = write(tmp_path / "w.safetensors", {**STATE, "fc1.weight": numbers(5, 3)})
    with pytest.raises(ValueError) as error:
        model.load_weights(path, names={"first": "fc1", "last": "head.1"})
    lines = str(error.value).replace(str(path), "FILE").splitlines()
    assert lines == [
        "Model 'two' needs an array for each of its weights; 'FILE' does not give them by these names.",
        "  first/kernel: expects (3, 4); the file has 'fc1.weight' (5, 3).",
        "  norm/gamma: expects (4,); names has nothing for it.",
        "  norm/beta: expects (4,); names has nothing for it.",
        "  norm/moving_mean: expects (4,); names has nothing for it.",
        "  norm/moving_variance: expects (4,); names has nothing for it.",
        "  last/kernel: expects (4, 4) from 'head.1.weight', which the file lacks; nearest is 'head.0.weight' (4, 4).",
        "  last/bias: expects (4,) from 'head.1.bias', which the file lacks; nearest is 'head.0.bias' (4,).",
        "Correct names=, let cornu.saving.propose_names(model, file) propose them, or pass strict=False.",
    ]
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.warns(UserWarning, match="norm/gamma"):
        model.load_weights(path, names={"last": "head.0"}, strict=False)
    np.testing.assert_array_equal(model.layers[2].bias, STATE["head.0.bias"])


def test_without_names_the_error_says_how(tmp_path: Path) -> None:
    path = write(tmp_path / "w.safetensors", STATE)
    with pytest.raises(ValueError, match=r"names are another library's: pass names="):
        two_dense().load_weights(path)


def test_proposal(tmp_path: Path) -> None:
    path, lines = write(tmp_path / "w.safetensors", STATE), []
    names = propose_names(two_dense(), path, lines.append)
    assert names == NAMES
    assert lines == [
        "first (Dense): (3, 4), (4,) <- 'fc1'",
        "norm (BatchNormalization): (4,), (4,), (4,), (4,) <- 'bn'",
        "last (Dense): (4, 4), (4,) <- 'head.0'",
    ]
    model = two_dense()
    model.load_weights(path, names=names)
    check(model)


def in_torch(torch: Any) -> dict[str, tuple[Any, Any, np.ndarray, Any]]:
    """For each kind: a module, our layers, an input, and what turns their output into ours."""
    nn = torch.nn
    last = {"to": lambda y: np.moveaxis(y, 1, -1), "from": lambda x: np.moveaxis(x, -1, 1)}
    plain = {"to": lambda y: y, "from": lambda x: x}
    words = np.array([[1, 2, 3]])
    return {
        "linear": (nn.Linear(3, 4), [layers.Dense(4)], numbers(2, 3), plain),
        "embedding": (nn.Embedding(5, 4), [layers.Embedding(5, 4)], words, plain),
        "conv1d": (nn.Conv1d(3, 4, 2), [layers.Conv1D(4, 2)], numbers(2, 5, 3), last),
        "conv2d": (
            nn.Conv2d(4, 6, 3, stride=2, groups=2),
            [layers.Conv2D(6, 3, strides=2, groups=2)],
            numbers(2, 7, 7, 4),
            last,
        ),
        "conv3d": (nn.Conv3d(2, 3, 2), [layers.Conv3D(3, 2)], numbers(1, 3, 3, 3, 2), last),
        "transpose": (
            nn.ConvTranspose2d(3, 2, 3, stride=2),
            [layers.Conv2DTranspose(2, 3, strides=2)],
            numbers(2, 4, 4, 3),
            last,
        ),
        "depthwise": (
            nn.Conv2d(3, 6, 3, groups=3),
            [layers.DepthwiseConv2D(3, depth_multiplier=2)],
            numbers(2, 5, 5, 3),
            last,
        ),
        "batch_norm": (nn.BatchNorm2d(3).eval(), [layers.BatchNormalization(epsilon=1e-5)], numbers(2, 4, 4, 3), last),
        "layer_norm": (nn.LayerNorm(3), [layers.LayerNormalization(epsilon=1e-5)], numbers(2, 3), plain),
        "group_norm": (nn.GroupNorm(2, 4), [layers.GroupNormalization(2, epsilon=1e-5)], numbers(2, 3, 3, 4), last),
        "prelu": (nn.PReLU(3), [layers.PReLU(shared_axes=[1, 2])], numbers(2, 4, 4, 3), last),
        "lstm": (nn.LSTM(3, 4, batch_first=True), [layers.LSTM(4, return_sequences=True)], numbers(2, 5, 3), plain),
        "gru": (nn.GRU(3, 4, batch_first=True), [layers.GRU(4, return_sequences=True)], numbers(2, 5, 3), plain),
        "rnn": (nn.RNN(3, 4, batch_first=True), [layers.SimpleRNN(4, return_sequences=True)], numbers(2, 5, 3), plain),
        "both": (
            nn.LSTM(3, 4, batch_first=True, bidirectional=True),
            [layers.Bidirectional(layers.LSTM(4, return_sequences=True))],
            numbers(2, 5, 3),
            plain,
        ),
    }


KINDS = (
    "linear embedding conv1d conv2d conv3d transpose depthwise batch_norm layer_norm group_norm prelu lstm gru rnn both"
)


@pytest.mark.parametrize("kind", KINDS.split())
def test_modules_of_pytorch(kind: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("safetensors.torch")
    torch.manual_seed(1)
    module, ours, x, turn = in_torch(torch)[kind]
    holder = torch.nn.ModuleDict({"block": module})
    with torch.no_grad():
        for parameter in holder.parameters():
            parameter.add_(torch.rand_like(parameter))
        if kind == "batch_norm":
            module.running_mean.add_(torch.rand(3))
            module.running_var.mul_(2.0)
    library.save_file(holder.state_dict(), tmp_path / "w.safetensors")
    model = cornu.Sequential([cornu.Input(x.shape[1:], dtype=str(x.dtype)), *ours])
    names = propose_names(model, tmp_path / "w.safetensors", lambda line: None)
    assert names == {ours[0].name: "block"}
    model.load_weights(tmp_path / "w.safetensors", names=names)
    expected = module(torch.from_numpy(np.ascontiguousarray(turn["from"](x))))
    expected = expected[0] if isinstance(expected, tuple) else expected
    np.testing.assert_allclose(model(x), turn["to"](expected.detach().numpy()), rtol=1e-4, atol=1e-5)


def test_attention_of_pytorch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("safetensors.torch")
    module = torch.nn.MultiheadAttention(6, 2, batch_first=True)
    library.save_file(module.state_dict(), tmp_path / "w.safetensors")
    x = cornu.Input((5, 6))
    model = cornu.Model(x, layers.MultiHeadAttention(2, 3, name="attention")(x, x))
    names = propose_names(model, tmp_path / "w.safetensors", lambda line: None)
    assert names == {"attention": ""}
    model.load_weights(tmp_path / "w.safetensors", names=names)
    data = numbers(2, 5, 6)
    expected, _ = module(*[torch.from_numpy(data)] * 3)
    np.testing.assert_allclose(model(data), expected.detach().numpy(), rtol=1e-4, atol=1e-5)
