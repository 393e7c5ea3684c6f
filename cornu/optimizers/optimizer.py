"""The base of optimizers: one step over all weights is one pure function; a subclass writes the rule of one weight."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import jax
import jax.numpy as jnp
from jax.core import Tracer

from cornu.core import registry
from cornu.core.errors import explain
from cornu.core.pure import holding, raw_values, write_values
from cornu.core.variable import Variable
from cornu.optimizers import clip, options, rows
from cornu.optimizers.averages import Averages
from cornu.optimizers.conditional import run_if
from cornu.optimizers.given import as_array, with_gradients
from cornu.optimizers.hyperparameters import own_config
from cornu.optimizers.rest import Rest
from cornu.optimizers.rows import RowGradient
from cornu.optimizers.slots import Slot, Step, first_value
from cornu.optimizers.state import OptimizerState, slot_name


class Optimizer(OptimizerState):
    """The base of optimizers.

    A subclass says what it keeps for each weight (``slots_for``) and how one weight changes (``update_rule``, a
    pure function of arrays); or, in Keras's style, overrides ``build`` and ``update_step`` and assigns to
    Variables. Everything else is done here, in this order: gradients are divided by the loss scale, accumulated,
    clipped; weights decay, then follow the rule; averages follow the weights; constraints are applied.

    Called outside of compiled code, ``apply`` compiles the whole step once for a set of weights. A rule sees one
    weight with its slots and nothing else, so a rule that works row by row can be given the touched rows only.

    Args:
        learning_rate: a number, a ``LearningRateSchedule``, or a function without arguments.
        weight_decay: weights lose this part of themselves, times the learning rate, before each update.
        clipnorm: bound on the norm of each gradient.
        clipvalue: bound on the size of each gradient's elements.
        global_clipnorm: bound on the norm of all gradients together.
        use_ema: whether averages of the weights are kept.
        ema_momentum: share of the old average in the new one.
        ema_overwrite_frequency: steps after which weights are replaced by their averages; at the end of training if None.
        loss_scale_factor: factor on the loss, by which gradients are divided again.
        gradient_accumulation_steps: steps whose mean gradient makes one update; at least 2.

    Raises:
        ValueError: for options that contradict each other or are out of range.

    Example:
        >>> class SignDescent(Optimizer):
        ...     def update_rule(self, step, weight, gradient, slots):
        ...         return weight - step.learning_rate * jnp.sign(gradient), {}
        >>> w = Variable([1.0, 2.0], name="w")
        >>> SignDescent(0.5).apply([jnp.array([3.0, -4.0])], [w])
        >>> w.numpy().tolist()
        [0.5, 2.5]

    Source: options, their order and their numbers as ``keras.optimizers.Optimizer``. 16-bit weights are updated
    in float32 and rounded once, where Keras computes in 16 bits.
    """

    # Whether steps whose gradients are not finite are left out by the optimizer itself.
    skips_non_finite = False
    _references = frozenset({"_trainable_variables", "_slots", "_accumulators", "_compiled"})
    _compiled: dict[Any, Any]

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if kwargs:
            known = "Its arguments are in help(); Keras 2's 'lr' is learning_rate, its 'decay' a schedule."
            raise ValueError(explain(type(self).__name__, "only arguments that it has", ", ".join(kwargs), known))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._trainable_variables: list[Variable] = []
        self._index: dict[Variable, int] = {}
        self._slots: list[dict[str, Variable]] = []
        self._accumulators: list[Variable] = []
        self._averages: Averages | None = None
        self._undecayed: tuple[frozenset[Variable], tuple[str, ...]] = (frozenset(), ())
        super().__init__(learning_rate, name)
        self.check_options()

    # What a subclass writes.

    def slots_for(self, variable: Variable) -> Sequence[Slot]:
        """What is kept for one weight."""
        return ()

    def start_step(self, step: Step) -> None:
        """Change state that all weights share; called once before the weights are updated."""

    def update_rule(
        self, step: Step, weight: jax.Array, gradient: jax.Array, slots: Mapping[str, jax.Array]
    ) -> tuple[jax.Array, Mapping[str, jax.Array]]:
        """One weight's next value and its changed slots: a pure function."""
        raise NotImplementedError(
            f"Optimizer {type(self).__name__} needs an update_rule or an update_step method; got none. Define one."
        )

    def rest(self) -> Rest | None:
        """How weights move in steps in which their gradient is zero, if rows that a step does not read can be left
        for later; None if not.
        """
        return None

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one weight and its slots in place; ``update_rule`` says how."""
        self._follow(self._rule, gradient, variable, learning_rate, self._number())

    def _follow(self, rule: Any, gradient: Any, variable: Variable, learning_rate: Any, number: jax.Array) -> None:
        slots = self.slots_by_name(variable)
        values = {name: slot.value for name, slot in slots.items()}
        new, changed = rule(learning_rate, number, variable.value, gradient, values)
        variable.assign(new)
        for name, value in changed.items():
            slots[name].assign(value)

    def _rule(
        self,
        learning_rate: Any,
        number: jax.Array,
        weight: jax.Array,
        gradient: jax.Array,
        slots: Mapping[str, jax.Array],
    ) -> tuple[jax.Array, Mapping[str, jax.Array]]:
        """``update_rule`` in float32 or wider."""
        compute = jnp.promote_types(weight.dtype, "float32")
        step = Step(jnp.asarray(learning_rate, compute), number.astype(compute))
        values = {name: _at_least(value, compute) for name, value in slots.items()}
        return self.update_rule(step, _at_least(weight, compute), gradient.astype(compute), values)

    # State.

    @property
    def iterations(self) -> Any:
        """Updates made so far: an int32 Variable, or, where gradients are accumulated, an array computed from it."""
        steps = self.gradient_accumulation_steps
        return self._iterations.value // steps if steps else self._iterations

    def _number(self) -> jax.Array:
        steps, made = self.gradient_accumulation_steps, self._iterations.value
        return (made // steps if steps else made) + 1

    def build(self, variables: Any) -> None:
        """Make the state for a list of weights; the first call counts."""
        if self.built:
            return
        self._trainable_variables = list(variables)
        self._index = {v: i for i, v in enumerate(self._trainable_variables)}
        updated = [v for v in self._trainable_variables if not v.overwrite_with_gradient]
        if self.use_ema:
            self._averages = Averages(self, updated, self.ema_momentum, self.ema_overwrite_frequency)
        if self.gradient_accumulation_steps:
            self._accumulators = [
                self.add_variable_from_reference(v, "gradient_accumulator") for v in self._trainable_variables
            ]
        self._slots = [{} for _ in self._trainable_variables]
        self._make_slots(updated)
        self.built = True

    def _make_slots(self, variables: Sequence[Variable]) -> None:
        wanted = [(slot, v) for v in variables for slot in self.slots_for(v)]
        for slot, v in sorted(wanted, key=lambda pair: pair[0].group):
            made = self.add_variable(
                v.shape if slot.shape is None else slot.shape,
                first_value(slot, v),
                slot.dtype or v.dtype,
                layout=v.layout if slot.shape is None else None,
                name=slot_name(v, slot.name),
            )
            self._slots[self._index[v]][slot.name] = made

    def _get_variable_index(self, variable: Any) -> int:
        """Place of a weight among those that the optimizer was built on (Keras's name: custom optimizers call it)."""
        index = self._index.get(variable)
        if index is None:
            raise ValueError(
                explain(
                    f"Optimizer {self.name!r}",
                    "the weights that it was built on",
                    f"another one, {getattr(variable, 'path', variable)!r}",
                    "Make a new optimizer for new weights.",
                )
            )
        return index

    def slots_by_name(self, variable: Variable) -> dict[str, Variable]:
        """What is kept for one weight."""
        return self._slots[self._get_variable_index(variable)]

    # One step.

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]]) -> Any:
        """One step from (gradient, weight) pairs. Returns the step count."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """One step: change the weights by their gradients.

        Args:
            grads: one array for each weight; None leaves that weight as it is.
            trainable_variables: the weights; those that the optimizer was built on if None.
        """
        variables = self._variables_of(trainable_variables)
        gradients, variables = with_gradients(self.name, grads, variables)
        if not variables:
            return
        if self._can_compile(gradients, variables):
            self._apply_compiled(gradients, variables)
        else:
            self._step(gradients, variables, self.current_learning_rate())

    def _variables_of(self, trainable_variables: Sequence[Any] | None) -> list[Variable]:
        if trainable_variables is None:
            if not self.built:
                raise ValueError(
                    explain(
                        f"apply of optimizer {self.name!r}",
                        "the weights, or to be built",
                        "gradients alone",
                        "Pass apply(grads, trainable_variables), or call build(trainable_variables) first.",
                    )
                )
            variables = self._trainable_variables
        else:
            variables = list(trainable_variables)
            self.build(variables)
            for variable in variables:
                self._get_variable_index(variable)
        return variables

    def _step(self, gradients: list[jax.Array], variables: list[Variable], rate: jax.Array) -> None:
        """One whole step, in terms of Variables: runs as it is, and under ``holding`` for arrays that are traced."""
        if self.loss_scale_factor:
            gradients = [
                g if v.overwrite_with_gradient else g / self.loss_scale_factor
                for g, v in zip(gradients, variables, strict=True)
            ]
        if self.gradient_accumulation_steps:
            self._accumulate(gradients, variables, rate, self.gradient_accumulation_steps)
        else:
            self._update(gradients, variables, rate)
        if self._averages is not None:
            self._averages.follow(self.iterations)
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        self._iterations.assign_add(1)

    def _accumulate(self, gradients: list[jax.Array], variables: list[Variable], rate: jax.Array, steps: int) -> None:
        """Add to the sums; in each n-th step update by the mean, and start new sums."""
        sums = [self._accumulators[self._index[v]] for v in variables]
        for total, gradient, variable in zip(sums, gradients, variables, strict=True):
            overwriting = variable.overwrite_with_gradient
            total.assign(jnp.maximum(total.value, gradient) if overwriting else total.value + gradient)

        def update() -> None:
            means = [
                s.value if v.overwrite_with_gradient else s.value / steps for s, v in zip(sums, variables, strict=True)
            ]
            self._update(means, variables, rate)
            for total in sums:
                total.assign(jnp.zeros_like(total.value))

        due = (self._iterations.value + 1) % steps == 0
        run_if(due, update, [*self.variables, *variables])

    def _update(self, gradients: list[jax.Array], variables: list[Variable], rate: jax.Array) -> None:
        """Clip, decay, and change each weight."""
        pairs = []
        for gradient, variable in zip(gradients, variables, strict=True):
            if variable.overwrite_with_gradient:
                variable.assign(gradient)
            else:
                pairs.append((gradient, variable))
        clipped = self._clipped([rows.values_of(g) for g, _ in pairs])
        self._decay([v for g, v in pairs if not isinstance(g, RowGradient)], rate)
        number = self._number()
        step = Step(rate, number.astype("float32"))
        self.start_step(step)
        # A rule of the library's is traced and lowered once for all weights of one shape: XLA inlines the calls.
        rule = jax.jit(self._rule) if registry.is_published(type(self)) else self._rule
        for values, (gradient, variable) in zip(clipped, pairs, strict=True):
            if isinstance(gradient, RowGradient):
                self._update_rows(rows.with_values(gradient, values), variable, step)
            elif self._is_plain:
                self._follow(rule, values, variable, rate, number)
            else:
                self.update_step(values, variable, rate)

    def _update_rows(self, gradient: RowGradient, variable: Variable, step: Step) -> None:
        """Change the rows of a weight that were read, and the same rows of its slots."""
        part, weight = self.decay_of(variable), gradient.weight
        if part is not None:
            weight = weight - weight * (part * step.learning_rate)
        new, changed = self.update_rule(step, weight, gradient.values, gradient.slots)
        gradient.keep(variable, new)
        for name, slot in self.slots_by_name(variable).items():
            gradient.keep(slot, changed.get(name, gradient.slots[name]))
        gradient.debt.advance(step)

    def _clipped(self, gradients: list[jax.Array]) -> list[jax.Array]:
        if self.clipnorm and self.clipnorm > 0:
            return [clip.by_norm(g, self.clipnorm) for g in gradients]
        if self.global_clipnorm and self.global_clipnorm > 0:
            return clip.by_global_norm(gradients, self.global_clipnorm)
        if self.clipvalue and self.clipvalue > 0:
            return [clip.by_value(g, self.clipvalue) for g in gradients]
        return gradients

    def _decay(self, variables: Sequence[Variable], rate: jax.Array) -> None:
        for variable in variables:
            part = self.decay_of(variable)
            if part is not None:
                variable.assign(variable.value - variable.value * (part * rate))

    def decay_of(self, variable: Variable) -> float | None:
        """Part of a weight that goes in each step, per learning rate; None if it does not decay."""
        excluded, patterns = self._undecayed
        if variable in excluded or any(re.search(p, variable.name) for p in patterns):
            return None
        return self._decay_of(variable)

    def _decay_of(self, variable: Variable) -> float | None:
        """The same for weights that are not excluded."""
        return self.weight_decay

    # One step, compiled.

    def __setattr__(self, name: str, value: Any) -> None:
        # Attributes are constants of the compiled step: a changed one means a new step. The learning rate is not.
        if name != "learning_rate":
            object.__setattr__(self, "_compiled", {})
        super().__setattr__(name, value)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_compiled": {}}

    @property
    def _is_plain(self) -> bool:
        """Whether weights change by ``update_rule``, not by a method that assigns to Variables."""
        return type(self).update_step is Optimizer.update_step

    def _can_compile(self, gradients: Sequence[Any], variables: Sequence[Variable]) -> bool:
        """Whether the step is the library's own, and values are known: a user's may look at values or count calls."""
        traced = [*gradients, *raw_values([self._iterations, *variables])]
        own = self._is_plain or registry.is_published(type(self))
        return own and not any(isinstance(x, Tracer) for x in traced)

    def _apply_compiled(self, gradients: list[jax.Array], variables: list[Variable]) -> None:
        key = tuple((v, v.constraint, v.overwrite_with_gradient) for v in variables)
        step = self._compiled.get(key)
        if step is None:
            step = self._compiled[key] = jax.jit(self._pure_step(variables))
        state = self.variables
        # A user's schedule or function may do what cannot be traced, so its value is an argument.
        inside = isinstance(self._learning_rate, Variable) or registry.is_published(type(self._learning_rate))
        rate = None if inside else self.current_learning_rate()
        write_values([*state, *variables], step(raw_values(state), raw_values(variables), gradients, rate))

    def _pure_step(self, variables: list[Variable]) -> Any:
        state = self.variables

        def step(state_values: Any, values: Any, gradients: Any, rate: Any) -> tuple[Any, ...]:
            with holding([*state, *variables], [*state_values, *values]):
                self._step(gradients, variables, self.current_learning_rate() if rate is None else rate)
                return raw_values([*state, *variables])

        return step

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        """One step as a pure function of arrays.

        Returns:
            The new values of the weights and of the optimizer's variables.
        """
        if not self.built:
            raise ValueError(
                explain(
                    f"stateless_apply of optimizer {self.name!r}",
                    "an optimizer that is built",
                    "one that is not",
                    "Call build(trainable_variables) first.",
                )
            )
        state, weights = self.variables, self._trainable_variables
        given = [as_array(v) for v in [*optimizer_variables, *trainable_variables]]
        with holding([*state, *weights], given):
            self.apply(grads)
            return list(raw_values(weights)), list(raw_values(state))

    # Options.

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Sequence[str] | None = None) -> None:
        """Weights that do not decay; to be called before the optimizer is built.

        Args:
            var_list: Variables.
            var_names: regular expressions, searched for in the weights' names.
        """
        if self.built:
            raise ValueError(
                explain(
                    "exclude_from_weight_decay",
                    "an optimizer that is not built",
                    f"{self.name!r}, which is",
                    "Call it before compile or apply.",
                )
            )
        self._undecayed = (frozenset(var_list or ()), tuple(var_names or ()))

    def scale_loss(self, loss: Any) -> Any:
        """The loss times ``loss_scale_factor``: what gradients are to be taken of."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def finalize_variable_values(self, var_list: Any) -> None:
        """Give weights their final values: their averages, if these are kept."""
        if self._averages is not None:
            self._averages.overwrite(var_list)

    def check_options(self) -> None:
        """Refuse options that contradict each other or are out of range; called at the end of the constructor."""
        options.check(self)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        rate = self._learning_rate
        return {
            "name": self.name,
            "learning_rate": float(rate.numpy()) if isinstance(rate, Variable) else registry.serialize(rate),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
            **own_config(self),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """The optimizer that a config describes."""
        with registry.custom_objects(custom_objects):
            rate = config.get("learning_rate")
            if isinstance(rate, dict):
                config = {**config, "learning_rate": registry.deserialize(rate)}
            return cls(**config)


def _at_least(x: jax.Array, dtype: Any) -> jax.Array:
    return x.astype(dtype) if jnp.issubdtype(x.dtype, jnp.floating) else x
