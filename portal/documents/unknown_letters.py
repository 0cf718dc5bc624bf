"""A font of empty boxes for characters that no font on this machine has: they stay countable and copyable.

Without it such a character becomes the missing glyph, which PDF/A forbids, and its text could be lost.
"""

from collections.abc import Iterable
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

FAMILY = "Unknown Letters"
_UNITS = 1000  # an em of 1000 units: other sizes break PDF/A in some readers
_WIDTH = 600
_NO_DATE = 0


def font_of(characters: Iterable[int]) -> bytes:
    """A TrueType font, the same bytes for the same code points, in which each of them is its own empty box."""
    points = sorted({*characters, ord(" ")})  # a space beside such a character is taken from the same font
    names = [".notdef", *(f"box{point:06x}" for point in points)]
    builder = FontBuilder(_UNITS, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({point: f"box{point:06x}" for point in points})
    box = _box()
    builder.setupGlyf({**dict.fromkeys(names, box), "box000020": TTGlyphPen(None).glyph()})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (_WIDTH, 60)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.updateHead(created=_NO_DATE, modified=_NO_DATE)
    builder.font.recalcTimestamp = False
    written = BytesIO()
    builder.save(written)
    return written.getvalue()


def _box() -> object:
    pen = TTGlyphPen(None)
    for left, bottom, right, top, inside in ((60, 0, 540, 700, False), (110, 50, 490, 650, True)):
        corners = [(left, bottom), (left, top), (right, top), (right, bottom)]
        if inside:
            corners.reverse()  # drawn the other way round, so that it is a hole
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()
