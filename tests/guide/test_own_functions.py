"""Any JAX function in a graph, through the one documented door: docs/tour.md."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

import cornu as keras
from cornu import layers, ops


@keras.saving.register_keras_serializable("tour")
@ops.op
def spectrum(x):
    return jnp.abs(jnp.fft.rfft(x))


def test_a_jax_function_stands_between_layers_and_in_files(tmp_path):
    inputs = keras.Input((16,), name="signal")
    outputs = layers.Dense(2)(spectrum(inputs))
    model = keras.Model(inputs, outputs)
    assert model.operations[1].function is spectrum and outputs.shape == (None, 2)
    signal = np.random.default_rng(0).random((3, 16), dtype=np.float32)
    np.testing.assert_allclose(spectrum(signal), np.abs(np.fft.rfft(signal)), rtol=1e-4, atol=1e-4)
    model.compile("adam", "mse")
    model.fit(signal, np.zeros((3, 2)), verbose=0)
    model.save(tmp_path / "spectrum.keras")
    again = keras.models.load_model(tmp_path / "spectrum.keras")
    np.testing.assert_array_equal(again.predict(signal, verbose=0), model.predict(signal, verbose=0))


def test_the_tours_layer_and_loop_run():
    @keras.saving.register_keras_serializable("shop")
    class Scale(layers.Layer):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape):
            self.gain = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gain")

        def call(self, x, training=None):
            return x * self.gain * self.factor

    x = keras.Input((3,))
    model = keras.Model(x, Scale(3.0)(x))
    assert keras.Model.from_config(model.get_config()).layers[1].factor == 3.0
    f = keras.pure(model)
    params, state = f.values()
    outputs, state, _ = f(params, state, np.ones((2, 3), "float32"), training=True)
    np.testing.assert_array_equal(outputs, np.full((2, 3), 3.0))
    f.write_back([np.full(3, 2.0, "float32")], state)
    np.testing.assert_array_equal(model(np.ones((1, 3), "float32")), np.full((1, 3), 6.0))
