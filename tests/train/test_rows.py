"""Tables updated by rows: the numbers are those of the dense update, whatever is left for later."""

import jax
import numpy as np
import pytest

import cornu
from cornu import layers, optimizers
from cornu.core.pure import raw_values
from cornu.optimizers import rest
from cornu.train import Resume, rows, step

ROWS, WIDTH, BATCH, LENGTH = 240, 4, 4, 3
RNG = np.random.default_rng(0)
# Ids crowd at the start, so that some come in each step, some more than once in a batch, and some never or after long.
IDS = np.minimum(RNG.geometric(0.02, (50, LENGTH)) - 1, ROWS - 20).astype("int32")
Y = RNG.normal(size=(50, 1)).astype("float32")

RULES = {
    "sgd": lambda: optimizers.SGD(0.5, weight_decay=0.01),
    "nesterov": lambda: optimizers.SGD(0.1, momentum=0.8, nesterov=True),
    "adagrad": lambda: optimizers.Adagrad(0.1),
    "rmsprop": lambda: optimizers.RMSprop(0.01, momentum=0.7, centered=True),
    "adam": lambda: optimizers.Adam(0.01),
    "adam, fast": lambda: optimizers.Adam(0.01, beta_1=0.8, beta_2=0.98, epsilon=1e-3, global_clipnorm=0.05),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "adamw": lambda: optimizers.AdamW(optimizers.schedules.ExponentialDecay(0.05, 7, 0.7), weight_decay=0.1),
}


@pytest.fixture(autouse=True)
def small_tables_count(monkeypatch):
    monkeypatch.setattr(rows, "_LEAST_ELEMENTS", ROWS * WIDTH)


def build(optimizer, **options):
    cornu.utils.set_random_seed(1)
    x = layers.Input((LENGTH,), dtype="int32")
    table = layers.Embedding(ROWS, WIDTH, name="table", **options)
    h = layers.GlobalAveragePooling1D()(table(x))
    return compiled(x, layers.Dense(1)(h), optimizer)


def compiled(x, y, optimizer):
    model = cornu.Model(x, y)
    model.compile(optimizer, "mse")
    return model


def state(model):
    return [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]


def owing(model):
    return next((v for k, v in model.training_setup.functions.items() if k[0] == "tables"), rows.Owing([]))


def by_rows_and_whole(monkeypatch, make, run, updated_by_rows=1):
    """What a run leaves in a model whose tables are updated by rows, and in one where they are not."""
    found = []
    for least in (0, 10**9):
        monkeypatch.setattr(rows, "_LEAST_ELEMENTS", least)
        model = make()
        run(model)
        assert len(owing(model).tables) == (updated_by_rows if not least else 0)
        found.append(state(model))
    return found


def assert_same(found, rtol=2e-5):
    for mine, dense in zip(*found, strict=True):
        np.testing.assert_allclose(mine, dense, rtol=rtol, atol=2e-7 * max(1e-3, np.abs(dense).max()))


def three_epochs(model):
    model.fit(IDS, Y, batch_size=BATCH, epochs=3, verbose=0)


@pytest.mark.parametrize("rule", RULES)
def test_numbers_are_those_of_the_dense_update(monkeypatch, rule):
    monkeypatch.setattr(rest, "STEPS", 32)  # rows are caught up after 31 steps, in the middle of an epoch
    assert_same(by_rows_and_whole(monkeypatch, lambda: build(RULES[rule]()), three_epochs))


def assert_bits(found):
    for mine, other in zip(*found, strict=True):
        np.testing.assert_array_equal(mine, other)


def shared_table():
    """Two lookups of one table: a mean with a mask, and single rows counted from the end; some ids are padding."""
    cornu.utils.set_random_seed(1)
    x = layers.Input((LENGTH,), dtype="int32")
    table = layers.Embedding(ROWS, WIDTH, mask_zero=True)
    mean = layers.GlobalAveragePooling1D()(table(x))
    return compiled(x, layers.Dense(1)(mean + table(x[:, 0] - 30)), optimizers.Adam(0.01))


def test_two_lookups_of_a_table_with_a_mask(monkeypatch):
    assert_same(by_rows_and_whole(monkeypatch, shared_table, three_epochs))


def test_half_precision_reads_and_whole_precision_updates(monkeypatch):
    def make():
        cornu.utils.set_random_seed(1)
        x = layers.Input((LENGTH,), dtype="int32")
        h = layers.GlobalAveragePooling1D()(layers.Embedding(ROWS, WIDTH, dtype="mixed_bfloat16")(x))
        return compiled(x, layers.Dense(1)(h), optimizers.Adam(0.01))

    assert_same(by_rows_and_whole(monkeypatch, make, three_epochs), rtol=1e-3)


class Looks(cornu.callbacks.Callback):
    """Reads the table after each batch; assigns to it at one of them, if asked to."""

    def __init__(self, assign_at=None):
        self.assign_at, self.tables, self.done = assign_at, [], 0

    def on_train_batch_end(self, batch, logs=None):
        table = self.model.get_layer("table").embeddings
        self.tables.append(table.numpy())
        self.done += 1
        if self.done == self.assign_at:
            table.assign(table.value * 0.5)


def test_who_looks_sees_all_rows_caught_up_and_changes_no_bit(monkeypatch):
    monkeypatch.setattr(rest, "STEPS", 32)
    seen = []

    def run(model):
        seen.append(Looks())
        model.fit(IDS, Y, batch_size=BATCH, epochs=2, verbose=0, shuffle=False, callbacks=seen[-1:])

    looked, _ = found = by_rows_and_whole(monkeypatch, lambda: build(optimizers.Adam(0.01)), run)
    assert_same(found)
    for mine, dense in zip(seen[0].tables, seen[1].tables, strict=True):
        np.testing.assert_allclose(mine, dense, rtol=2e-5, atol=1e-8)

    def stream():
        for _ in range(2):
            for start in range(0, 50, BATCH):
                assert model.get_layer("table").embeddings.value.shape == (ROWS, WIDTH)
                yield IDS[start : start + BATCH], Y[start : start + BATCH]

    monkeypatch.setattr(rows, "_LEAST_ELEMENTS", 0)
    model = build(optimizers.Adam(0.01))
    model.fit(stream(), steps_per_epoch=13, epochs=2, verbose=0)
    assert_bits([state(model), looked])
    model = build(optimizers.Adam(0.01))
    model.fit(IDS, Y, batch_size=BATCH, epochs=2, verbose=0, shuffle=False, validation_data=(IDS, Y))
    assert_bits([state(model), looked])


def test_an_assignment_between_steps_counts(monkeypatch):
    def run(model):
        model.fit(IDS, Y, batch_size=BATCH, epochs=2, verbose=0, shuffle=False, callbacks=[Looks(assign_at=9)])
        model.optimizer.learning_rate = 0.03
        model.fit(IDS, Y, batch_size=BATCH, epochs=1, verbose=0, shuffle=False)
        for start in (0, 20):
            model.train_on_batch(IDS[start : start + BATCH], Y[start : start + BATCH])

    assert_same(by_rows_and_whole(monkeypatch, lambda: build(optimizers.Adam(0.01)), run))


class Dies(cornu.callbacks.Callback):
    """Ends the run in the middle of an epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.optimizer.iterations.numpy()) == 20:
            raise KeyboardInterrupt


def test_a_run_that_goes_on_ends_with_the_same_bits(monkeypatch, tmp_path):
    monkeypatch.setattr(rest, "STEPS", 17)

    def run(resume, *callbacks):
        model = build(optimizers.AdamW(0.01, weight_decay=0.1))
        model.fit(IDS, Y, batch_size=BATCH, epochs=3, verbose=0, resume=resume, callbacks=list(callbacks))
        return state(model)

    with pytest.raises(KeyboardInterrupt):
        run(Resume(tmp_path, every_steps=3), Dies())
    assert_bits([run(Resume(tmp_path, every_steps=3)), run(None)])


class Reads(layers.Layer):
    """Reads a table in a way of its own."""

    def __init__(self, how, **options):
        super().__init__(**options)
        self.table, self.how = layers.Embedding(ROWS, WIDTH, name="table"), how

    def build(self, shape):
        self.table.build(shape)

    def call(self, x):
        if self.how == "whole":
            return self.table(x) + cornu.ops.mean(self.table.embeddings, axis=0)
        if self.how == "in a loop":
            return jax.lax.map(self.table, x)
        return jax.checkpoint(lambda x: self.table(x))(x)


@pytest.mark.parametrize("how", ["whole", "in a loop", "in a checkpoint"])
def test_tables_read_otherwise_are_updated_whole(monkeypatch, how):
    def make():
        cornu.utils.set_random_seed(1)
        x = layers.Input((LENGTH,), dtype="int32")
        h = layers.GlobalAveragePooling1D()(Reads(how)(x))
        return compiled(x, layers.Dense(1)(h), optimizers.SGD(0.1))

    assert_bits(by_rows_and_whole(monkeypatch, make, three_epochs, updated_by_rows=0))


@pytest.mark.parametrize(
    ("optimizer", "options"),
    [
        (lambda: optimizers.Nadam(), {}),
        (lambda: optimizers.Adam(beta_2=0.9), {}),
        (lambda: optimizers.Adam(use_ema=True), {}),
        (lambda: optimizers.Adam(gradient_accumulation_steps=2), {}),
        (lambda: type("Mine", (optimizers.Adam,), {})(), {}),
        (lambda: optimizers.Adam(), {"embeddings_regularizer": "l2"}),
        (lambda: optimizers.Adam(), {"embeddings_constraint": "max_norm"}),
    ],
)
def test_what_needs_all_rows_gets_them(optimizer, options):
    model = build(optimizer(), **options)
    model.optimizer.build(model.trainable_variables)
    assert rows.find_tables(model.optimizer, model.trainable_variables) == []


def outputs_of(jaxpr, shape):
    """Names of the primitives that make arrays of a shape, calls opened."""
    names = []
    for equation in jaxpr.eqns:
        values = [p for value in equation.params.values() for p in (value if isinstance(value, tuple) else (value,))]
        inner = [p.jaxpr for p in values if hasattr(p, "jaxpr")]
        for opened in inner:
            names += outputs_of(opened, shape)
        if not inner and any(v.aval.shape == shape for v in equation.outvars):
            names.append(equation.primitive.name)
    return names


def test_a_step_makes_nothing_of_the_size_of_the_table_but_by_writing_rows():
    model = build(optimizers.AdamW(0.01))
    model.optimizer.build(model.trainable_variables)
    tables = rows.find_tables(model.optimizer, model.trainable_variables)
    state = [raw_values(group) for group in (*step.variables_of(model), rows.debts_of(tables))]
    made = jax.make_jaxpr(lambda s: step.train_step(model, s, (IDS[:4], Y[:4]), tables)[1])(state)
    assert outputs_of(made.jaxpr, (ROWS, WIDTH)) == ["scatter"] * 3  # the table and Adam's two slots
    assert set(outputs_of(made.jaxpr, (ROWS,))) == {"scatter"}
    dense = jax.make_jaxpr(lambda s: step.train_step(model, s, (IDS[:4], Y[:4]))[1])(state[:4])
    assert len(outputs_of(dense.jaxpr, (ROWS, WIDTH))) > 10
