"""Models: layers that can be trained, saved and drawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cornu import saving, train
from cornu.core import registry, spec, tree
from cornu.core.declare import declared_config
from cornu.core.errors import explain
from cornu.core.module import constructor_config
from cornu.core.remat import as_scope
from cornu.core.spec import KerasTensor
from cornu.layers.layer import Layer, tree_of_tensors
from cornu.layers.quantized import quantize_layers
from cornu.models import functional_config
from cornu.models.functional import FunctionalGraph


class Model(Layer):
    """A layer with inputs and outputs that can be compiled, fitted, evaluated, saved, summarised and drawn.

    Made from a graph, ``Model(inputs, outputs)``, or by subclassing with a ``call`` method.

    Args:
        inputs, outputs: symbolic tensors, nested in lists, tuples and dicts at will.
        name: name of the model.
        trainable: whether its weights are trained.
        remat: whether values within each layer are computed again for the gradient, not kept; see ``RematScope``.

    Example:
        >>> from cornu import layers
        >>> x = layers.Input((4,), name="x")
        >>> model = Model(x, layers.Dense(2)(x), name="tiny")
        >>> import numpy as np
        >>> model(np.ones((3, 4), "float32")).shape
        (3, 2)
    """

    functional: FunctionalGraph | None = None
    takes_quantized_policy = True  # the layers inside have policies of their own
    _references = frozenset({"_parent", "functional"})

    def __new__(cls: Any, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and _is_functional(args, kwargs):
            return Layer.__new__(Functional, *args, **kwargs)
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any):
        graph = _take_graph(args, kwargs)
        if graph is not None:
            # The layers inside see to dtypes; what the model is given goes to its inputs as they say.
            kwargs.setdefault("autocast", False)
        trainable, remat = kwargs.pop("trainable", True), as_scope(kwargs.pop("remat", None))
        super().__init__(**kwargs)
        # Of a graph each layer by itself: the whole at once would keep as much while its gradient is taken.
        self._remat = None if graph is not None else remat
        self.training_setup: train.Setup | None = None
        self.stop_training = False
        self.history: Any = None
        if graph is not None:
            self._set_graph(*graph)
            for layer in self._layers if remat is not None else ():
                layer._remat = remat
        if not trainable:
            self.trainable = False

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        object.__setattr__(self, "functional", FunctionalGraph(inputs, outputs, self))
        assert self.functional is not None
        self._layers = [o for o in self.functional.graph.operations if isinstance(o, Layer)]
        self.built = True
        self.supports_masking = True

    # The graph.

    @property
    def layers(self) -> list[Layer]:
        """The layers: of the graph in file order, or those held as attributes."""
        if self.functional is not None:
            return list(self._layers)
        return [m for _, m in self.children() if isinstance(m, Layer)]

    @property
    def operations(self) -> list[Any]:
        """Everything called in the graph: layers and functions."""
        return list(self._graph("operations").graph.operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The graph's inputs, flat."""
        return list(self._graph("inputs").inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The graph's outputs, flat."""
        return list(self._graph("outputs").outputs)

    @property
    def input(self) -> Any:
        """The graph's inputs as given: one tensor, or nested."""
        return self._graph("input").input_structure

    @property
    def output(self) -> Any:
        """The graph's outputs as given: one tensor, or nested."""
        return self._graph("output").output_structure

    @property
    def input_shape(self) -> Any:
        """Shapes of the inputs, nested as given."""
        return tree.map_structure(lambda t: t.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """Shapes of the outputs, nested as given."""
        return tree.map_structure(lambda t: t.shape, self.output)

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, by which dict data is matched."""
        return list(self._graph("input_names").names)

    @property
    def output_names(self) -> list[str]:
        """Names of the outputs, by which losses, metrics and targets are matched."""
        return list(self._graph("output_names").output_names)

    def _graph(self, what: str) -> FunctionalGraph:
        if self.functional is None:
            raise AttributeError(
                explain(
                    f"{self._who()}.{what}",
                    "a model made from a graph",
                    "a subclassed or unbuilt one",
                    "Make it with Model(inputs, outputs), or call it on data first.",
                )
            )
        return self.functional

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its place in ``layers``."""
        if (name is None) == (index is None):
            raise ValueError(
                explain(
                    "get_layer", "a name or an index", "both" if name is not None else "neither", "Pass one of them."
                )
            )
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(explain("get_layer", f"an index below {len(layers)}", index, "See model.layers."))
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        import difflib

        near = difflib.get_close_matches(str(name), [layer.name for layer in layers], 3)
        hint = (
            f"Did you mean {' or '.join(map(repr, near))}?"
            if near
            else f"It has {', '.join(repr(x.name) for x in layers[:8])}."
        )
        raise ValueError(explain(f"get_layer of {self.name!r}", "the name of one of its layers", repr(name), hint))

    # Calling.

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Outputs for inputs. Subclasses without a graph write their own."""
        if self.functional is None:
            raise NotImplementedError(
                explain(
                    f"Model class {type(self).__name__}",
                    "a call method, or inputs and outputs",
                    "neither",
                    "Define `def call(self, inputs): ...` in it.",
                )
            )
        return self.functional.run(inputs, mask, self._who())

    def _who(self) -> str:
        return f"Model {self.name!r}"

    def _prepare(self, bound: dict[str, Any]) -> None:
        if self.functional is None:
            super()._prepare(bound)

    @property
    def couples_rows(self) -> bool | None:  # type: ignore[override]  # the layers inside answer for themselves
        """A graph's layers see to padded rows each; what a subclass's ``call`` does is unknown."""
        return False if self.functional is not None and type(self).call is Model.call else None

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """None: masks of the outputs travel with them already."""
        return None

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like those that a call would return."""
        if self.functional is not None and type(self).call is Model.call:
            return self.functional.output_spec(args[0] if args else kwargs["inputs"], self._who())
        return super().compute_output_spec(*args, **kwargs)

    def build(self, input_shape: Any = None) -> None:
        """Make the weights of a subclassed model for inputs of a shape, without data."""
        if (
            self.functional is None
            and input_shape is not None
            and type(self).call is not Model.call
            and not all(part.built for part in self.modules() if isinstance(part, Layer) and part is not self)
        ):
            spec.evaluate(lambda x: self.call(x), tree_of_tensors(input_shape, self.compute_dtype))
        self.built = True

    # Training.

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: Any = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how the model is trained.

        Args:
            optimizer: name or object.
            loss: name, function or object; for several outputs a list in their order, or a dict by their names.
            loss_weights: factors on the losses, as one list or dict.
            metrics, weighted_metrics: names, functions or objects: one list for a single output; for several a list
                of lists or a dict by output names. The weighted ones take sample weights into account.
            run_eagerly: run steps uncompiled, for debugging.
            steps_per_execution: batches per compiled call at least; "auto" and 1 let the library choose.
            jit_compile: False is the same as ``run_eagerly``.
            auto_scale_loss: scale the loss in float16 policies.
        """
        self.training_setup = train.compile_setup(
            self,
            optimizer=optimizer,
            loss=loss,
            loss_weights=loss_weights,
            metrics=metrics,
            weighted_metrics=weighted_metrics,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            auto_scale_loss=auto_scale_loss,
        )

    @property
    def compiled(self) -> bool:
        """Whether ``compile`` was called."""
        return self.training_setup is not None

    @property
    def optimizer(self) -> Any:
        """The optimizer that ``compile`` was given."""
        return None if self.training_setup is None else self.training_setup.optimizer

    @property
    def loss(self) -> Any:
        """The loss as given to ``compile``."""
        return None if self.training_setup is None else self.training_setup.arguments["loss"]

    @property
    def jit_compile(self) -> bool:
        """Whether steps are compiled."""
        return not self.run_eagerly

    @property
    def run_eagerly(self) -> bool:
        """Whether steps run uncompiled."""
        return self.training_setup is not None and self.training_setup.eager

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        train.require_setup(self, "run_eagerly").eager = bool(value)

    @property
    def metrics(self) -> list[Any]:
        """The loss's running mean, the metrics that ``compile`` was given, and those that layers hold."""
        compiled = [] if self.training_setup is None else self.training_setup.all_metrics()
        return [*compiled, *super().metrics]

    @property
    def metrics_names(self) -> list[str]:
        """Names of ``metrics``."""
        return [m.name for m in self.metrics]

    @property
    def metrics_variables(self) -> list[Any]:
        """Variables of all metrics."""
        return [v for m in self.metrics for v in m.variables]

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Current values of the metrics by name."""
        return train.metrics_result(self)

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        resume: Any = None,
    ) -> Any:
        """Train for a number of epochs; returns the History of losses and metrics.

        Args:
            x: arrays nested or named as the inputs; or an iterable of batches ``(x, y)`` or ``(x, y, sample_weight)``.
            y: targets, nested or named as the outputs.
            batch_size: rows per step; 32 if None.
            epochs: index of the last epoch, counted from 1.
            verbose: 0 nothing, 1 a progress bar, 2 a line per epoch; "auto" picks 1.
            callbacks: objects whose hooks are called.
            validation_split: fraction of the rows, the last ones, to evaluate on after each epoch.
            validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` or an iterable of batches, to evaluate on.
            shuffle: whether rows are drawn in a new order each epoch.
            class_weight: ``{class: weight}``, or a dict of those by output names.
            sample_weight: (rows,) weights on the loss, or nested as the outputs.
            initial_epoch: index of the first epoch.
            steps_per_epoch: batches per epoch; all if None.
            validation_steps, validation_batch_size, validation_freq: the same for validation; every how many epochs.
            resume: a folder for checkpoints (or a ``cornu.train.Resume``): a run that was killed goes on from there
                when the same script is started again, bit for bit.
        """
        return train.fit(
            self,
            train.FitArguments(
                x=x,
                y=y,
                batch_size=batch_size,
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=shuffle,
                class_weight=class_weight,
                sample_weight=sample_weight,
                initial_epoch=initial_epoch,
                steps_per_epoch=steps_per_epoch,
                validation_steps=validation_steps,
                validation_batch_size=validation_batch_size,
                validation_freq=validation_freq,
                resume=resume,
            ),
        )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Loss and metrics on data: a float, a list in the order of the metrics, or a dict if ``return_dict``."""
        _refuse(kwargs, "evaluate")
        return train.evaluate(
            self,
            x,
            y,
            batch_size=batch_size,
            verbose=verbose,
            sample_weight=sample_weight,
            steps=steps,
            callbacks=callbacks,
            return_dict=return_dict,
        )

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Outputs for all rows as NumPy arrays, nested as the model's outputs."""
        return train.predict(self, x, batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks)

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One training step; returns loss and metrics of the batch."""
        return train.train_on_batch(self, x, y, sample_weight, class_weight, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics of one batch."""
        return train.test_on_batch(self, x, y, sample_weight, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch as NumPy arrays."""
        return train.predict_on_batch(self, x)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The scalar that training minimises; to be overridden for losses of your own."""
        return train.compute_loss(self, x, y, y_pred, sample_weight)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Update the compiled metrics with a batch; returns their values."""
        return train.compute_metrics(self, x, y, y_pred, sample_weight)

    def train_step(self, state: Any, data: Any) -> Any:
        """One training step as a pure function, ``logs, state = train_step(state, data)``; may be overridden.

        Args:
            state: values of ``trainable_variables``, ``non_trainable_variables``, ``optimizer.variables`` and
                ``metrics_variables``: a tuple of four lists.
            data: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``, as given to ``fit``.
        """
        return train.train_step(self, state, data)

    def test_step(self, state: Any, data: Any) -> Any:
        """One evaluation step; its state is that of ``train_step`` without the optimizer's."""
        return train.test_step(self, state, data)

    def predict_step(self, state: Any, data: Any) -> Any:
        """Outputs of a batch, and the new non-trainable variables; the state is ``(trained, others)``."""
        return train.predict_step(self, state, data)

    # The same with values as arguments.

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """``compute_loss`` for given values: ``(loss, (trainable, non_trainable, metrics variables))``."""
        return train.stateless_compute_loss(
            self,
            trainable_variables,
            non_trainable_variables,
            metrics_variables,
            x,
            y,
            y_pred,
            sample_weight,
            training,
        )

    def compute_loss_and_updates(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Any = None,
    ) -> Any:
        """Call and loss for given values; what ``jax.value_and_grad(..., has_aux=True)`` is to be taken of.

        Returns:
            The loss, scaled as the optimizer wants it, and ``(loss, y_pred, non_trainable_variables,
            metrics_variables)``.
        """
        return train.compute_loss_and_updates(
            self,
            trainable_variables,
            non_trainable_variables,
            metrics_variables,
            x,
            y,
            sample_weight,
            training,
            optimizer_variables,
        )

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, Any]:
        """Values of all variables: of the model, the optimizer, the metrics, nested by name.

        Args:
            value_format: "backend_tensor" for JAX arrays, "numpy_array" for copies in NumPy.
        """
        return train.get_state_tree(self, value_format)

    def set_state_tree(self, state_tree: dict[str, Any]) -> None:
        """Write values as ``get_state_tree`` gives them; what is left out stays."""
        train.set_state_tree(self, state_tree)

    def make_train_function(self, force: bool = False) -> None:
        """Compile training anew in the next ``fit``, if ``force``: after a Python attribute that it used has changed."""
        self._forget_compiled("train", force)

    def make_test_function(self, force: bool = False) -> None:
        """Compile evaluation anew when it is next needed, if ``force``."""
        self._forget_compiled("test", force)

    def make_predict_function(self, force: bool = False) -> None:
        """Compile prediction anew when it is next needed, if ``force``."""
        self._forget_compiled("predict", force)

    def quantize(self, mode: str | None = None, config: Any = None, filters: Any = None, **kwargs: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # Keras's arguments
        """Store the large weights of the layers inside as 8-bit integers: a quarter of the bytes; see ``Quantizable``.

        Quantised are Dense, EinsumDense, Embedding and ReversibleEmbedding, those inside other layers too. Their biases,
        and all other layers, stay as they are and can still be trained.

        Args:
            mode: "int8".
            config: ``Int8QuantizationConfig``, instead of the mode or beside it.
            filters: which layers: a function of a layer, a regular expression for its path, or a list of these.

        Example:
            >>> from cornu import layers
            >>> model = Model(x := layers.Input((4,)), layers.Dense(2, name="scores")(x))
            >>> model.quantize("int8")
            >>> model.get_layer("scores").dtype_policy
            <QuantizedDTypePolicy "int8_from_float32">

        Source: stored values as by ``keras.Model.quantize``.
        """
        _refuse(kwargs, f"quantize of {self._who()}")
        self._check_built("quantize")
        quantize_layers(self, mode, config, filters)
        for kind in ("train", "test", "predict"):
            self._forget_compiled(kind, force=True)
        setup = self.training_setup
        if setup is not None and setup.optimizer is not None and setup.optimizer.built:
            setup.optimizer = train.renewed_optimizer(setup.optimizer, self.trainable_variables)

    def _forget_compiled(self, kind: str, force: bool) -> None:
        if force and self.training_setup is not None:
            functions = self.training_setup.functions
            for key in [key for key in functions if key[0] == kind]:
                del functions[key]

    def jax_state_sync(self) -> None:
        """Does nothing: variables are true whenever they can be looked at."""

    for _method in (train_step, test_step, predict_step, compute_loss, compute_metrics, get_metrics_result):
        _method.is_default = True  # type: ignore[attr-defined]  # cornu.train.step asks
    del _method

    # Files and configs.

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
        """Write architecture, weights, compile configuration and optimizer state to one ``.keras`` file.

        Args:
            filepath: where; ``.keras`` is the usual extension, none is fine.
            overwrite: whether an existing file is replaced.
            zipped: False writes a folder instead of one file.
        """
        _refuse(kwargs, "save")
        saving.save_model(self, filepath, overwrite=overwrite, zipped=zipped)

    def save_weights(self, filepath: Any, overwrite: bool = True, max_shard_size: Any = None) -> None:
        """Write the weights alone, to ``.weights.h5`` or ``.safetensors``."""
        saving.save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read weights that ``save_weights`` or ``save`` wrote into this model."""
        saving.load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as data; the graph for a model made from one."""
        if self.functional is not None and (type(self) is Functional or _takes_graph(type(self))):
            return functional_config.write(self)
        base = {"name": self.name, "trainable": self._trainable, "dtype": registry.serialize(self._dtype_policy)}
        if hasattr(type(self), "__declared_fields__"):
            return {**base, **declared_config(self, registry.serialize)}
        own = constructor_config(self, type(self).__init__)
        if own is None:
            raise NotImplementedError(
                explain(
                    f"Saving model {self.name!r} of class {type(self).__name__}",
                    "a get_config method, because its arguments are not plain data",
                    "none",
                    "Define get_config to return the constructor's arguments.",
                )
            )
        parameters = _parameters(type(self))
        return {**{k: v for k, v in base.items() if k in parameters or "**" in parameters}, **own}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model that a config describes."""
        with registry.custom_objects(custom_objects):
            if "layers" in config and "input_layers" in config and "output_layers" in config:
                return functional_config.read(Functional if cls is Model else cls, config)
            return super().from_config(config)

    def get_build_config(self) -> dict[str, Any] | None:
        """A graph needs none; a subclassed model says the shapes it was built with."""
        if self.functional is not None:
            return {"input_shape": None}
        return super().get_build_config()

    def get_compile_config(self) -> dict[str, Any]:
        """What ``compile`` was given, as data; empty if it was not called."""
        return {} if self.training_setup is None else self.training_setup.config()

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Call ``compile`` with what ``get_compile_config`` gave."""
        if config:
            self.compile(**train.arguments_from_config(config))
            if self.optimizer is not None and self.built:
                self.optimizer.build(self.trainable_variables)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture and compile configuration as JSON text."""
        return json.dumps(registry.serialize(self), **kwargs)

    # To look at.

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print the layers with shapes and numbers of parameters.

        Args:
            line_length: characters per line; the terminal's if None, more where a name needs it.
            positions: where columns end, as fractions or characters.
            print_fn: called with the text instead of printing it.
            expand_nested: whether nested models are opened.
            show_trainable: whether a column says which layers are trained.
            layer_range: first and last layer to show, by name.
        """
        from cornu.visualization.summary import summary  # rich: 70 ms, for those who print

        summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )


class Functional(Model):
    """What ``Model(inputs, outputs)`` makes: a model whose ``call`` runs its graph."""


def _is_functional(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return len(args) >= 2 or (len(args) == 1 and "outputs" in kwargs) or ("inputs" in kwargs and "outputs" in kwargs)


def _take_graph(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any] | None:
    """``(inputs, outputs)`` if the constructor was given them, removed from ``kwargs``."""
    if not args and "inputs" not in kwargs and "outputs" not in kwargs:
        return None
    if len(args) > 3 or not _is_functional(args, kwargs):
        raise TypeError(
            explain(
                "Model",
                "inputs and outputs (and a name), or neither",
                f"{len(args)} positional arguments and {sorted(kwargs)}",
                "Write Model(inputs, outputs, name='...').",
            )
        )
    given = dict(zip(("inputs", "outputs", "name"), args, strict=False))
    if "name" in given:
        kwargs["name"] = given.pop("name")
    inputs = given.get("inputs", kwargs.pop("inputs", None))
    outputs = given.get("outputs", kwargs.pop("outputs", None))
    return inputs, outputs


def _parameters(cls: type) -> set[str]:
    import inspect

    found = set()
    for p in inspect.signature(cls.__init__).parameters.values():
        found.add("**" if p.kind is p.VAR_KEYWORD else "*" if p.kind is p.VAR_POSITIONAL else p.name)
    return found


def _takes_graph(cls: type) -> bool:
    """Whether a subclass is made from inputs and outputs as Model is."""
    parameters = _parameters(cls)
    return {"inputs", "outputs"} <= parameters or {"*", "**"} <= parameters


def _refuse(kwargs: dict[str, Any], what: str) -> None:
    if kwargs:
        raise TypeError(
            explain(what, "only arguments that it has", ", ".join(map(repr, kwargs)), "Remove or rename them.")
        )


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model that ``to_json`` described, with new weights."""
    return registry.deserialize(saving.parse_json(json_string), custom_objects)
