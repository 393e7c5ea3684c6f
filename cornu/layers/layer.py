"""The base of all layers: weights, calls, masks, losses, config."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import constraints, initializers, regularizers
from cornu.core import context, dtypes, registry, spec, tree
from cornu.core.declare import declared_config
from cornu.core.errors import ShapeError, explain, locate, mark_users_own, show_shape
from cornu.core.graph import Operation, record
from cornu.core.module import Module, constructor_config
from cornu.core.pure import assign_all, pure
from cornu.core.remat import RematScope, as_scope, current_scope
from cornu.core.spec import KerasTensor
from cornu.core.variable import Variable
from cornu.layers.input_spec import check_inputs
from cornu.layers.rematerialized import rematerialized
from cornu.layers.signature import bind, call_signature, is_tensor_like, known_or_none, shapes_of, tensor_arguments


class Layer(Module, Operation):
    """A function with weights: ``build`` makes the weights, ``call`` computes.

    Subclasses either declare their arguments (``@declared``, as the library's do) or write ``__init__`` and
    ``get_config`` as in Keras. ``call`` may take ``training`` and ``mask``, which are passed on by themselves.

    Args:
        activity_regularizer: penalty on the outputs, added to the loss.
        trainable: whether its weights are trained.
        dtype: dtype name or policy; the global policy if None.
        autocast: whether float inputs are cast to the policy's compute dtype.
        name: name in the model; the class's in snake case, numbered, if None.
        remat: whether values within the layer are computed again for the gradient, not kept: True, a mode of
            ``RematScope``, or such a scope; the open scope if None.

    Example:
        >>> class Scale(Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
        ...     def call(self, x):
        ...         return x * self.factor
        >>> layer = Scale()
        >>> layer(np.full((2, 3), 5.0, "float32")).shape, [w.name for w in layer.weights]
        ((2, 3), ['factor'])
    """

    # True: rows of a batch affect each other, so padded rows would disturb. None: so unless the class is the
    # library's own, which promise row independence (property test) or heed ``Context.rows``.
    couples_rows: bool | None = None
    # Whether the policy may be one that stores integers: for layers that use those, and models, which have others inside.
    takes_quantized_policy = False
    _initialized = False
    _references = frozenset({"_parent"})

    _remat: RematScope | None = None

    if TYPE_CHECKING:
        activity_regularizer: Any
        autocast: bool
        input_spec: Any
        supports_masking: bool
        _trainable: bool

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...  # declared layers say theirs at run time

    else:

        def __init__(
            self,
            *,
            activity_regularizer: Any = None,
            trainable: bool = True,
            dtype: Any = None,
            autocast: bool = True,
            name: str | None = None,
            **kwargs: Any,
        ):
            super().__init__(name=name)
            remat = kwargs.pop("remat", None)
            shape = _given_input_shape(type(self).__name__, kwargs)
            if shape is not None:
                self.given_input_shape = shape
            self.activity_regularizer = regularizers.get(activity_regularizer)
            self.autocast = autocast
            self.built = False
            self.input_spec = None
            self.supports_masking = getattr(type(self), "supports_masking", False)
            self._trainable = bool(trainable)
            self._dtype_policy = dtypes.get_policy(dtype)
            self._check_policy()
            # Not part of the config: how a layer is computed, not what it computes.
            self._remat = as_scope(remat) if remat is not None else current_scope()
            self._losses = []
            self._build_shapes = None
            self._path = self.name
            self._initialized = True

    # Weights.

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape (without values). Layers without weights need not have it."""
        self.built = True

    def add_weight(
        self,
        *args: Any,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a weight; it belongs to the layer from now on.

        Args:
            shape: sizes, all known; a scalar if None.
            initializer: name or object; glorot_uniform for floats, zeros otherwise, if None.
            dtype: the policy's variable dtype if None.
            trainable, autocast, name: see ``Variable``.
            regularizer: penalty on the weight, added to the loss.
            constraint: projection applied after each update.
        """
        for argument, value in zip(("shape", "initializer"), args, strict=False):
            if argument == "shape":
                shape = value
            else:
                initializer = value
        self._check_initialized()
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if not all(spec.is_known(d) and d not in spec.PROBES for d in shape):
            raise ShapeError(
                explain(
                    f"Weight {name or 'without name'!r} of layer {self.name!r} ({type(self).__name__})",
                    "known sizes",
                    f"shape {show_shape(tuple(None if d in spec.PROBES else d for d in shape))}",
                    "Give the size in Input(shape=...), or reshape so that it is known.",
                )
            )
        dtype = dtypes.standardize_dtype(dtype) if dtype is not None else self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if dtypes.is_float(dtype) else "zeros"
        with context.scope(path=context.current().path or (self.name,)):
            variable = Variable(
                initializers.get(initializer), shape, dtype, trainable, autocast, aggregation=aggregation, name=name
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        if not self._trainable:
            variable.trainable = False
        self._own_weights.append(variable)
        return variable

    @property
    def _own_weights(self) -> list[Variable]:
        if "_weights" not in self.__dict__:
            self._weights: list[Variable] = []
        return self._weights

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Older name of ``add_weight``."""
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    def own_variables(self) -> list[Variable]:
        """Variables of this layer itself, those made as trainable first, each once."""
        return list({id(v): v for v in super().own_variables()}.values())

    @property
    def trainable(self) -> bool:
        """Whether weights are trained; setting it sets it for all layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for module in self.modules():
            if isinstance(module, Layer):
                module._trainable = bool(value)
                for variable in module.own_variables():
                    if variable.learned:
                        variable.trainable = bool(value)

    @property
    def weights(self) -> list[Variable]:
        """All weights, each once: those of this layer, then those of the layers inside."""
        found = {id(v): v for m in self.modules() if m.holds_weights for v in m.own_variables()}
        return list(found.values())

    @property
    def variables(self) -> list[Variable]:
        """All weights and the states of seed generators; not those of metrics."""
        found = {id(v): v for m in self.modules() if not _is_metric(m) for v in m.own_variables()}
        return list(found.values())

    @property
    def trainable_variables(self) -> list[Variable]:
        """Variables that gradients are taken for."""
        return [v for v in self.variables if v.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The other variables: statistics, frozen weights, seeds."""
        return [v for v in self.variables if not v.trainable]

    @property
    def trainable_weights(self) -> list[Variable]:
        """Weights that are trained."""
        return [v for v in self.weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """Weights that are not trained."""
        return [v for v in self.weights if not v.trainable]

    @property
    def metrics(self) -> list[Any]:
        """Metrics held by this layer and those inside."""
        return [m for m in self.modules() if _is_metric(m)]

    @property
    def metrics_variables(self) -> list[Variable]:
        """Variables of the metrics."""
        return [v for m in self.metrics for v in m.variables]

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights as NumPy arrays, in the order of ``weights``."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Iterable[Any]) -> None:
        """Give all weights values, in the order of ``weights``; nothing changes if one does not fit."""
        values = [np.asarray(w) for w in weights]
        mine = self.weights
        if len(values) != len(mine):
            raise ValueError(
                explain(
                    f"set_weights of {self.name!r}",
                    f"{len(mine)} arrays",
                    len(values),
                    "Pass one for each of layer.weights.",
                )
            )
        for variable, value in zip(mine, values, strict=True):
            if tuple(value.shape) != variable.shape:
                raise ShapeError(
                    explain(
                        f"Weight {variable.path!r}",
                        f"shape {show_shape(variable.shape)}",
                        show_shape(value.shape),
                        "Reshape it.",
                    )
                )
        assign_all(mine, values)

    def count_params(self) -> int:
        """Number of scalars in all weights."""
        if not self.built:
            raise ValueError(
                explain(
                    f"count_params of {self.name!r}",
                    "a built layer",
                    "one without weights yet",
                    "Call it on data first.",
                )
            )
        return sum(v.size for v in self.weights)

    # dtypes.

    @property
    def dtype_policy(self) -> dtypes.DTypePolicy:
        """Which dtypes this layer computes in and stores."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = dtypes.get_policy(value)

    @property
    def dtype(self) -> str:
        """dtype of the weights."""
        return self._dtype_policy.variable_dtype

    @property
    def variable_dtype(self) -> str:
        """dtype of the weights."""
        return self._dtype_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """dtype of the arithmetic."""
        return self._dtype_policy.compute_dtype

    @property
    def input_dtype(self) -> str:
        """dtype to which float inputs are cast."""
        return self._dtype_policy.compute_dtype

    @property
    def quantization_mode(self) -> str | None:
        """How the weights are quantised; None for plain ones."""
        return self._dtype_policy.quantization_mode

    def quantize(self, mode: str | None = None, type_check: bool = True, config: Any = None) -> None:
        """Store large weights as small integers: for the layers that have some, see ``Quantizable.quantize``."""
        raise NotImplementedError(
            explain(
                f"quantize of {self._who()}",
                "a Dense, EinsumDense, Embedding or ReversibleEmbedding",
                f"class {type(self).__name__}",
                "Call quantize on the model: it finds them.",
            )
        )

    def _check_policy(self) -> None:
        if self._dtype_policy.quantization_mode is not None and not self.takes_quantized_policy:
            raise ValueError(
                explain(
                    f"The policy of {self._who()}",
                    "to store floats",
                    repr(self._dtype_policy.name),
                    "Quantised are Dense, EinsumDense, Embedding and ReversibleEmbedding; give this layer dtype='float32'.",
                )
            )

    @property
    def path(self) -> str:
        """Names of the layers around it and its own, joined by '/', as of when it was built."""
        return self._path

    # Calling.

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute outputs. To be written by subclasses."""
        raise NotImplementedError(
            explain(
                f"Layer class {type(self).__name__}",
                "a call method",
                "none",
                "Define `def call(self, inputs): ...` in it.",
            )
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the layer on arrays, or record the call if a symbolic tensor is among the arguments."""
        self._check_initialized()
        outer = context.current()
        with context.scope(path=(*outer.path, self.name)):
            try:
                if spec.any_symbolic(args, kwargs):
                    return self.symbolic_call(*args, **kwargs)
                # The name goes into the compiled program: for profiles, and to find where a value was made.
                with jax.named_scope(self.name):
                    return self._call_on_arrays(args, kwargs, top=not outer.path and outer.losses is None)
            except context.RowsCoupled:
                raise
            except Exception as error:
                raise self._explained(error, args, kwargs) from (error.__cause__ if _is_ours(error) else None)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call on symbolic tensors; returns what it would return, as symbolic tensors."""
        bound = bind(call_signature(type(self)), args, kwargs, self._who())
        self._prepare(bound)
        outputs = self.compute_output_spec(*args, **kwargs)
        return record(self, args, kwargs, outputs)

    def _call_on_arrays(self, args: tuple[Any, ...], kwargs: dict[str, Any], top: bool) -> Any:
        signature = call_signature(type(self))
        bound = bind(signature, args, kwargs, self._who())
        self._prepare(bound)
        if not top:
            return self._invoke(bound)
        # Nobody collects losses: they stay with the layer until its next call.
        losses: list[Any] = []
        with context.scope(losses=losses):
            outputs = self._invoke(bound)
        self._losses = losses
        return outputs

    def _prepare(self, bound: dict[str, Any]) -> None:
        """Check the inputs against the spec, and build on the first call."""
        first = next(iter(bound.values()), None)
        check_inputs(self.input_spec, first, self._who())
        if not self.built:
            self._build(bound)
            check_inputs(self.input_spec, first, self._who())

    def _invoke(self, bound: dict[str, Any]) -> Any:
        """``call`` with training flag, masks and dtypes seen to."""
        signature = call_signature(type(self))
        outer = context.current()
        if outer.rows is not None and (
            self.couples_rows or (self.couples_rows is None and not registry.is_published(type(self)))
        ):
            context.refuse_padded_rows()
        bound = {name: self._convert(value) for name, value in bound.items()}
        training = bound.get("training")
        training = outer.training if training is None else training
        if signature.takes("training"):
            bound["training"] = bool(training) if training is not None else signature.parameters["training"].default
            if bound["training"] is inspect.Parameter.empty:
                bound["training"] = False
        masks = self._fill_masks(signature, bound)
        policy = self._dtype_policy
        with context.scope(training=training, autocast=policy.compute_dtype if self.autocast else None):
            arguments = bound.pop(signature.variadic, ())
            if self._remat is not None and training:
                outputs = rematerialized(self, self._remat, arguments, bound)
            else:
                outputs = self.call(*arguments, **bound)
            if self.activity_regularizer is not None:
                for output in tree.flatten(outputs):
                    self.add_loss(self.activity_regularizer(output) / _rows_of(output))
        self._set_masks(bound, masks, outputs)
        return outputs

    def _convert(self, value: Any) -> Any:
        """Arrays as JAX arrays, floats in the compute dtype."""
        return tree.map_structure(self._convert_leaf, value)

    def _convert_leaf(self, x: Any) -> Any:
        if isinstance(x, Variable):
            x = x.value
        if not is_tensor_like(x) or isinstance(x, (np.generic,)) or x.dtype == object:
            return x
        if isinstance(x, np.ndarray) and x.dtype.kind in "USO":
            return x
        if self.autocast and dtypes.is_float(x.dtype):
            wanted = jnp.dtype(self.compute_dtype)
            if x.dtype != wanted:
                mask = context.get_mask(x)
                x = jnp.asarray(x, dtype=wanted)
                context.set_mask(x, mask)
                return x
        return x if isinstance(x, jax.Array) else jnp.asarray(x)

    # Masks.

    def _fill_masks(self, signature: Any, bound: dict[str, Any]) -> Any:
        """Masks that travel with the arguments, passed to ``call`` where it takes them; returns the first one's."""
        previous = None
        for index, (name, value) in enumerate(tensor_arguments(bound).items()):
            masks = tree.map_structure(lambda x: context.get_mask(x) if isinstance(x, jax.Array) else None, value)
            target = f"{name}_mask" if signature.takes(f"{name}_mask") else "mask" if index == 0 else ""
            if index == 0:
                previous = bound.get(target) if bound.get(target) is not None else masks
            if signature.takes(target) and bound.get(target) is None:
                bound[target] = masks if any(m is not None for m in tree.flatten(masks)) else None
        return previous

    def _set_masks(self, bound: dict[str, Any], previous: Any, outputs: Any) -> None:
        if not any(m is not None for m in tree.flatten(previous)) and type(self).compute_mask is Layer.compute_mask:
            return
        inputs = next(iter(bound.values()), None)
        if not self.supports_masking:
            if any(m is not None for m in tree.flatten(previous)):
                _warn_once(
                    f"{type(self).__name__} {self.name!r} was given a masked input and does not handle masks: the mask ends here."
                )
            return
        masks = self.compute_mask(inputs, previous)
        if masks is None:
            return
        leaves, flat = tree.flatten(outputs), tree.flatten(masks)
        for output, mask in zip(leaves, flat * len(leaves) if len(flat) == 1 else flat, strict=False):
            if isinstance(output, jax.Array) and mask is not None:
                context.set_mask(output, mask)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Mask of the outputs, given the inputs and theirs; the same one for layers that support masking."""
        return previous_mask

    # Building.

    def _who(self) -> str:
        return f"{type(self).__name__} {self.name!r}"

    def _build(self, bound: dict[str, Any]) -> None:
        """Call ``build`` with the shapes of the arguments that it asks for."""
        signature = call_signature(type(self))
        shapes = {name: shapes_of(value) for name, value in tensor_arguments(bound).items()}
        self._path = context.call_path() or self.name
        with context.scope(autocast=None):
            if len(signature.build_names) <= 1:
                first = next(iter(shapes.values()), None)
                self._build_shapes = {"input_shape": known_or_none(first)}
                self.build(known_or_none(first))
            else:
                wanted = {n: known_or_none(shapes.get(n.removesuffix("_shape"))) for n in signature.build_names}
                self._build_shapes = {"shapes_dict": {k: v for k, v in wanted.items() if v is not None}}
                self.build(**wanted)
        self.built = True

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes with which the layer was built; None if it was not."""
        if not self.built or self._build_shapes is None:
            return None
        return tree.map_structure(lambda x: x, self._build_shapes)

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build with the shapes that ``get_build_config`` gave."""
        if self.built:
            return
        with context.scope(path=(*context.current().path, self.name)):
            self._path = context.call_path()
            self._build_shapes = config
            if "shapes_dict" in config:
                self.build(**{k: _as_shape(v) for k, v in config["shapes_dict"].items()})
            elif config.get("input_shape") is not None:
                self.build(_as_shape(config["input_shape"]))
            else:
                return
            if (
                type(self).build is Layer.build
                and "input_shape" in config
                and any(m is not self for m in self.modules())
            ):
                # The layers inside are built by calls: let an abstract one reach them.
                spec.evaluate(
                    lambda x: self._call_on_arrays((x,), {}, top=False),
                    tree_of_tensors(config["input_shape"], self.compute_dtype),
                )
        self.built = True

    # Shapes.

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Shapes and dtypes of what a call would return, as symbolic tensors."""
        if type(self).compute_output_shape is not Layer.compute_output_shape:
            tensors = list(tensor_arguments(bind(call_signature(type(self)), args, kwargs, self._who())).values())
            takes = len(inspect.signature(self.compute_output_shape).parameters)
            shape = self.compute_output_shape(*map(shapes_of, tensors[: max(takes, 1)]))
            received = [self._received_dtype(x) for x in tree.flatten(tensors[:1]) if is_tensor_like(x)]
            return _tensors(shape, self.compute_output_dtype(*received))
        return spec.evaluate(lambda *a, **k: self._call_on_arrays(a, k, top=False), *args, **kwargs)

    def compute_output_dtype(self, *received: str) -> str:
        """dtype of the output where ``compute_output_shape`` is written by hand, given those that ``call`` receives.

        The compute dtype, unless a layer passes integers through.
        """
        return self.compute_dtype

    def _received_dtype(self, x: Any) -> str:
        """dtype in which ``call`` gets an argument."""
        dtype = dtypes.backend_dtype(x.dtype)
        return self.compute_dtype if self.autocast and dtypes.is_float(dtype) else dtype

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Shape of the output for inputs of a shape."""
        shapes = [tree_of_tensors(s, self.compute_dtype) for s in args]
        named = {k.removesuffix("_shape"): tree_of_tensors(v, self.compute_dtype) for k, v in kwargs.items()}
        return shapes_of(self.compute_output_spec(*shapes, **named))

    # Losses.

    def add_loss(self, loss: Any) -> None:
        """Add scalars to the loss of the training step in progress."""
        collected = context.current().losses
        for value in tree.flatten(loss):
            if value is not None:
                (self._losses if collected is None else collected).append(value)

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Not offered, as in Keras 3: keep a Metric as an attribute and call its ``update_state``."""
        raise NotImplementedError(
            "add_metric needs Keras 2; got a layer of the current API. Keep a metric in an attribute and call its update_state in call()."
        )

    @property
    def losses(self) -> list[Any]:
        """Losses that the last call outside of training added, and the penalties of the weights."""
        collected = context.current().losses
        own = [value for m in self.modules() if isinstance(m, Layer) for value in m._losses]
        return [*(own if collected is None else collected), *self.regularization_losses()]

    def regularization_losses(self) -> list[Any]:
        """Penalties of the trained weights."""
        return [v.regularizer(v) for v in self.trainable_weights if v.regularizer is not None]

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Keras's name for ``pure(layer)``: ``(outputs, non_trainable_variables)`` and, if asked for, the losses."""
        self._check_built("stateless_call")
        outputs, state, losses = pure(self)(trainable_variables, non_trainable_variables, *args, **kwargs)
        if return_losses:
            return outputs, list(state), list(losses)
        return outputs, list(state)

    # Config.

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as data."""
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": registry.serialize(self._dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = registry.serialize(self.activity_regularizer)
        if hasattr(type(self), "__declared_fields__"):
            config.update(declared_config(self, registry.serialize))
        elif type(self).__init__ is not Layer.__init__ and type(self).get_config is Layer.get_config:
            own = constructor_config(self, type(self).__init__)
            if own is None:
                raise NotImplementedError(
                    explain(
                        f"Saving layer {self.name!r} of class {type(self).__name__}",
                        "a get_config method, because its arguments are not plain data",
                        "none",
                        "Define get_config: `return {**super().get_config(), 'argument': self.argument}`.",
                    )
                )
            config.update(own)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer that a config describes."""
        try:
            with registry.reading(config):
                return cls(**config)
        except TypeError as error:
            error.add_note(
                f"While making {cls.__name__} from the config {sorted(config)}; its from_config can be overridden."
            )
            raise

    def save_own_variables(self, store: Any) -> None:
        """Put this layer's own arrays into ``store`` under "0", "1", ..."""
        for index, variable in enumerate(self.stored_variables()):
            store[str(index)] = variable

    def load_own_variables(self, store: Any) -> None:
        """Take this layer's own arrays from ``store``."""
        mine = self.stored_variables()
        if len(store.keys()) != len(mine):
            hint = (
                "The layer was never built: call it on data, or load a whole model file."
                if not mine
                else "The file is of another architecture."
            )
            raise ValueError(explain(f"Layer {self.name!r}", f"{len(mine)} stored arrays", len(store.keys()), hint))
        for index, variable in enumerate(mine):
            variable.assign(store[str(index)])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={getattr(self, 'built', False)}>"

    # Errors.

    def _check_initialized(self) -> None:
        if not self._initialized:
            raise RuntimeError(
                explain(
                    f"Layer class {type(self).__name__}",
                    "super().__init__() in its __init__",
                    "none",
                    "Call it first: `super().__init__(**kwargs)`.",
                )
            )

    def _check_built(self, what: str) -> None:
        if not self.built:
            raise ValueError(
                explain(
                    f"{what} of {self.name!r}",
                    "a built layer",
                    "one without weights yet",
                    "Call it on data, or build(shape).",
                )
            )

    def _explained(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Exception:
        """The error to raise in place of ``error``: it says where it happened, and speaks our language."""
        if getattr(error, "_cornu_located", False):
            return error
        shapes = ", ".join(
            show_shape(s) for s in map(shapes_of, tensor_arguments(dict(enumerate([*args, *kwargs.values()]))).values())
        )
        where = f"In layer {self.name!r} ({type(self).__name__}), called as {context.call_path()}" + (
            f" on {shapes}." if shapes else "."
        )
        if isinstance(error, jax.errors.ConcretizationTypeError):
            where += "\nA Python condition or number was asked of a value that exists only when the model runs: use cornu.ops.where or cornu.ops.cond."
        if registry.is_published(type(self)) and not _is_ours(error) and type(error) in (TypeError, ValueError):
            reason = str(error).strip().splitlines()[0].rstrip(".")[:200]
            error = ShapeError(
                explain(
                    self._who(),
                    "inputs that fit it",
                    f"{shapes or 'none'} ({reason})",
                    "Check the shapes and dtypes of the inputs.",
                )
            )
        locate(error, where)
        if not registry.is_published(type(self)):
            mark_users_own(error)
        return error


def _is_ours(error: BaseException) -> bool:
    """Whether a message was written in this library's form rather than JAX's."""
    return isinstance(error, (ShapeError,)) or " needs " in str(error)


def _is_metric(module: Module) -> bool:
    return getattr(module, "is_metric", False)


def _rows_of(output: Any) -> Any:
    """By what an activity penalty is divided: the size of the batch, real rows only."""
    rows = context.current().rows
    if rows is not None:
        context.refuse_padded_rows()
    return output.shape[0] if output.ndim else 1


def _given_input_shape(owner: str, kwargs: dict[str, Any]) -> tuple[Any, ...] | None:
    """The shape of ``input_shape=`` and its older forms, with the batch axis."""
    shape = None
    if "input_dim" in kwargs:
        kwargs["input_shape"] = (kwargs.pop("input_dim"),)
    for name in ("batch_input_shape", "batch_shape"):
        if name in kwargs:
            shape = tuple(kwargs.pop(name))
    if "input_shape" in kwargs:
        shape = (None, *kwargs.pop("input_shape"))
    if kwargs:
        raise TypeError(
            explain(owner, "only arguments that it has", ", ".join(map(repr, kwargs)), "Remove or rename them.")
        )
    return shape


def _as_shape(data: Any) -> Any:
    """Shapes from JSON: lists of sizes become tuples, at any depth."""
    if isinstance(data, (list, tuple)):
        if all(d is None or isinstance(d, (int, str)) for d in data):
            return tuple(data)
        return [_as_shape(d) for d in data]
    if isinstance(data, dict):
        return {k: _as_shape(v) for k, v in data.items()}
    return data


def _is_shape(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and all(d is None or isinstance(d, (int, str)) for d in x)


def _tensors(shape: Any, dtype: str) -> Any:
    if _is_shape(shape):
        return KerasTensor(tuple(shape), dtype)
    if isinstance(shape, dict):
        return {k: _tensors(v, dtype) for k, v in shape.items()}
    if isinstance(shape, (list, tuple)):
        return type(shape)(_tensors(s, dtype) for s in shape)
    return shape


def tree_of_tensors(shape: Any, dtype: str) -> Any:
    """Symbolic tensors of a shape, or of nested shapes."""
    return _tensors(_as_shape(shape), dtype)


_WARNED: set[str] = set()


def _warn_once(message: str) -> None:
    if message not in _WARNED:
        _WARNED.add(message)
        warnings.warn(message, stacklevel=4)
