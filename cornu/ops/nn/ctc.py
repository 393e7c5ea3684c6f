"""Connectionist temporal classification: labels for sequences without knowing when (Graves et al. 2006)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.errors import explain
from cornu.core.op import op
from cornu.core.spec import KerasTensor, SymbolicShape
from cornu.ops.rules import shape_of
from cornu.ops.special import float_array
from cornu.ops.tensor import Tensor

# Log of zero: small enough to vanish in sums, large enough that adding two of them stays finite.
_NEVER = -1e5


def _per_sequence(
    target: Tensor, output: Tensor, target_length: Tensor, output_length: Tensor, mask_index: int = 0
) -> SymbolicShape:
    return shape_of(target)[:1]


@op(spec_rule=lambda f, *args, **kwargs: KerasTensor(_per_sequence(*args, **kwargs), "float32"), rows=True)
def ctc_loss(
    target: Tensor, output: Tensor, target_length: Tensor, output_length: Tensor, mask_index: int = 0
) -> Tensor:
    """``-log P(target | output)``, summed over all ways of placing the labels in time.

    Shapes:
        target: (batch, labels), int.
        output: (batch, time, classes), logits.
        target_length, output_length: (batch,), int; what lies beyond is not looked at.
        result: (batch,).

    Args:
        mask_index: the class that stands for no label.

    Source: Graves et al. 2006, eq. 6 to 8, in logarithms.
    """
    log_p = jax.nn.log_softmax(float_array(output), -1)
    labels = jnp.asarray(target).astype("int32")
    ends = jnp.asarray(target_length).astype("int32")
    times = jnp.asarray(output_length).astype("int32")
    # Labels with a blank before, between and after: states 0 ... 2 n of the forward recursion.
    blanks = jnp.full_like(labels, mask_index)
    states = jnp.concatenate([jnp.stack([blanks, labels], -1).reshape(labels.shape[0], -1), blanks[:, :1]], -1)
    scores = jnp.take_along_axis(log_p, jnp.broadcast_to(states[:, None], (*log_p.shape[:2], states.shape[1])), -1)
    differs = jnp.concatenate([jnp.zeros_like(states[:, :2], bool), states[:, 2:] != states[:, :-2]], -1)
    may_skip = jnp.logical_and(differs, states != mask_index)

    def step(alpha: jax.Array, inputs: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        score, time = inputs
        before = jnp.pad(alpha, ((0, 0), (1, 0)), constant_values=_NEVER)[:, :-1]
        skipped = jnp.pad(alpha, ((0, 0), (2, 0)), constant_values=_NEVER)[:, :-2]
        moved = jnp.logaddexp(jnp.logaddexp(alpha, before), jnp.where(may_skip, skipped, _NEVER))
        return jnp.where((time < times)[:, None], jnp.maximum(moved, _NEVER) + score, alpha), None

    start = jnp.where(jnp.arange(states.shape[1]) < 2, scores[:, 0], _NEVER)
    rest = (jnp.moveaxis(scores[:, 1:], 1, 0), jnp.arange(1, log_p.shape[1]))
    alpha, _ = jax.lax.scan(step, start, rest)
    last = jnp.take_along_axis(alpha, (2 * ends)[:, None], 1)[:, 0]
    label = jnp.take_along_axis(alpha, jnp.maximum(2 * ends - 1, 0)[:, None], 1)[:, 0]
    return -jnp.logaddexp(last, jnp.where(ends > 0, label, _NEVER))


def _decoded(
    function: Any,
    inputs: Tensor,
    sequence_lengths: Tensor,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[KerasTensor, KerasTensor]:
    batch, time, _ = shape_of(inputs)
    paths = 1 if strategy == "greedy" else top_paths
    return KerasTensor((paths, batch, time), "int32"), KerasTensor((batch, paths), "float32")


@op(spec_rule=_decoded)
def ctc_decode(
    inputs: Tensor,
    sequence_lengths: Tensor,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[Tensor, Tensor]:
    """The likeliest labels of each sequence.

    Shapes:
        inputs: (batch, time, classes).
        sequence_lengths: (batch,), int.
        result: labels (paths, batch, time), int, -1 after the last; scores (batch, paths).

    Args:
        strategy: "greedy": the best class of each time; the score is minus the sum of their inputs.
            "beam_search": the most probable labels, inputs being logits; the score is their log probability.
        beam_width: how many beginnings are followed.
        top_paths: how many results.
        merge_repeated: greedy only: equal classes that follow each other are one label.
        mask_index: the class that stands for no label.

    Example:
        >>> labels, scores = ctc_decode([[[0.1, 0.9], [0.8, 0.2]]], [2])
        >>> labels.tolist(), scores.tolist()
        ([[[1, -1]]], [[-1.7]])
    """
    inputs, lengths = float_array(inputs), jnp.asarray(sequence_lengths)
    if strategy == "greedy":
        return _greedy(inputs, lengths, merge_repeated, mask_index)
    if strategy == "beam_search":
        decode = jax.vmap(lambda x, n: _beam_search(x, n, beam_width, top_paths, mask_index))
        labels, scores = decode(jax.nn.log_softmax(inputs, -1), lengths)
        return jnp.swapaxes(labels, 0, 1), scores
    raise ValueError(explain("ctc_decode", "strategy 'greedy' or 'beam_search'", repr(strategy), "Choose one."))


def _greedy(x: jax.Array, lengths: jax.Array, merge_repeated: bool, blank: int) -> tuple[jax.Array, jax.Array]:
    best = jnp.argmax(x, -1)
    inside = jnp.arange(x.shape[1]) < lengths[:, None]
    kept = jnp.logical_and(inside, best != blank)
    if merge_repeated:
        repeats = jnp.pad(best[:, 1:] == best[:, :-1], ((0, 0), (1, 0)))
        kept = jnp.logical_and(kept, jnp.logical_not(repeats))
    # A stable sort brings what is kept to the front in its order.
    order = jnp.argsort(jnp.logical_not(kept), axis=1, stable=True)
    labels = jnp.take_along_axis(jnp.where(kept, best, -1), order, 1)
    scores = -jnp.sum(jnp.where(inside, jnp.max(x, -1), 0), 1, keepdims=True)
    return labels[None].astype("int32"), scores


def _beam_search(
    log_p: jax.Array, length: jax.Array, width: int, paths: int, blank: int
) -> tuple[jax.Array, jax.Array]:
    """Search over beginnings of labels, all ways of placing one in time being added up.

    A beam is (labels, how many, log P ending in a blank, log P ending in its last label).
    """
    time, classes = log_p.shape
    width = max(width, paths)
    labels = jnp.full((width, time), -1, "int32")
    never = jnp.full(width, -jnp.inf, log_p.dtype)
    start = (labels, jnp.zeros(width, "int32"), never.at[0].set(0.0), never)

    def step(t: Any, beams: Any) -> Any:
        grown = _grow(beams, log_p[t], width, blank, classes)
        return jax.tree_util.tree_map(lambda new, old: jnp.where(t < length, new, old), grown, beams)

    labels, _, in_blank, in_label = jax.lax.fori_loop(0, time, step, start)
    scores, best = jax.lax.top_k(jnp.logaddexp(in_blank, in_label), paths)
    return labels[best], scores


def _grow(beams: Any, p: jax.Array, width: int, blank: int, classes: int) -> Any:
    labels, count, in_blank, in_label = beams
    rows = jnp.arange(width)
    last = jnp.where(count > 0, labels[rows, count - 1], -1)
    total = jnp.logaddexp(in_blank, in_label)
    # Staying: a blank, or the last label once more.
    stay_blank = total + p[blank]
    stay_label = jnp.where(count > 0, in_label + p[last], -jnp.inf)
    # Growing by class c: from any ending, but from a blank only if c repeats the last label.
    same = last[:, None] == jnp.arange(classes)
    growth = jnp.where(same, in_blank[:, None], total[:, None]) + p
    growth = growth.at[:, blank].set(-jnp.inf)
    # Where beam i grown by beam j's last label is beam j itself, its probability belongs there.
    cut = labels.at[rows, jnp.maximum(count - 1, 0)].set(-1)
    parent = jnp.all(labels[:, None] == cut[None], -1) & (count[:, None] + 1 == count[None]) & jnp.isfinite(total)
    joining = jnp.where(parent, growth[:, last], -jnp.inf)
    stay_label = jnp.logaddexp(stay_label, jax.nn.logsumexp(joining, axis=0))
    taken = jnp.zeros_like(growth, bool).at[:, last].max(parent)
    growth = jnp.where(taken, -jnp.inf, growth)
    _, chosen = jax.lax.top_k(jnp.concatenate([jnp.logaddexp(stay_blank, stay_label), growth.ravel()]), width)
    grows = chosen >= width
    origin = jnp.where(grows, (chosen - width) // classes, chosen)
    new = ((chosen - width) % classes).astype("int32")
    result = labels[origin]
    longer = result.at[rows, count[origin]].set(new)
    return (
        jnp.where(grows[:, None], longer, result),
        count[origin] + grows.astype("int32"),
        jnp.where(grows, -jnp.inf, stay_blank[origin]),
        jnp.where(grows, growth.ravel()[jnp.maximum(chosen - width, 0)], stay_label[origin]),
    )
