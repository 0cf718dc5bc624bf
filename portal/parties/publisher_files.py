"""Reads a file that DUO or the Inspectorate publishes, and gathers every fault by line and column."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.errors import InvalidError
from portal.wording import mark, say

LARGEST = 64 * 1024 * 1024  # bytes; the largest file DUO publishes about schools is far below this


@dataclass(frozen=True)
class BadRow:
    """One thing that is wrong in a file: where, and in plain Dutch why."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = say("%(file)s, regel %(line)s", file=self.file, line=self.line) if self.line else self.file
        if self.column:
            place = say("%(place)s, kolom %(column)s", place=place, column=self.column)
        return f"{place}: {self.reason}"


class FileFault(InvalidError):  # noqa: N818 – it is the fault of the file, not an error of ours
    """A file that cannot be taken in; nothing of it was kept. `rows` names every fault."""

    def __init__(self, rows: Iterable[BadRow]) -> None:
        self.rows = tuple(rows)
        super().__init__(
            mark("Er is niets ingelezen. Aantal fouten: %(count)s. De eerste: %(first)s"),
            count=len(self.rows),
            first=self.rows[0],
        )


@dataclass(frozen=True)
class Row:
    """One line of a file, by column name."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True)
class PublisherFile:
    """A file as it was read: its header and its rows, the empty lines left out."""

    name: str
    sha256: str
    columns: Sequence[str]
    rows: Sequence[Row]


class Faults:
    """Gathers what is wrong, so that a person hears all of it at once."""

    def __init__(self) -> None:
        self.rows: list[BadRow] = []

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __iter__(self) -> Iterator[BadRow]:
        return iter(self.rows)

    def add(self, file: str, line: int, column: str, reason: str, **values: object) -> None:
        """Notes one fault; line 1 is the header, line 0 the file as a whole."""
        self.rows.append(BadRow(file, line, column, say(reason, **values)))

    def lacks(self, file: PublisherFile, needed: Iterable[str]) -> bool:
        """Whether columns are missing; notes each of them."""
        missing = [column for column in needed if column not in file.columns]
        for column in missing:
            self.add(file.name, 1, column, mark("Deze kolom ontbreekt."))
        return bool(missing)


def read(path: Path, faults: Faults) -> PublisherFile | None:
    """A file with a header and ';' between cells, in UTF-8 (with or without BOM) or windows-1252.

    Whatever is wrong with the file as a whole is added to `faults`, and then the answer is None.
    """
    try:
        if path.stat().st_size > LARGEST:
            faults.add(path.name, 0, "", mark("Dit bestand is te groot: meer dan 64 MB."))
            return None
        content = path.read_bytes()
    except OSError:
        faults.add(path.name, 0, "", mark("Dit bestand is niet te lezen. Bestaat het, en mag u het openen?"))
        return None
    return parse(path.name, content, faults)


def parse(name: str, content: bytes, faults: Faults) -> PublisherFile | None:
    """The same, of bytes that are at hand already."""
    text = _decoded(content)
    if text is None:
        faults.add(name, 0, "", mark("Dit is geen tekstbestand. Gebruik het CSV-bestand van de uitgever."))
        return None
    return _parsed(name, hashlib.sha256(content).hexdigest(), text, faults)


def _decoded(content: bytes) -> str | None:
    if b"\0" in content:
        return None
    for encoding in ("utf-8-sig", "windows-1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _parsed(name: str, sha256: str, text: str, faults: Faults) -> PublisherFile | None:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    columns: list[str] = []
    rows: list[Row] = []
    try:
        for cells in lines:
            trimmed = [cell.strip() for cell in cells]
            if not any(trimmed):
                continue
            if not columns:
                columns = trimmed
            elif len(trimmed) != len(columns):
                faults.add(
                    name, lines.line_num, "",
                    mark("Deze regel heeft %(found)s cellen; de eerste regel heeft er %(expected)s."),
                    found=len(trimmed), expected=len(columns),
                )  # fmt: skip
            else:
                rows.append(Row(lines.line_num, dict(zip(columns, trimmed, strict=True))))
    except csv.Error:
        faults.add(name, lines.line_num, "", mark("Deze regel is niet te lezen: een aanhalingsteken staat verkeerd."))
        return None
    if not rows and not any(fault.file == name for fault in faults):
        faults.add(name, 0, "", mark("Dit bestand is leeg: er staat geen enkele school in."))
        return None
    return PublisherFile(name, sha256, columns, rows)
