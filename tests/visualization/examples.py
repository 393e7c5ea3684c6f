"""Diagrams that several tests draw, of the models that the functional guide builds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from cornu.visualization.diagram import Arrow, Box, Diagram, Group


def words(text: str) -> list[str]:
    return text.split()


def arrows(*pairs: str) -> tuple[Arrow, ...]:
    """``arrows("a b c")`` runs from a to b and on to c."""
    return tuple(Arrow(source, target) for pair in pairs for source, target in pairwise(words(pair)))


def box(key: str, kind: str = "core", shapes: bool = False) -> Box:
    rows = (("input", "(None, None, 64)\n(None, 12)"), ("output", "(None, 128)"))
    return Box(key, f"{kind.title()}Layer", key, rows if shapes else (), kind)


def chain(length: int, rankdir="TB") -> Diagram:
    keys = [f"dense_{i}" for i in range(length)]
    return Diagram(tuple(map(box, keys)), arrows(" ".join(keys)), rankdir=rankdir)


def ticket(rankdir="TB") -> Diagram:
    keys = words("title body tags embed embed_1 lstm lstm_1 concat priority department")
    edges = arrows("title embed lstm concat priority", "body embed_1 lstm_1 concat department", "tags concat")
    return Diagram(tuple(box(key, shapes=True) for key in keys), edges, rankdir=rankdir)


def resnet(rankdir="TB") -> Diagram:
    keys = words("img conv conv_1 pool conv_2 conv_3 add conv_4 conv_5 add_1 conv_6 gap dense out")
    edges = arrows(" ".join(keys), "pool add", "add add_1")
    return Diagram(tuple(map(box, keys)), edges, rankdir=rankdir)


def nested(rankdir="TB") -> Diagram:
    """Two encoders in a row, one with a model inside and a long title, and arrows past both."""
    keys = words("x1 x2 i c1 c2 add h1 h2 f d1 d2 s out")
    edges = arrows("x1 i c1 c2 add h1 h2 f d1 d2 s out", "x2 i add", "f s", "x1 out", "h1 h2", "x2 s")
    head = Group("head", "a_projection_head_with_a_long_name", ("h1", "h2"), subtitle="Functional")
    groups = (
        Group("encoder", "encoder", ("i", "c1", "c2", "add", "f"), (head,)),
        Group("decoder", "decoder", ("d1", "d2")),
    )
    return Diagram(tuple(map(box, keys)), edges, groups, rankdir)


def inception(boxes: int = 313) -> Diagram:
    """Blocks of four branches, as many boxes as InceptionV3 has."""
    keys, edges, last = ["n0"], [], "n0"
    while len(keys) + 22 <= boxes:
        ends = []
        for length in (3, 6, 9, 3):
            branch = [f"n{len(keys) + i}" for i in range(length)]
            keys += branch
            edges += arrows(" ".join([last, *branch]))
            ends.append(branch[-1])
        last = f"n{len(keys)}"
        keys.append(last)
        edges += [Arrow(end, last) for end in ends]
    tail = [f"n{i}" for i in range(len(keys), boxes)]
    edges += arrows(" ".join([last, *tail]))
    return Diagram(tuple(box(key, shapes=True) for key in [*keys, *tail]), tuple(edges))


@st.composite
def diagrams(draw: st.DrawFn, models: bool) -> Diagram:
    """Any small diagram, in any direction, with groups in groups.

    With ``models`` it is one that a model gives: arrows run forwards, and a group is made of
    consecutive boxes. Else there are cycles, loops, and groups of boxes from everywhere.
    """
    count = draw(st.integers(1, 12))
    keys = [f"layer_{i}" for i in range(count)]
    texts = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=12)
    boxes = [Box(k, draw(texts), k, tuple(draw(st.lists(st.tuples(texts, texts), max_size=2)))) for k in keys]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = draw(st.lists(ends, max_size=2 * count))
    if models:
        pairs = [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]]
    edges = [Arrow(keys[i], keys[j], draw(st.sampled_from(["", "", "h"]))) for i, j in pairs]
    home = [draw(st.integers(0, 4)) for _ in keys]
    if models:
        home.sort()
    # Homes 0 and 3 are no group, so that consecutive boxes may also lie around the groups;
    # the outer group is homes 1 and 2, its inner one home 2.
    members = [tuple(k for k, h in zip(keys, home, strict=True) if h == g) for g in range(5)]
    inner = Group("inner", draw(texts), members[2])
    groups = (Group("outer", draw(texts), members[1], (inner,)), Group("other", "o", members[4]))
    rankdir = draw(st.sampled_from(["TB", "LR", "BT", "RL"]))
    return Diagram(tuple(boxes), tuple(edges), groups, rankdir)
