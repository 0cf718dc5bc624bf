"""What DUO's files about pupils and examinations have in common: a part of the facts, and how a cell is checked."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal import clock
from portal.parties.publisher_files import Faults, FileFault, PublisherFile, Row
from portal.wording import mark

MASKED = ("<5",)
_MOST = 20_000  # pupils; no location comes near it
_YEARS = re.compile(r"(20\d\d)\D(20\d\d)")


class DuoFault(FileFault):
    """A file of DUO that cannot be taken in; what was there is as it was."""


@dataclass(frozen=True)
class Part:
    """Everything one file says, checked and ready to be kept."""

    file: str
    sha256: str
    kind: str
    """pupils, levels, passes, marks or repeaters."""
    year: str
    """The school year, or the last of several."""
    source_line: str
    lines: int
    rows: Sequence[dict[str, object]]
    """By the columns of the kind's table."""


def is_count(text: str) -> bool:
    """A number of pupils as DUO writes it: whole, or "<5"."""
    return text in MASKED or bool(re.fullmatch(r"0|[1-9][0-9]{0,4}", text) and int(text) <= _MOST)


def count(text: str) -> int | None:
    """A published number; None if it is masked."""
    return None if text in MASKED else int(text)


def check_counts(file: PublisherFile, row: Row, columns: Iterable[str], faults: Faults) -> bool:
    """Whether all these cells hold a number of pupils; names those that do not."""
    good = True
    for column in columns:
        if not is_count(row[column]):
            faults.add(
                file.name, row.line, column,
                mark("Hier hoort een aantal leerlingen te staan: een heel getal, of <5."),
            )  # fmt: skip
            good = False
    return good


def check_at_most(file: PublisherFile, row: Row, column: str, whole: str, faults: Faults) -> None:
    """A part is never more than the whole, where both are known."""
    part, total = count(row[column]), count(row[whole])
    if part is not None and total is not None and part > total:
        faults.add(
            file.name, row.line, column,
            mark("Dit zijn er meer dan in de kolom %(whole)s. Dat kan niet."), whole=whole,
        )  # fmt: skip


def check_share(file: PublisherFile, row: Row, column: str, faults: Faults, *, part: str, whole: str) -> None:
    """A percentage lies between 0 and 100, and follows from the two numbers where both are known."""
    text = row[column]
    if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,2})?", text) or Decimal(text.replace(",", ".")) > 100:
        faults.add(file.name, row.line, column, mark("Hier hoort een percentage van 0 tot en met 100 te staan."))
        return
    passed, total = count(row[part]), count(row[whole])
    if passed is None or total is None:
        return
    share = Decimal(100 * passed) / total if total else Decimal(0)
    if abs(share - Decimal(text.replace(",", "."))) > Decimal("0.06"):
        faults.add(file.name, row.line, column, mark("Dit percentage volgt niet uit de aantallen."))


def check_once(
    file: PublisherFile, row: Row, column: str, faults: Faults, *, key: object, seen: dict[object, int]
) -> bool:
    """Whether this is the first line about it; names the line before if it is not."""
    if key in seen:
        faults.add(
            file.name, row.line, column,
            mark("Deze regel staat er twee keer in; de eerste keer op regel %(at)s."), at=seen[key],
        )  # fmt: skip
        return False
    seen[key] = row.line
    return True


def reference_day(file: PublisherFile, faults: Faults) -> dt.date | None:
    """The one day on which the whole file looks (PEILDATUM); None, with the faults, if there is no such day."""
    first = file.rows[0]
    try:
        day = dt.date.fromisoformat(first["PEILDATUM"]) if len(first["PEILDATUM"]) == 8 else None
    except ValueError:
        day = None
    if day is None:
        faults.add(file.name, first.line, "PEILDATUM", mark("Hier hoort een datum te staan zoals 20241001."))
        return None
    if day > clock.today():
        faults.add(file.name, first.line, "PEILDATUM", mark("Deze datum ligt in de toekomst."))
        return None
    for row in file.rows:
        if row["PEILDATUM"] != first["PEILDATUM"]:
            faults.add(
                file.name, row.line, "PEILDATUM",
                mark("Deze regel is van een ander schooljaar dan de eerste regel (%(first)s)."),
                first=first["PEILDATUM"],
            )  # fmt: skip
            return None
    named, year = year_in_name(file.name), school_year(day)
    if named is not None and named != year:
        faults.add(
            file.name, 0, "",
            mark("De naam van dit bestand noemt schooljaar %(named)s, maar de peildatum is van %(year)s."),
            named=named, year=year,
        )  # fmt: skip
        return None
    return day


def school_year(day: dt.date) -> str:
    """The school year in which a day falls: it begins on 1 August."""
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}-{first + 1}"


def year_in_name(name: str) -> str | None:
    """The first school year that the name of a file speaks of, as 2023-2024."""
    for first, second in _YEARS.findall(name):
        if int(second) == int(first) + 1:
            return f"{first}-{second}"
    return None
