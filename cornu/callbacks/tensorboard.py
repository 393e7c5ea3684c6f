"""Numbers, weights and the model as TensorBoard shows them, written without TensorFlow."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from cornu.callbacks.callback import Callback
from cornu.callbacks.optional import optional_package
from cornu.core.errors import explain


class TensorBoard(Callback):
    """Write event files for TensorBoard: ``log_dir/train`` and ``log_dir/validation``.

    Needs the extra ``cornu[tensorboard]``.

    Args:
        log_dir: folder.
        histogram_freq: epochs between histograms of all weights; 0 for none.
        write_graph: whether to write the model's config, from which TensorBoard draws its layers.
        write_images: whether to write weights of two axes as pictures, too, with the histograms.
        write_steps_per_second: whether to write how fast an epoch was.
        update_freq: "epoch"; "batch" or a number of batches for metrics within epochs: steps then run one at a time.
        profile_batch: a batch, or the first and last of several, counted from 1 over all epochs, of which JAX takes a
            profile; 0 for none. Steps then run one at a time.
        embeddings_freq: epochs between copies of the weights of Embedding layers; 0 for none.
        embeddings_metadata: a file with a label for each row, or such files by name of layer.

    Raises:
        ImportError: if the package is not there.
        ValueError: for an ``update_freq`` or ``profile_batch`` that is none.

    Source: names of numbers ("epoch_loss", "batch_loss", "evaluation_loss_vs_iterations") and steps as
    ``keras.callbacks.TensorBoard``.
    """

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ):
        self._package = optional_package("tensorboardX", "tensorboard", type(self).__name__)
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq, self.write_graph, self.write_images = histogram_freq, write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        if self.update_freq != "epoch" and not (isinstance(self.update_freq, int) and self.update_freq > 0):
            do = "Pass for example 100."
            raise ValueError(explain("TensorBoard", "update_freq 'epoch', 'batch' or a number", repr(update_freq), do))
        self._profiled = _first_and_last(profile_batch)
        self.embeddings_freq, self.embeddings_metadata = embeddings_freq, embeddings_metadata
        self.needs_batches = self.update_freq != "epoch" or self._profiled is not None
        self._writers: dict[str, Any] = {}
        self._profiling = False
        self._batches = 0
        self._epoch_start: tuple[float, int] = (0.0, 0)

    @property
    def summary(self) -> Any:
        """The writer of training's events: ``summary.add_scalar(name, value, step)`` and more."""
        return self._writer("train")

    def _writer(self, kind: str) -> Any:
        if kind not in self._writers:
            self._writers[kind] = self._package.SummaryWriter(os.path.join(self.log_dir, kind))
        return self._writers[kind]

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        if self.write_graph and getattr(model, "built", False):
            self._write_graph(model)

    def _write_graph(self, model: Any) -> None:
        try:
            text = model.to_json()
        except (NotImplementedError, ValueError):
            return  # a class of the user's own, whose config nobody knows
        summary = self._package.proto.summary_pb2
        metadata = summary.SummaryMetadata(
            plugin_data=summary.SummaryMetadata.PluginData(plugin_name="graph_keras_model", content=b"1")
        )
        tensor = self._package.proto.tensor_pb2.TensorProto(dtype="DT_STRING", string_val=[text.encode()])
        value = summary.Summary.Value(tag="keras", metadata=metadata, tensor=tensor)
        self.summary.file_writer.add_summary(summary.Summary(value=[value]), 0)

    # Training.

    def on_train_begin(self, logs: Any = None) -> None:
        self._batches = 0

    def on_train_end(self, logs: Any = None) -> None:
        self._stop_profile()
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch_start = time.perf_counter(), self._iterations()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for name, value in (logs or {}).items():
            kind = "validation" if name.startswith("val_") else "train"
            self._scalar(kind, f"epoch_{name.removeprefix('val_')}", value, epoch)
        if "learning_rate" not in (logs or {}) and getattr(self.model, "optimizer", None) is not None:
            self._scalar("train", "epoch_learning_rate", np.asarray(self.model.optimizer.learning_rate), epoch)
        if self.write_steps_per_second:
            started, before = self._epoch_start
            rate = (self._iterations() - before) / (time.perf_counter() - started)
            self._scalar("train", "epoch_steps_per_second", rate, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings(epoch)
        for writer in self._writers.values():
            writer.flush()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._batches += 1
        if self._profiled is not None and self._batches == self._profiled[0]:
            jax.profiler.start_trace(self.log_dir)
            self._profiling = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._profiled is not None and self._batches >= self._profiled[1]:
            self._stop_profile()
        if self.update_freq == "epoch" or self._batches % self.update_freq:
            return
        for name, value in (logs or {}).items():
            self._scalar("train", f"batch_{name}", value, self._batches - 1)

    def _stop_profile(self) -> None:
        if self._profiling:
            self._profiling = False
            jax.profiler.stop_trace()

    # Evaluation, within training or alone.

    def on_test_end(self, logs: Any = None) -> None:
        for name, value in (logs or {}).items():
            self._scalar("validation", f"evaluation_{name}_vs_iterations", value, self._iterations())
        self._writer("validation").flush()

    # What is written.

    def _iterations(self) -> int:
        optimizer = getattr(self.model, "optimizer", None)
        return 0 if optimizer is None else int(np.asarray(optimizer.iterations))

    def _scalar(self, kind: str, name: str, value: Any, step: int) -> None:
        if np.ndim(value) == 0:
            self._writer(kind).add_scalar(name, float(value), step)

    def _write_weights(self, epoch: int) -> None:
        for layer in self.model.layers:
            for weight in layer.weights:
                value, name = np.asarray(weight), weight.path
                self.summary.add_histogram(name, value, epoch)
                if self.write_images and value.ndim == 2:
                    low, high = value.min(), value.max()
                    self.summary.add_image(name, (value - low)[None] / max(high - low, 1e-12), epoch)

    def _write_embeddings(self, epoch: int) -> None:
        for layer in self.model.layers:
            weight = getattr(layer, "embeddings", None)
            if weight is not None:
                value = np.asarray(weight)
                self.summary.add_embedding(value, self._labels(layer.name, len(value)), None, epoch, layer.name)

    def _labels(self, layer: str, rows: int) -> list[str] | None:
        file = self.embeddings_metadata
        file = file.get(layer) if isinstance(file, dict) else file
        if file is None:
            return None
        labels = Path(file).read_text().splitlines()
        if len(labels) != rows:
            do = "Write one line for each row."
            raise ValueError(explain(f"embeddings_metadata of {layer!r}", f"{rows} lines", len(labels), do))
        return labels


def _first_and_last(batches: Any) -> tuple[int, int] | None:
    if not batches:
        return None
    first, last = (batches, batches) if isinstance(batches, int) else batches
    if not 1 <= first <= last:
        do = "Pass for example 10, or (10, 20)."
        raise ValueError(explain("TensorBoard", "profile_batch of a first and a last batch", repr(batches), do))
    return first, last
