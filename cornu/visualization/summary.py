"""A model as a table: its layers, their shapes and parameters, and the totals."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from cornu.core import tree
from cornu.core.dtypes import backend_dtype
from cornu.core.errors import explain, show_shape
from cornu.core.graph import Graph, Node, Operation
from cornu.core.variable import Variable
from cornu.layers.layer import Layer
from cornu.visualization.reading import calls_in, graph_of, is_chain, is_trained, type_of

_NUMBER, _CENTRE = "right", "center"


@dataclass(frozen=True)
class _Column:
    title: str
    justify: Any = "left"


@dataclass(frozen=True)
class _Row:
    layer: str
    shape: str
    parameters: str
    sources: str
    trained: str


def summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a table of a model's layers, and the sums of their parameters.

    No name is ever cut: in a terminal long cells go on in the next line; elsewhere (a file, a pipe, ``print_fn``)
    the table is as wide as its contents.

    Args:
        line_length: width of the table in characters.
        positions: where each column ends, as shares of ``line_length`` up to 1, or in characters.
        print_fn: called once with the whole text; it is printed if None.
        expand_nested: whether the layers of models inside the model are listed below these.
        show_trainable: whether a column says which layers' weights are trained.
        layer_range: two regular expressions for names; only the layers from the first that matches the one to the
            last that matches the other are listed.

    Raises:
        ValueError: ``layer_range`` matches no layer or has not two entries, or ``positions`` does not fit.

    Source: columns and totals as ``keras.Model.summary``.
    """
    graph = graph_of(model)
    connected = graph is not None and not is_chain(graph)
    columns = [_Column("Layer (type)"), _Column("Output Shape"), _Column("Param #", _NUMBER)]
    columns += [_Column("Connected to")] if connected else []
    columns += [_Column("Trainable", _CENTRE)] if show_trainable else []
    rows: list[list[str]] = []
    calls = _calls(graph)
    for operation in _in_range(_operations(model), layer_range):
        for row in _rows(operation, calls, 0, expand_nested):
            cells = [row.layer, row.shape, row.parameters]
            rows.append(cells + [row.sources] * connected + [row.trained] * show_trainable)
    if print_fn is None and sys.stdout.isatty():
        line_length = line_length or Console().width
    text = _drawn(f'Model: "{model.name}"', columns, rows, line_length, positions) + _totals(model)
    (print_fn or print)(text)


def _operations(model: Any) -> list[Operation]:
    """What the table lists: of a graph everything called, and the inputs where the model counts them as layers."""
    graph = graph_of(model)
    if graph is None:
        return list(model.layers)
    called = {id(node.operation) for node in graph.nodes} | {id(layer) for layer in model.layers}
    return [operation for operation in graph.operations if id(operation) in called]


def _in_range(operations: list[Operation], layer_range: Sequence[str] | None) -> list[Operation]:
    if layer_range is None:
        return operations
    if len(layer_range) != 2:
        raise ValueError(
            explain("layer_range", "two names, of the first layer and the last", f"{list(layer_range)}", "Pass two.")
        )
    first, last = (
        [i for i, operation in enumerate(operations) if re.fullmatch(form, operation.name)] for form in layer_range
    )
    if not first or not last:
        missing = layer_range[0] if not first else layer_range[1]
        names = ", ".join(operation.name for operation in operations)
        raise ValueError(
            explain("layer_range", f"names of layers of the model ({names})", repr(missing), "Choose among these.")
        )
    low, high = min(first[0], last[0]), max(first[-1], last[-1])
    return operations[low : high + 1]


def _calls(graph: Graph | None) -> dict[int, list[Node]]:
    return {} if graph is None else calls_in(graph)


def _rows(operation: Operation, calls: dict[int, list[Node]], depth: int, expand_nested: bool) -> Iterable[_Row]:
    """A layer's row, and those of the layers inside it."""
    own = calls.get(id(operation), operation.calls)
    shapes = dict.fromkeys(show_shape(tree.map_structure(lambda t: t.shape, node.outputs)) for node in own)
    sources = ",\n".join(
        f"{t.node.operation.name}[{t.node.index}][{t.index}]" for node in own for t in node.inputs if t.node
    )
    trained = {True: "Y", False: "N", None: "-"}[is_trained(operation)]
    indent = "   " * (depth - 1) + "└ " if depth else ""
    name = f"{indent}{operation.name} ({type_of(operation)})"
    yield _Row(
        name, "\n".join(shapes) or _shape_without_graph(operation), _parameters(operation), sources or "-", trained
    )
    inner = graph_of(operation)
    if expand_nested and (inner is not None or getattr(operation, "layers", None)):
        inner_calls = _calls(inner)
        for child in _operations(operation):
            yield from _rows(child, inner_calls, depth + 1, expand_nested)


def _shape_without_graph(operation: Operation) -> str:
    """What a layer returns for the inputs that it was built on, where that can be told; else "?"."""
    if not isinstance(operation, Layer) or not operation.built:
        return "?"
    built_on = (operation.get_build_config() or {}).get("input_shape")
    if built_on is None:
        return "?"
    try:
        return show_shape(operation.compute_output_shape(built_on))
    except (TypeError, ValueError, NotImplementedError):  # a user's call may need more than one shape
        return "?"


def _parameters(operation: Operation) -> str:
    if not isinstance(operation, Layer):
        return "0"
    if not operation.built:
        return "0 (unbuilt)"
    return f"{operation.count_params():,}"


def _drawn(
    title: str,
    columns: Sequence[_Column],
    rows: Sequence[Sequence[str]],
    line_length: int | None,
    positions: Sequence[float] | None,
) -> str:
    table = Table(box=box.HEAVY_HEAD, show_lines=True, title=title, title_justify="left", title_style="")
    widths = _widths(positions, line_length, len(columns)) if positions is not None else [None] * len(columns)
    for column, width in zip(columns, widths, strict=True):
        # "fold" breaks a word that is longer than its column; rich's default would cut it.
        table.add_column(column.title, justify=column.justify, overflow="fold", width=width)
    for row in rows:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    natural = sum(
        max(cell_len(line) for cell in cells for line in cell.split("\n")) + 3
        for cells in zip([column.title for column in columns], *rows, strict=True)
    )
    if positions is not None:
        natural = sum(width + 3 for width in widths if width is not None)
        line_length = None
    width = max(natural + 1, cell_len(title)) if line_length is None else line_length
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _widths(positions: Sequence[float], line_length: int | None, columns: int) -> list[int]:
    """Widths of the columns' texts, for positions where the columns end."""
    ends = [float(p) for p in positions]
    if ends and ends[-1] <= 1:
        ends = [p * (line_length or 80) for p in ends]
    ends = ends[:columns]
    steps = [end - start for start, end in zip([0.0, *ends], ends, strict=False)]
    if len(ends) < columns or min(steps) < 5:
        raise ValueError(
            explain(
                "positions",
                f"{columns} rising ends of columns at least 5 characters wide",
                f"{list(positions)} with line_length={line_length}",
                "Pass for example [0.4, 0.7, 0.8, 1.0], or leave it out.",
            )
        )
    return [int(step) - 3 for step in steps]


def _totals(model: Any) -> str:
    """The sums below the table. Weights that several layers share count once."""
    weights = list(model.weights)
    trained = [v for v in weights if v.trainable]
    frozen = [v for v in weights if not v.trainable]
    optimizer = getattr(model, "optimizer", None)
    slots = list(optimizer.variables) if optimizer is not None and getattr(optimizer, "built", False) else []
    lines = [
        ("Total params", weights + slots),
        ("Trainable params", trained),
        ("Non-trainable params", frozen),
        *([("Optimizer params", slots)] if slots else []),
    ]
    return "\n".join(f" {name}: {_count(variables):,} ({_size(variables)})" for name, variables in lines)


def _count(variables: Sequence[Variable]) -> int:
    return sum(v.size for v in variables)


def _size(variables: Sequence[Variable]) -> str:
    """Memory, with the unit that leaves at most four digits before the point."""
    size = float(sum(v.size * jnp.dtype(backend_dtype(v.dtype)).itemsize for v in variables))
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            return f"{size:.2f} {unit}"
        size /= 1024
    raise AssertionError("unreachable: TB takes all sizes")
