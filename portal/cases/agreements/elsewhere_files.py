"""Agreements signed elsewhere as they are handed in: a sheet and a ZIP of PDFs, read whole or each fault named."""

import csv
import datetime as dt
import io
import lzma
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from portal import clock
from portal.documents import incoming, sheets
from portal.errors import InvalidError
from portal.parties.spelling import clean
from portal.wording import LANGUAGES, mark, say, speaking

LARGEST_ZIP, LARGEST_PDF, MOST_UNPACKED = 20 * 2**20, 10 * 2**20, 100 * 2**20
LARGEST_SHEET = 2 * 2**20
MOST_LINES, MOST_FAULTS = 200, 100
COLUMNS: Mapping[str, str] = {
    "board": mark("bestuursnummer"),
    "product": mark("product"),
    "version": mark("versie"),
    "signed_on": mark("getekend op"),
    "since": mark("van kracht vanaf"),
    "until": mark("eindigt op"),
    "file": mark("bestand"),
}
"""The columns of the sheet; that with the end may be missing or empty."""
OPTIONAL = ("until",)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")
_DAY = re.compile(r"([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})")


@dataclass(frozen=True)
class Fault:
    """What is wrong where: the line of the sheet (1 is its head; none for the ZIP), the column, a sentence."""

    line: int | None
    column: str
    sentence: str


@dataclass(frozen=True)
class Line:
    """One agreement as the sheet has it."""

    number: int
    board: str
    product: str
    version: str
    signed_on: dt.date
    since: dt.date
    until: dt.date | None
    """The first day on which it holds no more."""
    file: str


class Unfit(InvalidError):  # noqa: N818  a state of what was handed in
    """What was handed in has these faults; nothing of it was kept."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("Er is niets vastgelegd.", {"sheet": say("Verbeter eerst wat hieronder staat.")})
        self.faults = list(faults)[:MOST_FAULTS]


def lines_of(content: bytes) -> list[list[str]]:
    """The rows of a sheet (CSV or XLSX) as texts, its head first; InvalidError at "sheet" where that cannot be read."""
    if len(content) > LARGEST_SHEET:
        raise InvalidError("Te groot.", {"sheet": say("Deze spreadsheet is te groot: hooguit 2 MB.")})
    if zipfile.is_zipfile(io.BytesIO(content)):
        found = sheets.read(content)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise InvalidError(sheets.UNREADABLE, {"sheet": say(sheets.UNREADABLE)}) from fault
        delimiter = ";" if text.partition("\n")[0].count(";") else ","
        try:
            lines = csv.reader(io.StringIO(text), delimiter=delimiter)
            found = [each[: sheets.MOST_COLUMNS] for each in islice(lines, sheets.MOST_ROWS)]
        except csv.Error as fault:
            raise InvalidError(sheets.UNREADABLE, {"sheet": say(sheets.UNREADABLE)}) from fault
    rows = [[clean(cell) for cell in row] for row in found]
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) < 2:
        raise InvalidError("Leeg.", {"sheet": say("In deze spreadsheet staat geen overeenkomst.")})
    if len(rows) > MOST_LINES + 1:
        raise InvalidError("Te lang.", {"sheet": say("Hooguit %(most)s overeenkomsten in één keer.", most=MOST_LINES)})
    return rows


def files_of(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP by name; InvalidError at "files" where it is none, or too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = [each for each in file.infolist() if not each.is_dir()]
            total = sum(each.file_size for each in parts)
            if len(content) > LARGEST_ZIP or total > MOST_UNPACKED or len(parts) > MOST_LINES:
                raise InvalidError("Te groot.", {"files": say("Dit ZIP-bestand is te groot. Deel het in tweeën.")})
            names = Counter(_name(each) for each in parts)
            if twice := next((name for name, count in names.items() if count > 1), ""):
                raise InvalidError("Twee keer.", {"files": say(_TWICE, name=twice)})
            return {_name(each): _part(file, each) for each in parts}
    except _NO_ZIP as fault:
        raise InvalidError(
            "Geen ZIP.", {"files": say("Kies een ZIP-bestand met de PDF's, zonder wachtwoord.")}
        ) from fault


_TWICE = mark("%(name)s zit twee keer in het ZIP-bestand. Geef elk bestand een eigen naam.")
_NO_ZIP = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error, lzma.LZMAError,
)  # fmt: skip


def _name(each: zipfile.ZipInfo) -> str:
    """How a file is called in the sheet: without its folder, written as a cell of the sheet is."""
    return clean(each.filename.rpartition("/")[2])


def _part(file: zipfile.ZipFile, each: zipfile.ZipInfo) -> bytes:
    with file.open(each) as part:
        return part.read(LARGEST_PDF + 1)  # what a ZIP says of itself is not believed


def read(rows: Sequence[Sequence[str]], files: Mapping[str, bytes]) -> list[Line]:
    """The agreements of a sheet, of which every file is there and fit; Unfit names each fault by line and column."""
    head = [each.casefold().strip() for each in rows[0]]
    places = {name: head.index(each) for name, title in COLUMNS.items() for each in _titles(title) if each in head}
    missing = [title for name, title in COLUMNS.items() if name not in places and name not in OPTIONAL]
    if missing:
        raise Unfit([Fault(1, each, say("Deze kolom ontbreekt.")) for each in missing])
    faults: list[Fault] = []
    lines: list[Line] = []
    for number, row in enumerate(rows[1:], 2):
        if any(row):
            given = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            wrong = [Fault(number, COLUMNS[name], sentence) for name, sentence in _faults(given)]
            faults += wrong
            if not wrong:
                lines.append(_line(number, given))
    faults += _faults_of_files(lines, files) if not faults else []
    if faults:
        raise Unfit(faults)
    return lines


def _titles(title: str) -> list[str]:
    """What a column may be called: its name in every language of the pages."""
    titles = []
    for language in LANGUAGES:
        with speaking(language):
            titles.append(say(title))
    return titles


def _line(number: int, given: Mapping[str, str]) -> Line:
    since, signed_on = _day(given["since"]), _day(given["signed_on"])
    assert since and signed_on
    return Line(
        number, given["board"], given["product"], given["version"], signed_on, since, _day(given.get("until", "")),
        given["file"],
    )  # fmt: skip


def _faults(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in COLUMNS:
        if name not in OPTIONAL and not given.get(name):
            yield name, say("Hier staat niets.")
    if given["version"] and not _VERSION.fullmatch(given["version"]):
        yield "version", say("Geef een versie van ten hoogste 20 letters en cijfers.")
    for name in ("signed_on", "since", "until"):
        if given.get(name) and _day(given[name]) is None:
            yield name, say("Schrijf een datum als 2027-01-31 of 31-1-2027.")
    signed_on, since, until = (_day(given.get(name, "")) for name in ("signed_on", "since", "until"))
    if signed_on and signed_on > clock.today():
        yield "signed_on", say("Deze dag is nog niet geweest.")
    if since and until and until <= since:
        yield "until", say("Het einde ligt niet na het begin.")


def _faults_of_files(lines: Sequence[Line], files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Each named file is in the ZIP and a fit PDF, and each file of the ZIP is named."""
    column = COLUMNS["file"]
    for name, content in files.items():
        numbers: list[int | None] = [each.number for each in lines if each.file == name]
        sentence = (
            _complaint(content) if numbers else say("%(name)s staat in het ZIP-bestand, maar in geen regel.", name=name)
        )
        for number in numbers or [None]:
            if sentence:
                yield Fault(number, column, sentence)
    for each in lines:
        if each.file not in files:
            yield Fault(each.number, column, say("%(name)s zit niet in het ZIP-bestand.", name=each.file))


def _complaint(content: bytes) -> str:
    if not content.startswith(b"%PDF-") or len(content) > LARGEST_PDF:
        return say("Dit is geen PDF van ten hoogste 10 MB.")
    return incoming.complaint(content)


def overlapping(lines: Sequence[Line]) -> Iterator[Fault]:
    """Lines of one board and product that hold at the same time: the later one is named, with the earlier."""
    counted = Counter((each.board, each.product) for each in lines)
    for place, each in enumerate(lines):
        if counted[each.board, each.product] == 1:
            continue
        for other in lines[:place]:
            same = (other.board, other.product) == (each.board, each.product)
            if same and _meet(each.since, each.until, other.since, other.until):
                yield Fault(each.number, COLUMNS["since"], say("Valt samen met regel %(line)s.", line=other.number))
                break


def _meet(since: dt.date, until: dt.date | None, other: dt.date, others_end: dt.date | None) -> bool:
    return (until is None or other < until) and (others_end is None or since < others_end)


def _day(text: str) -> dt.date | None:
    if found := _DAY.fullmatch(text):
        text = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if "1990" <= text[:4] <= "2099" else None
