"""Arguments of the command line, and what they call."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from cornu.cli.tables import show_difference, show_report
from cornu.saving.compare import compare
from cornu.saving.errors import FileFormatError
from cornu.saving.inspect import inspect


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 for files that differ or are suspicious, 2 for errors and where nobody reads on."""
    parsed = _parser().parse_args(arguments)
    try:
        code = _inspect(parsed.file, parsed.json) if parsed.command == "inspect" else _diff(parsed)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads has seen enough (`cornu inspect FILE | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what Python writes at its end goes nowhere
    except OSError as error:
        print(f"cornu: {error.strerror}: {error.filename}", file=sys.stderr)
    except FileFormatError as error:
        print(f"cornu: {error}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("cornu", description="Look into files of models without loading them.")
    commands = parser.add_subparsers(dest="command", required=True)
    look = commands.add_parser("inspect", help="layers, parameters, compile state, and anything suspicious")
    look.add_argument("file", help=".keras file or folder, .weights.h5, .safetensors or .npz")
    diff = commands.add_parser("diff", help="how two files differ in architecture and weights")
    diff.add_argument("first")
    diff.add_argument("second")
    for command in (look, diff):
        command.add_argument("--json", action="store_true", help="as JSON, for programs")
    return parser


def _inspect(path: str, as_json: bool) -> int:
    report = inspect(path)
    if as_json:
        print(json.dumps(report.as_dict(), indent=2))
    else:
        show_report(report, Console())
    return 1 if report.suspicious else 0


def _diff(parsed: argparse.Namespace) -> int:
    difference = compare(parsed.first, parsed.second)
    if parsed.json:
        print(json.dumps(difference.as_dict(), indent=2))
    else:
        show_difference(difference, parsed.first, parsed.second, Console())
    return 1 if difference.architecture or difference.weights else 0
