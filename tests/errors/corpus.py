"""Mistakes that people make. Each is a function that makes one; ``messages.txt`` holds what it says, whole."""

from __future__ import annotations

import numpy as np

import cornu as keras
from cornu import layers, ops

MISTAKES = {}


def mistake(function):
    MISTAKES[function.__name__] = function
    return function


def tiny(**kwargs):
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(3, name="out")(x), name="tiny", **kwargs)


def compiled(loss="mse", **kwargs):
    model = tiny()
    model.compile("sgd", loss, **kwargs)
    return model


def two_headed():
    x = keras.Input((4,), name="x")
    return keras.Model(x, [layers.Dense(1, name="priority")(x), layers.Dense(3, name="department")(x)], name="heads")


def rows(*shape):
    return np.zeros(shape, "float32")


# Making inputs and layers.


@mistake
def input_without_shape():
    keras.Input()


@mistake
def input_shape_is_a_number():
    keras.Input(784)


@mistake
def input_shape_has_a_float():
    keras.Input((28.0, 28))


@mistake
def input_shape_is_negative():
    keras.Input((-1, 3))


@mistake
def input_has_two_batch_shapes():
    keras.Input(shape=(3,), batch_shape=(2, 3))


@mistake
def dense_of_zero_units():
    layers.Dense(0)


@mistake
def dense_without_units():
    layers.Dense()


@mistake
def unknown_argument():
    layers.Dense(3, activaton="relu")


@mistake
def argument_given_twice():
    layers.Dense(3, units=4)


@mistake
def misspelt_activation():
    layers.Dense(3, activation="rleu")


@mistake
def misspelt_initializer():
    layers.Dense(3, kernel_initializer="glorot_unifrom")


@mistake
def name_with_a_slash():
    layers.Dense(3, name="a/b")


@mistake
def unknown_dtype():
    layers.Dense(3, dtype="float31")


@mistake
def conv_kernel_of_wrong_rank():
    layers.Conv2D(8, (3, 3, 3))


@mistake
def conv_padding_unknown():
    layers.Conv2D(8, 3, padding="sama")


# Calling layers.


@mistake
def unknown_features():
    layers.Dense(3, name="dense")(keras.Input((None,)))


@mistake
def conv_on_flat_input():
    layers.Conv2D(8, 3, name="conv")(keras.Input((784,)))


@mistake
def conv_kernel_larger_than_image():
    layers.Conv2D(8, 5, name="conv")(keras.Input((3, 3, 1)))


@mistake
def lstm_on_two_axes():
    layers.LSTM(8, name="lstm")(keras.Input((10,)))


@mistake
def add_of_shapes_that_differ():
    layers.Add(name="add")([keras.Input((3,)), keras.Input((4,))])


@mistake
def add_of_one_tensor():
    layers.Add(name="add")(keras.Input((3,)))


@mistake
def concatenate_of_shapes_that_differ():
    layers.Concatenate(axis=1, name="join")([keras.Input((3, 4)), keras.Input((3, 5))])


@mistake
def reshape_to_another_size():
    layers.Reshape((4, 5), name="reshape")(keras.Input((16,)))


@mistake
def second_call_with_other_features():
    dense = layers.Dense(3, name="dense")
    dense(keras.Input((4,)))
    dense(keras.Input((5,)))


@mistake
def operator_on_shapes_that_differ():
    keras.Input((3,)) + keras.Input((4,))


@mistake
def matmul_of_shapes_that_differ():
    ops.matmul(keras.Input((3, 4)), keras.Input((5, 6)))


@mistake
def named_sizes_that_differ():
    layers.Add(name="add")([keras.Input(("time", 8), name="a"), keras.Input(("frames", 8), name="b")])


@mistake
def jax_function_on_a_symbolic_tensor():
    import jax.numpy as jnp

    jnp.sin(keras.Input((3,), name="x"))


@mistake
def numpy_function_on_a_symbolic_tensor():
    np.sin(keras.Input((3,), name="x"))


@mistake
def condition_on_a_symbolic_tensor():
    bool(keras.Input((3,), name="x") > 0)


@mistake
def loop_over_a_symbolic_tensor():
    list(keras.Input((3,), name="x"))


@mistake
def layer_without_super_init():
    class Forgetful(layers.Layer):
        def __init__(self):
            self.units = 3

        def call(self, x):
            return x

    Forgetful()(rows(1, 2))


@mistake
def layer_without_call():
    class Silent(layers.Layer):
        pass

    Silent(name="silent")(rows(1, 2))


@mistake
def error_inside_nested_models():
    class Picky(layers.Layer):
        def call(self, x):
            if x.shape[0] == 3:
                raise ValueError("I never liked three rows.")
            return x

    x, y = keras.Input((4,)), keras.Input((4,))
    inner = keras.Model(x, Picky(name="picky")(x), name="inner")
    keras.Model(y, inner(y), name="outer")(rows(3, 4))


# Making models.


@mistake
def model_of_a_layer():
    x = keras.Input((3,), name="x")
    keras.Model(x, layers.Dense(2, name="dense"), name="m")


@mistake
def disconnected_graph():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    keras.Model(a, layers.Dense(2, name="dense")(layers.add([a, b])), name="m")


@mistake
def two_layers_of_one_name():
    x = keras.Input((3,), name="x")
    keras.Model(x, layers.Dense(2, name="same")(layers.Dense(2, name="same")(x)), name="m")


@mistake
def one_input_twice():
    x = keras.Input((3,), name="x")
    keras.Model([x, x], layers.Dense(2)(x), name="m")


@mistake
def sequential_of_a_class():
    keras.Sequential([layers.Dense], name="chain").add(3)


@mistake
def unknown_layer_name():
    tiny().get_layer("uot")


# Data.


@mistake
def data_of_wrong_width():
    tiny().predict(rows(2, 5), verbose=0)


@mistake
def data_without_batch_axis():
    tiny()(rows(4))


@mistake
def missing_input_in_dict():
    a, b = keras.Input((3,), name="title"), keras.Input((3,), name="body")
    keras.Model([a, b], layers.add([a, b]), name="m")({"title": rows(1, 3)})


@mistake
def too_few_inputs():
    a, b = keras.Input((3,), name="title"), keras.Input((3,), name="body")
    keras.Model([a, b], layers.add([a, b]), name="m")([rows(1, 3)])


@mistake
def named_size_with_two_lengths():
    a, b = keras.Input(("time", 2), name="a"), keras.Input(("time", 2), name="b")
    keras.Model([a, b], layers.add([a, b]), name="m")([rows(1, 3, 2), rows(1, 4, 2)])


@mistake
def rows_that_differ():
    compiled().fit(rows(4, 4), rows(3, 3), verbose=0)


@mistake
def text_as_data():
    tiny().predict(np.array([["a", "b", "c", "d"]], dtype=object), verbose=0)


@mistake
def no_rows():
    compiled().fit(rows(0, 4), rows(0, 3), verbose=0)


# Training.


@mistake
def fit_before_compile():
    tiny().fit(rows(2, 4), rows(2, 3))


@mistake
def misspelt_loss():
    model = tiny()
    model.compile("sgd", "mean_squared_eror")
    model.fit(rows(2, 4), rows(2, 3), verbose=0)


@mistake
def misspelt_optimizer():
    tiny().compile("adamm", "mse")


@mistake
def metrics_in_the_place_of_loss_weights():
    tiny().compile("sgd", "mse", ["accuracy"])


@mistake
def loss_for_unknown_output():
    two_headed().compile("sgd", {"prioriti": "mse", "department": "mse"})


@mistake
def wrong_number_of_losses():
    model = two_headed()
    model.compile("sgd", ["mse"])
    model.fit(rows(2, 4), [rows(2, 1), rows(2, 3)], verbose=0)


@mistake
def missing_target():
    model = two_headed()
    model.compile("sgd", "mse")
    model.fit(rows(2, 4), {"priority": rows(2, 1)}, verbose=0)


@mistake
def target_that_would_broadcast():
    compiled().fit(rows(4, 4), rows(4), verbose=0)


@mistake
def target_of_wrong_width():
    compiled().fit(rows(4, 4), rows(4, 2), verbose=0)


@mistake
def one_hot_target_for_sparse_loss():
    compiled("sparse_categorical_crossentropy").fit(rows(4, 4), rows(4, 3), verbose=0)


@mistake
def labels_for_one_hot_loss():
    compiled("categorical_crossentropy").fit(rows(4, 4), rows(4), verbose=0)


@mistake
def model_without_loss():
    model = tiny()
    model.compile("sgd")
    model.fit(rows(2, 4), rows(2, 3), verbose=0)


@mistake
def validation_split_of_all():
    compiled().fit(rows(4, 4), rows(4, 3), validation_split=1.5, verbose=0)


@mistake
def batch_size_of_zero():
    compiled().fit(rows(4, 4), rows(4, 3), batch_size=0, verbose=0)


@mistake
def callback_that_is_none():
    compiled().fit(rows(4, 4), rows(4, 3), callbacks=[print], verbose=0)


# Weights and files.


@mistake
def weights_of_wrong_number():
    tiny().set_weights([rows(4, 3)])


@mistake
def weights_of_wrong_shape():
    tiny().set_weights([rows(3, 4), rows(3)])


@mistake
def file_that_is_not_there():
    keras.models.load_model("nowhere.keras")


@mistake
def model_saved_as_h5():
    tiny().save("model.h5")


@mistake
def weights_of_another_architecture():
    other = keras.Sequential([keras.Input((4,)), layers.Dense(5)], name="other")
    other.save_weights("other.weights.h5")
    tiny().load_weights("other.weights.h5")


@mistake
def unregistered_class_in_a_file():
    class Mine(layers.Layer):
        def call(self, x):
            return x

    x = keras.Input((4,), name="x")
    keras.Model(x, Mine(name="mine")(x), name="m").save("mine.keras")
    keras.models.load_model("mine.keras")


@mistake
def lambda_without_a_name_in_a_file():
    x = keras.Input((4,), name="x")
    keras.Model(x, layers.Lambda(lambda t: t * 2, name="double")(x), name="m").save("m.keras")


@mistake
def layer_whose_arguments_are_not_data():
    class Odd(layers.Layer):
        def __init__(self, thing):
            super().__init__(name="odd")
            self.thing = thing

        def call(self, x):
            return x

    x = keras.Input((4,), name="x")
    keras.Model(x, Odd(object())(x), name="m").save("m.keras")
