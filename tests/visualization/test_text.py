"""Widths agree with what a font program measures."""

import pytest
from PIL import ImageFont

from cornu.visualization.text import FILES, has_glyphs, text_width


@pytest.mark.parametrize("weight", FILES)
def test_width_is_that_of_the_font(weight):
    # At 2048 px a unit of the font is a pixel, so hinting and rounding play no part.
    font = ImageFont.truetype(str(FILES[weight]), 2048, layout_engine=ImageFont.Layout.BASIC)
    text = "Conv2D (None, 28, 28, 64) max_pooling2d été Δθ → WAVE"
    assert text_width(text, 2048, weight) == pytest.approx(font.getlength(text), abs=1)


def test_characters_of_other_fonts_take_room_too():
    assert text_width("層層", 10) == 20
    assert text_width("e\u0301", 10) == pytest.approx(text_width("e", 10), abs=0.01)
    assert has_glyphs("Dense → Δ") and not has_glyphs("層")
