"""Files: the right format and size, with text in them, whole or not at all."""

import io
import stat
import subprocess
import sys

import pytest
from PIL import Image, ImageChops

from cornu.visualization.diagram import Box, Diagram
from cornu.visualization.png import to_png
from cornu.visualization.render import Picture, render
from cornu.visualization.svg import to_svg
from tests.visualization import examples


def image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("dpi", [48, 96, 200])
def test_png_has_the_size_and_resolution_of_its_dpi(dpi):
    png = to_png('<svg xmlns="http://www.w3.org/2000/svg" width="192" height="96"/>', dpi)
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size == (2 * dpi, dpi)
        assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)


@pytest.mark.parametrize("weight", ["title", "subtitle", "label", "value"])
def test_text_is_drawn(weight):
    """Without its font, resvg leaves text out and says nothing."""
    box = {"title": "WWWW", "subtitle": "WWWW", "label": "WWWW", "value": "WWWW"}
    empty = box | {weight: "\u2003" * 4}  # em spaces: as wide, and nothing to see

    def drawn(b):
        rows = ((b["label"], b["value"]),)
        return image(to_png(to_svg(Diagram((Box("x", b["title"], b["subtitle"], rows),))), 96))

    full, without = drawn(box), drawn(empty)
    if full.size != without.size:
        without = without.crop((0, 0, *full.size))
    dark = sum(ImageChops.difference(full, without).convert("L").histogram()[40:])
    assert dark > 60


def test_semibold_is_darker_than_regular():
    template = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">'
        '<rect width="200" height="40" fill="#fff"/>'
        '<text x="5" y="30" font-family="Inter" font-size="24" font-weight="{}">MaxPooling</text></svg>'
    )
    ink = [
        sum((255 - value) * count for value, count in enumerate(picture.convert("L").histogram()))
        for picture in (image(to_png(template.format(weight), 96)) for weight in (400, 600))
    ]
    assert ink[1] > 1.15 * ink[0]


def test_same_diagram_same_bytes():
    assert to_png(to_svg(examples.nested()), 60) == to_png(to_svg(examples.nested()), 60)


def test_format_from_the_name(tmp_path):
    render(examples.resnet(), tmp_path / "a.svg")
    render(examples.resnet(), str(tmp_path / "a.PNG"), dpi=50)
    render(examples.resnet(), tmp_path / "picture", format="svg")
    assert (tmp_path / "a.svg").read_text("utf-8") == to_svg(examples.resnet())
    assert (tmp_path / "a.PNG").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (tmp_path / "picture").read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize(("name", "got"), [("a.pdf", "'a.pdf'"), ("a", "'a'")])
def test_other_formats_are_refused(tmp_path, name, got):
    with pytest.raises(ValueError) as error:
        render(examples.resnet(), tmp_path / name)
    assert str(error.value) == (
        f"A picture needs one of the formats png, svg; got {got}. End the file's name in .png or .svg."
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dpi", [0, -1, float("nan"), "200"])
def test_dpi_is_checked(dpi):
    with pytest.raises(ValueError) as error:
        render(examples.resnet(), dpi=dpi).png  # noqa: B018 (drawn when asked for)
    assert str(error.value) == f"dpi needs a positive number; got {dpi!r}. The default is 200."


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    target = tmp_path / "model.svg"
    target.write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        render(examples.resnet(), target)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["model.svg"]


def test_a_new_file_is_as_readable_as_any(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    render(examples.resnet(), tmp_path / "a.svg")
    modes = {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes == {stat.S_IMODE(plain.stat().st_mode)}


def test_a_huge_picture_is_drawn_smaller_and_says_so():
    tall = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="100000"/>'
    with pytest.warns(UserWarning) as caught:
        png = to_png(tall, 200)
    assert image(png).height <= 32_767
    assert str(caught[0].message) == (
        "A PNG of this picture needs a dpi of at most 31 to stay within 32767 pixels a side; "
        "got dpi=200. It is drawn with 31. Write an .svg file to have it sharp at any size."
    )


def test_notebooks_show_a_picture():
    picture = Picture(examples.chain(2), dpi=50)
    assert picture._repr_svg_().startswith("<svg")
    assert picture._repr_png_().startswith(b"\x89PNG")


def test_only_drawing_imports_the_engines():
    code = (
        "import sys, cornu.visualization.render; assert not {'graphlay', 'resvg_py'} & sys.modules.keys(), 'imported'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
