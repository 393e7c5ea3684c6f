"""What the functional API guide shows, block by block, runs as users write it."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras
from cornu import layers


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """Each block in a folder of its own, with names counted anew."""
    monkeypatch.chdir(tmp_path)
    keras.utils.clear_session()
    keras.utils.set_random_seed(7)


def mnist_model() -> keras.Model:
    inputs = keras.Input(shape=(784,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(10)(x)
    return keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")


def png_size(path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_a_model_is_built_drawn_trained_and_saved_whole(tmp_path):
    model = mnist_model()
    assert model.input_shape == (None, 784) and model.output_shape == (None, 10)

    keras.utils.plot_model(model, "my_first_model.png")
    keras.utils.plot_model(model, "my_first_model_with_shape_info.png", show_shapes=True)
    small, large = png_size(tmp_path / "my_first_model.png"), png_size(tmp_path / "my_first_model_with_shape_info.png")
    assert large[0] * large[1] > small[0] * small[1] > 100 * 100

    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=keras.optimizers.RMSprop(),
        metrics=["accuracy"],
    )
    x = np.random.rand(320, 784).astype("float32")
    y = (x[:, :10].argmax(-1)).astype("uint8")
    history = model.fit(x, y, batch_size=64, epochs=3, validation_split=0.2, verbose=0)
    assert set(history.history) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert history.history["loss"][-1] < history.history["loss"][0]
    scores = model.evaluate(x, y, verbose=0)
    assert len(scores) == 2

    predictions = model.predict(x, verbose=0)
    model.save("path_to_my_model")
    assert (tmp_path / "path_to_my_model").is_file()
    del model
    # Recreate the exact same model purely from the file:
    model = keras.models.load_model("path_to_my_model")
    np.testing.assert_array_equal(model.predict(x, verbose=0), predictions)
    assert model.evaluate(x, y, verbose=0) == scores
    model.fit(x, y, batch_size=64, verbose=0)


def encoder_and_autoencoder():
    encoder_input = keras.Input(shape=(28, 28, 1), name="img")
    x = layers.Conv2D(16, 3, activation="relu")(encoder_input)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    encoder_output = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(encoder_input, encoder_output, name="encoder")

    x = layers.Reshape((4, 4, 1))(encoder_output)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    decoder_output = layers.Conv2DTranspose(1, 3, activation="relu")(x)
    return encoder, keras.Model(encoder_input, decoder_output, name="autoencoder")


def test_one_graph_of_layers_makes_several_models(capsys):
    encoder, autoencoder = encoder_and_autoencoder()
    encoder.summary()
    autoencoder.summary()
    shown = capsys.readouterr().out
    assert "encoder" in shown and "18,672" in shown  # parameters of the encoder
    assert autoencoder.output_shape == (None, 28, 28, 1)
    assert encoder.layers[1] is autoencoder.layers[1]
    images = np.random.rand(6, 28, 28, 1).astype("float32")
    assert encoder(images).shape == (6, 16)
    autoencoder.compile("adam", "mse")
    before = encoder.get_weights()[0]
    autoencoder.fit(images, images, batch_size=4, verbose=0)
    assert not np.array_equal(before, encoder.get_weights()[0])


def test_models_are_called_like_layers(capsys):
    encoder_input = keras.Input(shape=(28, 28, 1), name="original_img")
    x = layers.Conv2D(16, 3, activation="relu")(encoder_input)
    x = layers.MaxPooling2D(5)(x)
    encoder_output = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(encoder_input, encoder_output, name="encoder")
    encoder.summary()

    decoder_input = keras.Input(shape=(16,), name="encoded_img")
    x = layers.Reshape((4, 4, 1))(decoder_input)
    x = layers.UpSampling2D(7)(x)
    decoder_output = layers.Conv2DTranspose(1, 1, activation="relu")(x)
    decoder = keras.Model(decoder_input, decoder_output, name="decoder")
    decoder.summary()

    autoencoder_input = keras.Input(shape=(28, 28, 1), name="img")
    encoded_img = encoder(autoencoder_input)
    decoded_img = decoder(encoded_img)
    autoencoder = keras.Model(autoencoder_input, decoded_img, name="autoencoder")
    autoencoder.summary()
    assert "encoder (Functional)" in capsys.readouterr().out
    images = np.random.rand(2, 28, 28, 1).astype("float32")
    np.testing.assert_allclose(autoencoder(images), decoder(encoder(images)), rtol=1e-6)
    assert [layer.name for layer in autoencoder.layers] == ["img", "encoder", "decoder"]


def test_models_are_averaged_into_an_ensemble():
    def get_model():
        inputs = keras.Input(shape=(128,))
        outputs = layers.Dense(1)(inputs)
        return keras.Model(inputs, outputs)

    model1 = get_model()
    model2 = get_model()
    model3 = get_model()

    inputs = keras.Input(shape=(128,))
    y1 = model1(inputs)
    y2 = model2(inputs)
    y3 = model3(inputs)
    outputs = layers.average([y1, y2, y3])
    ensemble_model = keras.Model(inputs=inputs, outputs=outputs)
    x = np.random.rand(3, 128).astype("float32")
    np.testing.assert_allclose(ensemble_model(x), (model1(x) + model2(x) + model3(x)) / 3, rtol=1e-5)


NUM_TAGS, NUM_WORDS, NUM_DEPARTMENTS = 12, 1000, 4


def ticket_model() -> keras.Model:
    title_input = keras.Input(shape=(None,), name="title")
    body_input = keras.Input(shape=(None,), name="body")
    tags_input = keras.Input(shape=(NUM_TAGS,), name="tags")
    title_features = layers.Embedding(NUM_WORDS, 8)(title_input)
    body_features = layers.Embedding(NUM_WORDS, 8)(body_input)
    title_features = layers.LSTM(16)(title_features)
    body_features = layers.LSTM(8)(body_features)
    x = layers.concatenate([title_features, body_features, tags_input])
    priority_pred = layers.Dense(1, name="priority")(x)
    department_pred = layers.Dense(NUM_DEPARTMENTS, name="department")(x)
    return keras.Model(inputs=[title_input, body_input, tags_input], outputs=[priority_pred, department_pred])


def ticket_data(rows: int = 96):
    title = np.random.randint(NUM_WORDS, size=(rows, 5))
    body = np.random.randint(NUM_WORDS, size=(rows, 9))
    tags = np.random.randint(2, size=(rows, NUM_TAGS)).astype("float32")
    priority = np.random.random(size=(rows, 1))
    department = np.random.randint(2, size=(rows, NUM_DEPARTMENTS))
    return (title, body, tags), (priority, department)


@pytest.mark.parametrize("by_name", [False, True])
def test_several_inputs_and_outputs_train_from_lists_and_dicts(by_name):
    model = ticket_model()
    keras.utils.plot_model(model, "multi_input_and_output_model.png", show_shapes=True)
    losses = [
        keras.losses.BinaryCrossentropy(from_logits=True),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    ]
    names = ["priority", "department"]
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=dict(zip(names, losses, strict=True)) if by_name else losses,
        loss_weights={"priority": 1.0, "department": 0.2} if by_name else [1.0, 0.2],
    )
    (title, body, tags), (priority, department) = ticket_data()
    history = model.fit(
        {"title": title, "body": body, "tags": tags},
        {"priority": priority, "department": department},
        epochs=2,
        batch_size=32,
        verbose=0,
    )
    assert set(history.history) == {"loss", "priority_loss", "department_loss"}
    total = history.history["priority_loss"][0] + 0.2 * history.history["department_loss"][0]
    assert history.history["loss"][0] == pytest.approx(total, rel=1e-5)

    def batches(as_dicts):
        for i in range(0, 96, 32):
            x, y = (
                [title[i : i + 32], body[i : i + 32], tags[i : i + 32]],
                [priority[i : i + 32], department[i : i + 32]],
            )
            if as_dicts:
                yield dict(zip(["title", "body", "tags"], x, strict=True)), dict(zip(names, y, strict=True))
            else:
                yield x, y

    for as_dicts in (False, True):
        model.fit(batches(as_dicts), verbose=0)
    assert model.training_setup.traces["train"] == 3  # arrays, lists, dicts: one each


def test_a_toy_resnet_trains_on_images():
    inputs = keras.Input(shape=(32, 32, 3), name="img")
    x = layers.Conv2D(8, 3, activation="relu")(inputs)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    block_1_output = layers.MaxPooling2D(3)(x)

    x = layers.Conv2D(16, 3, activation="relu", padding="same")(block_1_output)
    x = layers.Conv2D(16, 3, activation="relu", padding="same")(x)
    block_2_output = layers.add([x, block_1_output])

    x = layers.Conv2D(16, 3, activation="relu", padding="same")(block_2_output)
    x = layers.Conv2D(16, 3, activation="relu", padding="same")(x)
    block_3_output = layers.add([x, block_2_output])

    x = layers.Conv2D(16, 3, activation="relu")(block_3_output)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(32, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(10)(x)

    model = keras.Model(inputs, outputs, name="toy_resnet")
    model.summary()
    keras.utils.plot_model(model, "mini_resnet.png", show_shapes=True)
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["acc"],
    )
    x_train = np.random.rand(40, 32, 32, 3).astype("float32")
    y_train = keras.utils.to_categorical(np.random.randint(10, size=40), 10)
    history = model.fit(x_train, y_train, batch_size=16, epochs=1, validation_split=0.2, verbose=0)
    assert {"acc", "val_acc"} <= set(history.history)


def test_layers_are_shared_between_inputs():
    shared_embedding = layers.Embedding(1000, 128)
    text_input_a = keras.Input(shape=(None,), dtype="int32")
    text_input_b = keras.Input(shape=(None,), dtype="int32")
    encoded_input_a = shared_embedding(text_input_a)
    encoded_input_b = shared_embedding(text_input_b)
    model = keras.Model([text_input_a, text_input_b], [encoded_input_a, encoded_input_b])
    assert len(model.weights) == 1
    a, b = model([np.array([[1, 2]]), np.array([[2, 3, 4]])])
    np.testing.assert_array_equal(a[0, 1], b[0, 0])


def test_features_are_taken_from_every_layer():
    encoder, _ = encoder_and_autoencoder()
    features = keras.Model(inputs=encoder.input, outputs=[layer.output for layer in encoder.layers])
    results = features(np.random.rand(1, 28, 28, 1).astype("float32"))
    assert [tuple(r.shape) for r in results] == [(1, *layer.output.shape[1:]) for layer in encoder.layers]


def test_layers_and_configs_of_ones_own():
    @keras.saving.register_keras_serializable("guide")
    class CustomDense(layers.Layer):
        def __init__(self, units=32):
            super().__init__()
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
            self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

        def call(self, inputs):
            return keras.ops.matmul(inputs, self.w) + self.b

        def get_config(self):
            return {"units": self.units}

    inputs = keras.Input((4,))
    outputs = CustomDense(10)(inputs)
    model = keras.Model(inputs, outputs)
    config = model.get_config()
    new_model = keras.Model.from_config(config, custom_objects={"CustomDense": CustomDense})
    assert new_model.output_shape == (None, 10)


def test_graph_models_and_classes_mix():
    units, timesteps, input_dim = 8, 6, 3
    inputs = keras.Input((None, units))
    x = layers.GlobalAveragePooling1D()(inputs)
    outputs = layers.Dense(1)(x)
    classifier = keras.Model(inputs, outputs)

    class CustomRNN(layers.Layer):
        def __init__(self):
            super().__init__()
            self.units = units
            self.projection_1 = layers.Dense(units=units, activation="tanh")
            self.projection_2 = layers.Dense(units=units, activation="tanh")
            self.classifier = classifier

        def call(self, inputs):
            outputs = []
            state = keras.ops.zeros(shape=(inputs.shape[0], self.units))
            for t in range(inputs.shape[1]):
                x = inputs[:, t, :]
                h = self.projection_1(x)
                y = h + self.projection_2(state)
                state = y
                outputs.append(y)
            features = keras.ops.stack(outputs, axis=1)
            return self.classifier(features)

    rnn_model = CustomRNN()
    assert rnn_model(np.zeros((1, timesteps, input_dim), "float32")).shape == (1, 1)
    graph_inputs = keras.Input(batch_shape=(2, timesteps, input_dim))
    model = keras.Model(graph_inputs, rnn_model(graph_inputs))
    assert model.output_shape == (2, 1)
    assert len(model.trainable_weights) == 6
