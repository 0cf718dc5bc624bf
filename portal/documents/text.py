"""From facts to text: the same template makes the letter that is printed and the page that is read on the screen."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from portal.documents import facts as bounds
from portal.errors import PortalError
from portal.wording import day, mark, moment, say, say_count, speaking

SEAL_FIELD = "Zegel"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

_LONG_WORD = 24
_ON_A_STAMP = ("kind", "name", "function", "authority", "closes", "at", "reference", "ledger", "test_seal")


def as_page(template: str, facts: Mapping[str, Any], *, language: str = "nl", layout: str = "page") -> str:
    """The text as an HTML `article`, headings from h2 down, to read on the screen beside the PDF.

    The layout "copy_page" is for what nobody signs.
    """
    _check(facts)
    with speaking(language):
        filled = environment(on_paper=False).get_template(template)
        return filled.render(facts=facts, layout=f"documents/{layout}.html", on_paper=False, language=language)


def as_letter(
    template: str, facts: Mapping[str, Any], *, at: dt.datetime, language: str = "nl", layout: str = "layout"
) -> str:
    """The text as a whole HTML document for the printer, dated `at` (with zone); "copy" is for what nobody signs."""
    _check(facts)
    with speaking(language):
        filled = environment(on_paper=True).get_template(template)
        return filled.render(
            facts=facts,
            layout=f"documents/{layout}.html",
            on_paper=True,
            language=language,
            rendered_at=at.isoformat(),
        )


def as_stamp(facts: Mapping[str, str], *, width: float, height: float, size: float, language: str = "nl") -> str:
    """The text of a signature's stamp as an HTML document; lengths and type size in points."""
    bounds.check(facts)
    given = {**dict.fromkeys(_ON_A_STAMP, ""), **facts}
    page = {"width": f"{width:.2f}pt", "height": f"{height:.2f}pt", "size": size, "lang": language}
    with speaking(language):
        return environment(on_paper=True).get_template("documents/stamp.html").render(stamp=given, page=page)


def as_marks(facts: Mapping[str, str], *, width: float, height: float, language: str = "nl") -> str:
    """What is laid over a page of this size in points: mark, confidential and whom, as an HTML document."""
    bounds.check(facts)
    size = min(8.0, max(4.0, width / 75))
    page = {"width": f"{width:.2f}pt", "height": f"{height:.2f}pt", "size": size, "edge": size, "lang": language}
    with speaking(language):
        return environment(on_paper=True).get_template("documents/marks.html").render(marks=facts, page=page)


@cache
def environment(*, on_paper: bool) -> Environment:
    """Where templates become text: everything escaped, nothing undefined; on paper wide words may be broken."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_on_paper if on_paper else _on_screen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(_=say, ngettext=say_count, squares=squares)
    made.filters.update(moment=_moment, day=_day, sentence_case=_sentence_case)
    made.filters.update(has_long_word=_has_long_word, has_long_compound=_has_long_compound)
    return made


def squares(text: str) -> tuple[int, str]:
    """The QR code of a text as its width in squares, and its dark squares as the path of an SVG."""
    code = QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return len(rows), "".join(dark)


def _check(facts: Mapping[str, Any]) -> None:
    """Refuse facts that are too large, or whose signature fields cannot be fields."""
    bounds.check(facts)
    fields = [each["field"] for each in facts["signatories"]]
    if len(set(fields)) != len(fields) or SEAL_FIELD in fields or not all(map(bounds.is_field, fields)):
        raise PortalError(mark("De namen van de handtekeningvelden in dit stuk kloppen niet."))


def _on_screen(value: object) -> object:
    return bounds.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _on_paper(value: object) -> object:
    shown = _on_screen(value)
    return bounds.breakable(shown) if isinstance(shown, str) and not isinstance(shown, Markup) else shown


def _moment(value: str | dt.datetime, *, seconds: bool = False) -> str:
    return moment(dt.datetime.fromisoformat(value) if isinstance(value, str) else value, seconds=seconds)


def _day(value: str | dt.date) -> str:
    return day(dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value)


def _has_long_word(value: object) -> bool:
    """Whether a cell must be allowed to break a word, because the word alone is wider than a column."""
    return any(len(word) > _LONG_WORD for word in str(value).split())


def _has_long_compound(value: object) -> bool:
    """Whether those long words are all of letters, so that they may be broken between syllables, with a hyphen."""
    long = [word for word in str(value).split() if len(word) > _LONG_WORD]
    return bool(long) and all(word.strip(",.;:()").isalpha() and len(word) < 2 * _LONG_WORD for word in long)


def _sentence_case(text: str) -> str:
    """With a capital at its beginning; the rest as it was written."""
    return text[:1].upper() + text[1:]
