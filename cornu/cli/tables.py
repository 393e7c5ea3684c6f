"""Reports as tables for people."""

from __future__ import annotations

from typing import Any

from rich import box, markup
from rich.console import Console
from rich.table import Table

from cornu.saving.compare import Change, Difference
from cornu.saving.inspect import FileReport


def escape(text: str) -> str:
    """Text of a file for a terminal: no markup of rich's, and no control sequences, which terminals obey."""
    return markup.escape("".join(c if c.isprintable() else ascii(c)[1:-1] for c in text))


def show_report(report: FileReport, console: Console) -> None:
    """Print what a file holds."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    for name, text in _facts(report):
        facts.add_row(name, escape(text))
    console.print(facts)
    if report.layers:
        console.print()
        console.print(_layers(report))
    for name, where in report.custom.items():
        console.print(
            f"[yellow]needs[/] {escape(name)}, for {escape(where) or 'the model'}: register it before loading"
        )
    for text in report.suspicious:
        console.print(f"[bold red]suspicious[/] {escape(text)}")


def _facts(report: FileReport) -> list[tuple[str, str]]:
    facts = [("file", f"{report.path} ({_bytes(report.file_bytes)})")]
    if report.keras_version or report.date_saved:
        facts.append(("saved", f"{report.date_saved.replace('@', ' ')}, in the format of Keras {report.keras_version}"))
    if report.model:
        facts.append(("model", report.model))
    stored = ", ".join(f"{_bytes(size)} {dtype}" for dtype, size in report.weights.items())
    facts.append(("parameters", f"{report.parameters:,}" + (f" ({stored})" if stored else "")))
    for key, value in report.compiled.items():
        facts.append((key, _plain(value)))
    if report.model and not report.compiled:
        facts.append(("compiled", "no"))
    if report.optimizer_arrays:
        facts.append(("optimizer state", f"{report.optimizer_arrays} arrays"))
    facts += [("asset", f"{name} ({_bytes(size)})") for name, size in report.assets.items()]
    return facts


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_plain(v)}" for k, v in value.items())
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)


def _layers(report: FileReport) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    # Names are folded over lines rather than cut.
    table.add_column("layer", overflow="fold")
    if report.model:
        table.add_column("class", overflow="fold")
        table.add_column("built for", overflow="fold")
    table.add_column("parameters", justify="right")
    table.add_column("arrays", overflow="fold")
    for layer in report.layers:
        depth = layer.path.count("/") if report.model else 0
        name = "  " * depth + (layer.path.rpartition("/")[2] if depth else layer.path)
        cells = [escape(name) + ("" if layer.trainable else " [dim](frozen)[/]")]
        if report.model:
            cells += [escape(layer.class_name), escape(_shape(layer.input_shape))]
        table.add_row(*cells, f"{layer.parameters:,}", escape(_arrays(layer.arrays)))
    return table


def _arrays(arrays: list[str]) -> str:
    """Shapes, with the dtype said once if it is the same for all."""
    dtypes = {text.rpartition(" ")[2] for text in arrays}
    if len(dtypes) == 1:
        return "  ".join(text.rpartition(" ")[0] for text in arrays) + f" {dtypes.pop()}"
    return "  ".join(arrays)


def _shape(shape: Any) -> str:
    if shape is None:
        return ""
    if isinstance(shape, list) and all(not isinstance(size, list) for size in shape):
        return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    return ", ".join(map(_shape, shape)) if isinstance(shape, list) else str(shape)


def _bytes(size: int) -> str:
    if size < 1024:
        return f"{size} B"
    power = min((size.bit_length() - 1) // 10, 4)
    return f"{size / 1024**power:.1f} {('KiB', 'MiB', 'GiB', 'TiB')[power - 1]}"


def show_difference(difference: Difference, first: str, second: str, console: Console) -> None:
    """Print how two files differ."""
    if difference.architecture:
        console.print(_changes("architecture", difference.architecture, first, second))
    if difference.weights:
        console.print(_changes("weights", difference.weights, first, second))
    same = f"{difference.equal_arrays:,} arrays are equal"
    console.print(same if difference.architecture or difference.weights else f"No difference: {same}.")


def _changes(title: str, changes: list[Change], first: str, second: str) -> Table:
    measured = any(change.distance for change in changes)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in (title, escape(first), escape(second)):
        table.add_column(name, overflow="fold")
    if measured:
        table.add_column("distance", justify="right")
        table.add_column("relative", justify="right")
    for change in changes:
        distance = [f"{x:.4g}" for x in change.distance] if change.distance else ["", ""]
        table.add_row(*map(escape, (change.place, change.first, change.second)), *(distance if measured else []))
    return table
