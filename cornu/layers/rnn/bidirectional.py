"""Through time in both directions."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import registry, tree
from cornu.core.declare import declared, field
from cornu.core.errors import explain
from cornu.layers import fields
from cornu.layers.layer import Layer
from cornu.layers.signature import call_signature


def _merge_mode(value: Any) -> Any:
    return None if value is None else fields.choice("Bidirectional's merge_mode", "sum", "mul", "ave", "concat")(value)


@declared
class Bidirectional(Layer):
    """Two copies of a recurrence, one from each end of time, and their outputs merged.

    Shapes:
        x: (batch, time, features). y: as the layer's, with "concat" twice as wide; a list of both without a merge
        mode. With return_state also the states of the forward layer, then of the backward layer.

    Args:
        layer: a recurrent layer (RNN, LSTM, GRU, ...), copied for the forward direction.
        merge_mode: "concat", "sum", "mul", "ave", or None for both outputs as a list.
        weights: first values of all weights, as for ``set_weights``.
        backward_layer: the layer for the other direction; a copy with go_backwards turned round if None.

    Example:
        >>> import numpy as np
        >>> from cornu import layers
        >>> Bidirectional(layers.LSTM(4))(np.ones((2, 5, 3), "float32")).shape
        (2, 8)

    Source: Schuster and Paliwal 1997; numbers as ``keras.layers.Bidirectional``.
    """

    layer: Any = field(converter=fields.layer("Bidirectional's layer").converter, config=False, attribute="_given")
    merge_mode: str | None = field("concat", _merge_mode)
    weights: Any = field(None, config=False, attribute="_first_weights")
    backward_layer: Any = field(
        None, lambda v: registry.deserialize(v) if isinstance(v, dict) else v, config=False, attribute="_given_backward"
    )

    supports_masking = True
    # The layer that was given stays the caller's; its copies are ours.
    _references = frozenset({"_parent", "_given", "_given_backward"})
    _given: Any
    _given_backward: Any
    _first_weights: Any

    def check(self) -> None:
        """Make the two layers."""
        given = self._given
        if not hasattr(given, "go_backwards") or not hasattr(given, "return_sequences"):
            raise ValueError(
                explain(
                    "Bidirectional's layer",
                    "a recurrent layer, with go_backwards and return_sequences",
                    type(given).__name__,
                    "Pass for example an LSTM.",
                )
            )
        name = given.name.removeprefix("forward_")
        self.forward_layer = _copy(given, f"forward_{name}", given.go_backwards)
        self.backward_layer = self._given_backward or _copy(given, f"backward_{name}", not given.go_backwards)
        for attribute in ("return_sequences", "return_state", "stateful"):
            ours, other = (getattr(layer, attribute, None) for layer in (self.forward_layer, self.backward_layer))
            if ours != other:
                raise ValueError(
                    explain(
                        f"Bidirectional's layers and {attribute}",
                        "the same in both",
                        f"{ours} forward and {other} backward",
                        "Give both the same.",
                    )
                )
        if self.forward_layer.go_backwards == self.backward_layer.go_backwards:
            raise ValueError(
                explain(
                    "Bidirectional's layers and go_backwards",
                    "one of each",
                    f"{self.forward_layer.go_backwards} in both",
                    "Turn it round in the backward layer.",
                )
            )
        self.return_sequences = self.forward_layer.return_sequences
        if self.return_sequences:
            # One direction repeats outputs where the other has not begun: sums of both would depend on padding.
            self.forward_layer.zero_output_for_mask = self.backward_layer.zero_output_for_mask = True
        self.return_state = self.forward_layer.return_state
        self.stateful = self.forward_layer.stateful

    # Files name shapes by the arguments of this method, so they are Keras's.
    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Build both layers."""
        for layer in (self.forward_layer, self.backward_layer):
            layer.build_from_config({"input_shape": sequences_shape})
        self.input_spec = self.forward_layer.input_spec
        self.built = True
        if self._first_weights is not None:
            self.set_weights(self._first_weights)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        """Merged outputs, and states if asked for."""
        forward_state = backward_state = None
        if initial_state is not None:
            half = len(initial_state) // 2
            forward_state, backward_state = list(initial_state[:half]), list(initial_state[half:])
        y = _run(self.forward_layer, sequences, forward_state, mask, training)
        y_back = _run(self.backward_layer, sequences, backward_state, mask, training)
        states = []
        if self.return_state:
            states = [*y[1:], *y_back[1:]]
            y, y_back = y[0], y_back[0]
        if self.return_sequences:
            y_back = jnp.flip(y_back, 1)
        merged = self._merge(y, y_back)
        if not self.return_state:
            return merged
        return [*(merged if self.merge_mode is None else [merged]), *states]

    def _merge(self, y: Any, y_back: Any) -> Any:
        if self.merge_mode is None:
            return [y, y_back]
        if self.merge_mode == "concat":
            return jnp.concatenate([y, y_back], -1)
        if self.merge_mode == "mul":
            return y * y_back
        return y + y_back if self.merge_mode == "sum" else (y + y_back) / 2

    def reset_state(self) -> None:
        """Make the kept states of both layers zeros."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Older name of ``reset_state``."""
        self.reset_state()

    @property
    def states(self) -> Any:
        """The kept states of both layers, forward first; None if they keep none."""
        if self.forward_layer.states is None:
            return None
        return [*self.forward_layer.states, *self.backward_layer.states]

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the sequences for all outputs; none for last outputs and for states."""
        mask = tree.flatten(previous_mask)[0] if self.return_sequences else None
        outputs = [mask, mask] if self.merge_mode is None else [mask]
        if not self.return_state:
            return outputs if self.merge_mode is None else mask
        count = len(tree.flatten([layer.cell.state_size for layer in (self.forward_layer, self.backward_layer)]))
        return [*outputs, *[None] * count]

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Of both layers, merged."""
        forward = self.forward_layer.compute_output_shape(sequences_shape)
        backward = self.backward_layer.compute_output_shape(sequences_shape)
        states = []
        if self.return_state:
            states = [*forward[1:], *backward[1:]]
            forward, backward = forward[0], backward[0]
        merged: Any = tuple(forward)
        if self.merge_mode == "concat":
            merged = (*forward[:-1], forward[-1] + backward[-1])
        elif self.merge_mode is None:
            merged = [tuple(forward), tuple(backward)]
        if not self.return_state:
            return merged
        return [*(merged if self.merge_mode is None else [merged]), *states]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        both = {
            "layer": registry.serialize(self.forward_layer),
            "backward_layer": registry.serialize(self.backward_layer),
        }
        return {**super().get_config(), **both}


def _copy(layer: Any, name: str, go_backwards: bool) -> Any:
    """A layer like another one, without its weights. Classes of its parts need not be registered."""
    known = {type(part).__name__: type(part) for part in layer.modules()}
    with registry.custom_objects({n: c for n, c in known.items() if not registry.is_published(c)}):
        return type(layer).from_config({**layer.get_config(), "name": name, "go_backwards": go_backwards})


def _run(layer: Any, sequences: Any, state: Any, mask: Any, training: Any) -> Any:
    takes = call_signature(type(layer)).takes
    given = {"initial_state": state, "mask": mask, "training": training}
    return layer(sequences, **{k: v for k, v in given.items() if v is not None and takes(k)})
