"""What users write, for pyright alone (`make lint`): it must pass what is right and refuse what is wrong.

Each refusal is expected by a comment, and a comment that nothing needs is an error as well.
"""

import cornu as keras
from cornu import layers

x = keras.Input((28, 28, 1), name="digits")
y = layers.Conv2D(8, 3, padding="same", activation="relu", kernel_regularizer=keras.regularizers.l2(0.1))(x)
y = layers.Dense(3, "relu", name="x", dtype="float32", kernel_initializer=keras.initializers.HeNormal(seed=1))(y)
y = layers.LSTM(32, "tanh", "sigmoid", return_sequences=True, name="memory")(layers.Reshape((28, -1))(y))
y = layers.Bidirectional(layers.GRU(4, reset_after=False, trainable=False))(y)
y = layers.Dropout(0.5, seed=3)(layers.MaxPool1D(2, input_shape=(4, 4))(y))
model = keras.Model(x, y)
model.compile(
    keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, decay_steps=9), beta_1=0.8, clipnorm=1.0),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True, name="loss"),
    [keras.metrics.SparseTopKCategoricalAccuracy(k=3, name="top"), "accuracy"],
)
assert isinstance(model.layers[1], layers.Conv2D) and model.layers[1].filters == 8


class Scaled(layers.Dense):
    """A layer of the user's."""

    def __init__(self, units: int, factor: float = 2.0, **kwargs):
        super().__init__(units, **kwargs)
        self.factor = factor


Scaled(3, factor=1.0, name="scaled")
layers.Dense(3, activaton="relu")  # pyright: ignore[reportCallIssue]
layers.Dense("3")  # pyright: ignore[reportArgumentType]
layers.Conv2D(8)  # pyright: ignore[reportCallIssue]
layers.LSTM(32, return_sequence=True)  # pyright: ignore[reportCallIssue]
layers.ReLU(0.1, 0.2, 0.3, 0.4)  # pyright: ignore[reportCallIssue]
keras.optimizers.Adam(lr=1e-3)  # pyright: ignore[reportCallIssue]
keras.losses.SparseCategoricalCrossentropy(from_logit=True)  # pyright: ignore[reportCallIssue]
keras.metrics.SparseTopKCategoricalAccuracy(top_k=3)  # pyright: ignore[reportCallIssue]
keras.regularizers.L2(l1=0.1)  # pyright: ignore[reportCallIssue]
keras.initializers.HeNormal(stddev=0.1)  # pyright: ignore[reportCallIssue]
