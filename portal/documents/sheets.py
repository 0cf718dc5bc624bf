"""Spreadsheets of other programs (XLSX): written so that no cell is ever run, and read in a child with limits."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal import clock
from portal.documents.child import in_child
from portal.errors import InvalidError, PortalError, UnavailableError
from portal.wording import mark, say

Cell = str | int | float | Decimal | bool | dt.date | dt.datetime | None

MOST_COLUMNS, MOST_ROWS, LONGEST_CELL = 50, 5000, 32_767
MOST_UNPACKED = 60 * 2**20
SECONDS, MEGABYTES = 10, 512
WIDEST = 60
LONGEST_FOOT = 200
NOT_WRITTEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
"""What XML cannot hold, and what a spreadsheet would read as such a character."""
UNREADABLE = mark("Dit is geen spreadsheet die wij kunnen lezen. Sla hem op als XLSX of als CSV en kies hem opnieuw.")


@dataclass(frozen=True)
class Sheet:
    """One sheet of a book: its name, columns and rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def written(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A sheet with these columns: a text is a text whatever it begins with, a day is a day, a number is a number."""
    return book([Sheet(title, columns, list(rows))])


def book(sheets: Sequence[Sheet], *, above: Sequence[str] = ()) -> bytes:
    """Several sheets; what stands `above` comes on each of them, over the columns and at the foot of its print."""
    from openpyxl import Workbook  # here: most requests never make a sheet

    made = Workbook(write_only=True)
    names: set[str] = set()
    for each in sheets:
        name = _name(each.title, names)
        names.add(name)
        _fill(made.create_sheet(name), each, above)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _name(title: str, taken: Collection[str]) -> str:
    """A name of at most 31 characters that no other sheet has."""
    name = re.sub(r"[\[\]:*?/\\']", " ", title)[:31]
    number = 1
    while name in taken:
        number += 1
        name = f"{name[:28]} {number}"
    return name


def _fill(sheet: Any, content: Sheet, above: Sequence[str]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    sheet.freeze_panes = f"A{len(above) + 2}"
    if above:
        sheet.oddFooter.center.text = " · ".join(str(_plain(each)) for each in above)[:LONGEST_FOOT].replace("&", "&&")
    kept = [[_plain(each) for each in row] for row in content.rows]
    for place, column in enumerate(content.columns):
        longest = max([len(column), *(len(str(row[place])) for row in kept)])
        sheet.column_dimensions[_letters(place)].width = min(max(10, longest + 2), WIDEST)

    def cell(value: Cell, *, bold: bool = False, wraps: bool = True) -> object:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            made.data_type = "s"  # never a formula, also where the text begins as one
        made.font, made.alignment = Font(bold=bold), Alignment(wrap_text=wraps, vertical="top")
        return made

    for line in above:
        sheet.append([cell(_plain(line), bold=True, wraps=False)])
    sheet.append([cell(_plain(each), bold=True) for each in content.columns])
    for row in kept:
        sheet.append([cell(each) for each in row])


def read(content: bytes) -> list[list[str]]:
    """The cells of the first sheet as texts, row by row; InvalidError (field "sheet") where that cannot be done."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            if sum(each.file_size for each in file.infolist()) > MOST_UNPACKED:
                raise InvalidError(UNREADABLE, {"sheet": say(UNREADABLE)})
        return in_child(lambda: _cells(content), seconds=SECONDS, megabytes=MEGABYTES)
    except (InvalidError, UnavailableError):
        raise
    except (PortalError, zipfile.BadZipFile, NotImplementedError, OSError) as fault:
        raise InvalidError(UNREADABLE, {"sheet": say(UNREADABLE)}) from fault


def _cells(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    found = []
    for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True):
        texts = [_text(each) for each in row]
        while texts and not texts[-1]:
            texts.pop()
        found.append(texts)
    return found


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case dt.datetime():
            return value.date().isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)[:LONGEST_CELL]


def _plain(value: Cell) -> Cell:
    match value:
        case bool():
            return say("ja") if value else say("nee")
        case dt.datetime():
            return value.astimezone(clock.AMSTERDAM).replace(tzinfo=None)
        case str():
            return NOT_WRITTEN.sub(lambda found: _spelled(found[0]), value)[:LONGEST_CELL]
        case None:
            return ""
    return value


def _spelled(found: str) -> str:
    """Nothing for what cannot be written; an escape that is meant as text keeps its letters."""
    return f"_x005F{found}" if found.startswith("_x") else ""


def _letters(place: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, left = divmod(place - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters
