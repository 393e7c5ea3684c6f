"""Results as an SVG: for each workload a row of dots, placed by how they compare with Cornu."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape

from benchmarks.suite.measure import Results
from benchmarks.suite.report import best_rival, better, figures, metrics
from benchmarks.suite.workloads import WORKLOADS

LEFT, RIGHT, TOP, ROW = 250, 40, 96, 44
WIDTH = 900
SLOWEST = 1 / 32  # whoever is slower stands here
# The product's colour; the dot's rim tells the best rival.
COLOURS = {"cornu": "#b3541e", "jax": "#3b6fb6", "keras": "#8a2f3c", "torch": "#5b8c3a"}
PRODUCTS = {"cornu": "Cornu", "jax": "JAX by hand", "keras": "Keras", "torch": "PyTorch"}
INK, FAINT = "#2b2b2b", "#d9d6d0"


def svg(everything: dict[str, Results]) -> str:
    """The whole picture. The axis is logarithmic; Cornu stands at 1, who is better to its right."""
    rows = [row for workload, results in everything.items() for row in _rows(workload, results)]
    ratios = [ratio for _, dots in rows for _, ratio, _ in dots] or [1.0]
    low, high = math.log2(max(min([*ratios, 0.5]), SLOWEST)) - 0.1, math.log2(max([*ratios, 1.5])) + 0.1

    def place(ratio: float) -> float:
        part = (math.log2(max(ratio, SLOWEST)) - low) / (high - low)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    height = TOP + ROW * len(rows) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="Inter, Helvetica, Arial, sans-serif" font-size="13" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fffefb"/>',
        '<text x="24" y="34" font-size="18" font-weight="bold">Compared with Cornu: slower to the left, faster to the right</text>',
        *_legend(),
        *_axis(range(math.ceil(low), math.floor(high) + 1), place, height),
    ]
    for index, (title, dots) in enumerate(rows):
        y = TOP + ROW * index + ROW / 2
        parts.append(f'<text x="24" y="{y + 4:.1f}">{escape(title)}</text>')
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{FAINT}"/>')
        parts += [_dot(name, ratio, best, place(ratio), y) for name, ratio, best in reversed(dots)]
    return "\n".join([*parts, "</svg>", ""])


def _rows(workload: str, results: Results) -> list[tuple[str, list[tuple[str, float, bool]]]]:
    """One for each thing measured: its title; contenders, how much better than Cornu, whether the best rival."""
    rows = []
    for metric in metrics(results):
        found = figures(results, metric)
        if "cornu" not in found:
            continue
        best = best_rival(found)
        dots = [(name, better(metric, f.value, found["cornu"].value), name == best) for name, f in found.items()]
        title = f"{workload} {WORKLOADS[workload].title}"
        rows.append((title if metric in ("rows/s", "ms") else f"{workload} {metric}", dots))
    return rows


def _product(name: str) -> str:
    return name.partition("-")[0]


def _legend() -> list[str]:
    parts, x = [], 24
    for product, title in PRODUCTS.items():
        parts.append(f'<circle cx="{x + 6}" cy="58" r="6" fill="{COLOURS[product]}" fill-opacity="0.85"/>')
        parts.append(f'<text x="{x + 18}" y="62">{title}</text>')
        x += 40 + 8 * len(title)
    parts.append(f'<circle cx="{x + 6}" cy="58" r="6" fill="none" stroke="{INK}" stroke-width="2"/>')
    parts.append(f'<text x="{x + 18}" y="62">best rival</text>')
    return parts


def _axis(powers: range, place: Callable[[float], float], height: int) -> list[str]:
    parts = []
    for power in powers:
        x = place(2.0**power)
        label = f"{2**power}x" if power >= 0 else f"1/{2**-power}"
        colour = INK if power == 0 else FAINT
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height - 24}" stroke="{colour}"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" font-size="11">{label}</text>')
    return parts


def _dot(name: str, ratio: float, best: bool, x: float, y: float) -> str:
    rim = f'stroke="{INK}" stroke-width="2"' if best else 'stroke="#fffefb"'
    title = f"<title>{escape(name)}: {ratio:.2f}x of Cornu</title>"
    size = 8 if name == "cornu" else 6
    colour = COLOURS[_product(name)]
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}" fill-opacity="0.85" {rim}>{title}</circle>'
