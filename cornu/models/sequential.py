"""A model that is one chain of layers."""

from __future__ import annotations

from typing import Any

from cornu.core import registry, spec
from cornu.core.errors import ConfigError, GraphError, UnsafeFileError, explain
from cornu.core.spec import KerasTensor
from cornu.layers.core.input_layer import Input, InputLayer
from cornu.layers.layer import Layer
from cornu.models.functional_config import MOST_CALLS
from cornu.models.model import Model


class Sequential(Model):
    """A chain of layers, each called on what the one before returned.

    It is a graph as soon as the shape of its input is known: from an Input in front, from ``input_shape=`` of
    the first layer, or from the first data.

    Args:
        layers: the layers, in order.

    Example:
        >>> from cornu import layers
        >>> model = Sequential([layers.Input((3,)), layers.Dense(2), layers.Dense(1)])
        >>> model.output_shape
        (None, 1)
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        self._chain: list[Layer] = []
        self._by_name: dict[str, Layer]
        object.__setattr__(self, "_by_name", {})  # not a second list of what is inside
        self._entry: InputLayer | None = None
        for layer in layers or []:
            self._append(layer)
        self._rebuild()
        if not trainable:
            self.trainable = False

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer, or an Input in front of all layers, at the end of the chain."""
        self._append(layer)
        if rebuild:
            self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer | None:
        """Take the last layer off; returns it."""
        last = self._chain.pop() if self._chain else None
        if last is not None and last not in self._chain:
            self._by_name.pop(last.name, None)
        if rebuild:
            self._rebuild()
        return last

    def _append(self, layer: Any) -> None:
        if isinstance(layer, KerasTensor) and isinstance(getattr(layer.node, "operation", None), InputLayer):
            layer = layer.node.operation
        if not isinstance(layer, Layer):
            if callable(layer):
                from cornu.layers import Lambda  # the chain of a Python function

                layer = Lambda(layer)
            else:
                raise TypeError(
                    explain(self._who(), "layers", repr(layer)[:80], "Pass Layer objects: Dense(3), not Dense or 3.")
                )
        if isinstance(layer, InputLayer):
            if self._entry is not None or self._chain:
                raise ValueError(
                    explain(
                        self._who(),
                        "its Input in front of all layers, and only one",
                        f"{layer.name!r} after others",
                        "Put it first.",
                    )
                )
            self._entry = layer
            return
        # Looked up: a chain of thousands that is compared layer by layer takes seconds.
        if self._by_name.setdefault(layer.name, layer) is not layer:
            raise ValueError(
                explain(
                    self._who(),
                    "different names for its layers",
                    f"{layer.name!r} for two of them",
                    "Give one of them another name=.",
                )
            )
        if self._entry is None and not self._chain:
            shape = getattr(layer, "given_input_shape", None)
            if isinstance(layer, Model) and layer.functional is not None and len(layer.inputs) == 1:
                shape = layer.inputs[0].shape
            if shape is not None:
                self._entry = Input(batch_shape=shape, dtype=_input_dtype(layer)).node.operation
        self._chain.append(layer)

    def _rebuild(self) -> None:
        """Record the chain as a graph if its input is known."""
        object.__setattr__(self, "functional", None)
        self.built = False
        if self._entry is None or not self._chain:
            return
        x = self._entry.output
        for layer in self._chain:
            x = layer(x)
            if not isinstance(x, KerasTensor):
                raise GraphError(
                    explain(
                        self._who(),
                        "layers that return one tensor each",
                        f"several from {layer.name!r}",
                        "Use Model(inputs, outputs) for graphs that branch.",
                    )
                )
        self._set_graph(self._entry.output, x)

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, without the Input."""
        return list(self._chain)

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Outputs for inputs."""
        self._ensure_graph(inputs)
        return super().call(inputs, training, mask)

    def compute_output_spec(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """A symbolic tensor like the one that a call would return."""
        self._ensure_graph(inputs)
        assert self.functional is not None
        return self.functional.output_spec(inputs, self._who())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the output for inputs of a shape."""
        return self.compute_output_spec(KerasTensor(tuple(input_shape), self.compute_dtype)).shape

    @property
    def couples_rows(self) -> bool | None:
        """The layers see to padded rows each."""
        return False

    def _ensure_graph(self, inputs: Any) -> None:
        if self.functional is not None:
            return
        if not self._chain:
            raise ValueError(explain(self._who(), "at least one layer", "none", "Add layers before calling it."))
        shape = (None, *tuple(inputs.shape)[1:])
        self._entry = Input(
            batch_shape=[d if d not in spec.PROBES else None for d in shape], dtype=str(inputs.dtype)
        ).node.operation
        self._rebuild()

    def _prepare(self, bound: dict[str, Any]) -> None:
        self._ensure_graph(bound["inputs"])

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of a shape, batch axis included."""
        if self.functional is not None or input_shape is None:
            return
        self._entry = Input(batch_shape=tuple(input_shape)).node.operation
        self._rebuild()

    def get_config(self) -> dict[str, Any]:
        """The layers as data."""
        layers = [*([self._entry] if self._entry is not None else []), *self._chain]
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": registry.serialize(self._dtype_policy),
            "layers": [registry.serialize_object(layer) for layer in layers],
        }
        if self._entry is not None:
            config["build_input_shape"] = [d if isinstance(d, int) else None for d in self._entry.batch_shape]
        return config

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape of the input, once known."""
        if self._entry is None:
            return None
        return {"input_shape": [d if isinstance(d, int) else None for d in self._entry.batch_shape]}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build with the shape that ``get_build_config`` gave."""
        if config.get("input_shape") is not None:
            self.build(tuple(config["input_shape"]))

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The chain that a config describes."""
        with registry.custom_objects(custom_objects), registry.reading(config):
            return registry.made(f"{cls.__name__} {str(config.get('name'))[:80]!r}", lambda: cls._read(config))

    @classmethod
    def _read(cls, config: dict[str, Any]) -> Any:
        if len(config["layers"]) > MOST_CALLS:
            raise UnsafeFileError(
                explain(
                    "A chain's config",
                    f"at most {MOST_CALLS:,} layers",
                    f"{len(config['layers']):,}",
                    "Split the model.",
                )
            )
        layers = [registry.deserialize(data) for data in config["layers"]]
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ConfigError(
                    explain("A chain's config", "layers among its layers", repr(layer)[:80], "The file is damaged.")
                )
        given = {k: v for k, v in config.items() if k in ("name", "dtype")}
        model = cls(layers, **given)
        if model.functional is None and config.get("build_input_shape") is not None:
            model.build(tuple(config["build_input_shape"]))
        # Not by the property, which would freeze all layers inside: each has its own flag in its config.
        model._trainable = bool(config.get("trainable", True))
        return model


def _input_dtype(layer: Any) -> str | None:
    """What a first layer eats: whole numbers for a look-up, floats for all else."""
    if isinstance(layer, Model) and layer.functional is not None:
        return layer.inputs[0].dtype
    return "int32" if type(layer).__name__ == "Embedding" else None
