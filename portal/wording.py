"""Texts in the reader's language: marked where they are written (in Dutch), translated where they are shown."""

import datetime as dt
import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from babel.dates import format_date, format_time

from portal.clock import AMSTERDAM

LANGUAGES = ("nl", "en")
CATALOGUES = Path(__file__).resolve().parent / "translations"

_language: ContextVar[str] = ContextVar("language", default="nl")
_loaded: dict[str, gettext.NullTranslations] = {}


def language() -> str:
    """The language of the page or document that is being made, as a two-letter code."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Inside this block texts come out in this language."""
    token = _language.set(code if code in LANGUAGES else "nl")
    try:
        yield
    finally:
        _language.reset(token)


def _catalogue() -> gettext.NullTranslations:
    code = language()
    if code not in _loaded:
        _loaded[code] = gettext.translation("portal", CATALOGUES, [code], fallback=True)
    return _loaded[code]


def say(text: str, **values: object) -> str:
    """A Dutch text in the reader's language, with its named places filled in."""
    said = _catalogue().gettext(text) if text else ""
    return said % values if values else said


def say_count(one: str, many: str, count: int, **values: object) -> str:
    """The text for one or for many, with `count` among the named places."""
    return _catalogue().ngettext(one, many, count) % {"count": count, **values}


def mark(text: str) -> str:
    """Marks a text for translation where it is written, and leaves it as it is."""
    return text


def day(value: dt.date, *, weekday: bool = False) -> str:
    """A date in words: 3 maart 2026, or dinsdag 3 maart 2026."""
    return format_date(value, "EEEE d MMMM y" if weekday else "d MMMM y", locale=language())


def moment(value: dt.datetime, *, seconds: bool = False) -> str:
    """A moment in Dutch time with its zone: 3 maart 2026 om 14:05 (CET)."""
    local = value.astimezone(AMSTERDAM)
    time = format_time(local, "HH:mm:ss" if seconds else "HH:mm", locale=language())
    return say("%(day)s om %(time)s (%(zone)s)", day=day(local.date()), time=time, zone=local.tzname())
