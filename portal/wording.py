"""Texts in the reader's language: marked where they are written (in Dutch), translated where they are shown."""

import datetime as dt
import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from babel.dates import format_date, format_time
from babel.messages.pofile import read_po

from portal.clock import AMSTERDAM

LANGUAGES = {"nl": "Nederlands", "en": "English"}
"""The languages of the pages by code, each under its own name."""
RECORDED = "nl"
"""The language of what is kept: documents, mails and the ledger; also the one in which texts are written here."""
CATALOGUES = Path(__file__).resolve().parent / "translations"

_language: ContextVar[str] = ContextVar("language", default=RECORDED)
_loaded: dict[str, gettext.NullTranslations] = {}


class Catalogue(gettext.NullTranslations):
    """The translations of one language as they stand in its file: read as text, so that nothing has to be compiled."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        with path.open("rb") as file:
            messages = [each for each in read_po(file) if each.id and not each.fuzzy]
        self.one = {each.id: each.string for each in messages if isinstance(each.id, str) and each.string}
        self.many = {tuple(each.id): tuple(each.string or ()) for each in messages if not isinstance(each.id, str)}
        self.one |= {pair[0]: forms[0] for pair, forms in self.many.items() if any(forms)}

    def gettext(self, message: str) -> str:
        """The translation, or the text itself where there is none."""
        return str(self.one.get(message, message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The translation of one of the two; English and Dutch agree on what is one."""
        forms = self.many.get((msgid1, msgid2), ())
        one, many = forms if all(forms) and forms else (msgid1, msgid2)
        return one if n == 1 else many


def language() -> str:
    """The language of the page or document that is being made, as a two-letter code."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Inside this block texts come out in this language."""
    token = _language.set(code if code in LANGUAGES else RECORDED)
    try:
        yield
    finally:
        _language.reset(token)


def speak(code: str) -> None:
    """From here on, in this thread, texts come out in this language."""
    _language.set(code if code in LANGUAGES else RECORDED)


def _catalogue() -> gettext.NullTranslations:
    code = language()
    if code not in _loaded:
        path = CATALOGUES / code / "LC_MESSAGES" / "portal.po"
        _loaded[code] = gettext.NullTranslations() if code == RECORDED else Catalogue(path)
    return _loaded[code]


class Said(str):
    """A text in one language that knows what it was said from, so that it can be said again in another."""

    text: str
    values: Mapping[str, object]


def say(text: str, /, **values: object) -> str:
    """A Dutch text in the reader's language, with its named places filled in; what was said before is said again."""
    source = text.text if isinstance(text, Said) else text
    places = {**text.values, **values} if isinstance(text, Said) else values
    places = {name: say(value) if isinstance(value, Said) else value for name, value in places.items()}
    translated = _catalogue().gettext(source) if source else ""
    said = Said(translated % places if places else translated)
    said.text, said.values = source, places
    return said


def say_count(one: str, many: str, count: int, /, **values: object) -> str:
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


def sentence(text: str | tuple[str, Mapping[str, object]]) -> str:
    """A sentence of a workflow in the reader's language; its values, where it has them, filled in.

    A value may be a day, or a sentence itself.
    """
    return (
        say(text) if isinstance(text, str) else say(text[0], **{name: _filled(each) for name, each in text[1].items()})
    )


def _filled(value: object) -> object:
    if isinstance(value, tuple):
        return sentence(value)
    return day(value) if isinstance(value, dt.date) else value
