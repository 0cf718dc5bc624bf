"""What DUO's three files say about school locations: each row checked, each fault named. No database here."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from portal.parties import numbers
from portal.parties.location_codes import location_code
from portal.parties.publisher_files import Faults, FileFault, PublisherFile, Row, read
from portal.parties.spelling import place_name
from portal.wording import mark

PRIMARY, SPECIAL, SECONDARY = "po", "so", "vo"
SECTORS = (PRIMARY, SPECIAL, SECONDARY)

_ADDRESSES = (
    "PROVINCIE", "BEVOEGD GEZAG NUMMER", "INSTELLINGSCODE", "VESTIGINGSCODE", "VESTIGINGSNAAM", "STRAATNAAM",
    "HUISNUMMER-TOEVOEGING", "POSTCODE", "PLAATSNAAM", "GEMEENTENAAM", "DENOMINATIE", "INTERNETADRES",
)  # fmt: skip
_PUPILS = (
    "PEILDATUM", "INSTELLINGSCODE", "VESTIGINGSCODE", "INSTELLINGSNAAM_VESTIGING", "POSTCODE_VESTIGING", "PLAATSNAAM",
    "GEMEENTENAAM", "PROVINCIE", "SOORT_PO", "CLUSTER", "DENOMINATIE_VESTIGING", "BEVOEGD_GEZAG_NUMMER",
)  # fmt: skip
_LONGEST = {
    "name": 200, "street": 120, "house_number": 20, "place": 80, "municipality": 80, "province": 20,
    "denomination": 80, "education": 60, "website": 200,
}  # fmt: skip
_SPECIAL_KINDS = ("Sbo", "So", "Vso")
_TITLES = {
    PRIMARY: "vestigingen basisonderwijs",
    SPECIAL: "leerlingen primair onderwijs per vestiging (speciaal onderwijs)",
    SECONDARY: "vestigingen voortgezet onderwijs",
}


class RegisterFault(FileFault):
    """A file of DUO that cannot be taken in; the register is as it was."""


@dataclass(frozen=True)
class Location:
    """One location as a file gives it, in the register's own spelling."""

    code: str
    name: str
    street: str
    house_number: str
    postcode: str
    place: str
    municipality: str
    province: str
    denomination: str
    sector: str
    education: str
    website: str
    board_number: str

    @property
    def brin(self) -> str:
        """The institution of which this is a location."""
        return self.code[:4]


@dataclass(frozen=True)
class LocationFile:
    """Everything one file says: which sector it covers wholly, from when it is, and its locations."""

    file: str
    sha256: str
    sector: str
    source_line: str
    published_on: dt.date | None
    locations: Sequence[Location]


def read_files(paths: Iterable[Path], *, published_on: dt.date | None = None) -> list[LocationFile]:
    """What the files say, at most one for each sector; raises RegisterFault with every bad row of all of them.

    `published_on` is the date of files that carry none themselves; the pupils file has its own (PEILDATUM).
    """
    faults = Faults()
    found: list[LocationFile] = []
    lines: dict[str, tuple[str, int]] = {}
    files = [file for path in paths if (file := read(path, faults))]
    known = [(sector, file) for file in files if (sector := _sector_of(file, faults))]
    # Special education last: of a location that stands in two files, the one with addresses is believed.
    for sector, file in sorted(known, key=lambda pair: pair[0] == SPECIAL):
        if any(other.sector == sector for other in found):
            faults.add(file.name, 0, "", mark("U geeft twee bestanden met dezelfde soort scholen. Geef er één."))
            continue
        locations = _READERS[sector](file, faults, lines)
        day = _reference_day(file, faults) if sector == SPECIAL else published_on
        if sector == SPECIAL and not any(row["SOORT_PO"] in _SPECIAL_KINDS for row in file.rows):
            faults.add(file.name, 0, "", mark("In dit bestand staat geen school voor speciaal onderwijs."))
        found.append(LocationFile(file.name, file.sha256, sector, source_line(sector, day), day, locations))
    if not files and not faults:
        faults.add("-", 0, "", mark("Er is geen bestand gegeven."))
    if faults:
        raise RegisterFault(faults)
    return found


def source_line(sector: str, day: dt.date | None) -> str:
    """The line that stands wherever these facts are shown; both licences in circulation ask for it."""
    title = f"Bron: DUO, Open onderwijsdata, {_TITLES[sector]}"
    # The address files carry no reference date: what we know is the day on which somebody fetched them.
    word = "peildatum" if sector == SPECIAL else "stand van"
    return f"{title}, {word} {day:%d-%m-%Y}" if day else title


def _sector_of(file: PublisherFile, faults: Faults) -> str | None:
    columns = set(file.columns)
    if {"SOORT_PO", "INSTELLINGSNAAM_VESTIGING"} & columns:
        return None if faults.lacks(file, _PUPILS) else SPECIAL
    if len(columns & set(_ADDRESSES)) >= len(_ADDRESSES) // 2:
        if faults.lacks(file, _ADDRESSES):
            return None
        return SECONDARY if "ONDERWIJSSTRUCTUUR" in columns else PRIMARY
    faults.add(
        file.name, 1, "",
        mark(
            "Dit is geen bestand van DUO dat hier hoort. Gebruik de vestigingen van het basisonderwijs, de "
            "vestigingen van het voortgezet onderwijs, of de leerlingen in het primair onderwijs naar leeftijd."
        ),
    )  # fmt: skip
    return None


def _addresses(sector: str) -> "Callable[[PublisherFile, Faults, dict[str, tuple[str, int]]], list[Location]]":
    def locations(file: PublisherFile, faults: Faults, lines: dict[str, tuple[str, int]]) -> list[Location]:
        found = []
        for row in file.rows:
            code = _code(file, row, faults, lines)
            location = Location(
                code=code,
                name=_needed(file, row, "VESTIGINGSNAAM", faults),
                street=row["STRAATNAAM"],
                house_number=row["HUISNUMMER-TOEVOEGING"],
                postcode=_postcode(file, row, "POSTCODE", faults),
                place=place_name(_needed(file, row, "PLAATSNAAM", faults)),
                municipality=place_name(_needed(file, row, "GEMEENTENAAM", faults)),
                province=row["PROVINCIE"],
                denomination=row["DENOMINATIE"],
                sector=sector,
                education=row["ONDERWIJSSTRUCTUUR"] if sector == SECONDARY else "BO",
                website=row["INTERNETADRES"],
                board_number=_board(file, row, "BEVOEGD GEZAG NUMMER", faults),
            )
            _check_lengths(file, row, location, faults)
            found.append(location)
        return found

    return locations


def _special(file: PublisherFile, faults: Faults, lines: dict[str, tuple[str, int]]) -> list[Location]:
    """The Sbo, So and Vso locations; one that teaches So and Vso has a row for each, and for each cluster."""
    found: dict[str, Location] = {}
    seen: dict[tuple[str, str, str], int] = {}
    for row in file.rows:
        if row["SOORT_PO"] not in _SPECIAL_KINDS:
            if row["SOORT_PO"] != "Bo":
                faults.add(file.name, row.line, "SOORT_PO", mark("Hier hoort Bo, Sbo, So of Vso te staan."))
            continue
        code = _code(file, row, faults, None)
        key = (code, row["SOORT_PO"], row["CLUSTER"])
        if code and key in seen:
            faults.add(file.name, row.line, "VESTIGINGSCODE", _TWICE, code=code, earlier=file.name, at=seen[key])
            continue
        seen[key] = row.line
        location = Location(
            code=code,
            name=_needed(file, row, "INSTELLINGSNAAM_VESTIGING", faults),
            street="",
            house_number="",
            postcode=_postcode(file, row, "POSTCODE_VESTIGING", faults),
            place=place_name(_needed(file, row, "PLAATSNAAM", faults)),
            municipality=place_name(_needed(file, row, "GEMEENTENAAM", faults)),
            province=row["PROVINCIE"],
            denomination=row["DENOMINATIE_VESTIGING"],
            sector=SPECIAL,
            education=row["SOORT_PO"].upper(),
            website="",
            board_number=_board(file, row, "BEVOEGD_GEZAG_NUMMER", faults),
        )
        _check_lengths(file, row, location, faults)
        if code in found:
            location = replace(location, education=_both(found[code].education, location.education))
        elif code in lines:
            continue  # the file with addresses knows more of this location, and is the one to believe
        found[code] = location
    return list(found.values())


def _both(one: str, other: str) -> str:
    return "/".join(sorted({*one.split("/"), other}))


def _check_lengths(file: PublisherFile, row: Row, location: Location, faults: Faults) -> None:
    for field, longest in _LONGEST.items():
        if len(getattr(location, field)) > longest:
            faults.add(
                file.name, row.line, "",
                mark("In deze regel staat een tekst van meer dan %(longest)s tekens op een plaats voor een kortere."),
                longest=longest,
            )  # fmt: skip


_READERS: dict[str, Callable[[PublisherFile, Faults, dict[str, tuple[str, int]]], list[Location]]] = {
    PRIMARY: _addresses(PRIMARY),
    SECONDARY: _addresses(SECONDARY),
    SPECIAL: _special,
}
_TWICE = mark("Vestiging %(code)s staat er twee keer in; de eerste keer in %(earlier)s op regel %(at)s.")


def _code(file: PublisherFile, row: Row, faults: Faults, lines: dict[str, tuple[str, int]] | None) -> str:
    """The location code, which may stand in the files with addresses once."""
    code = location_code(file, row, faults)
    if code and lines is not None:
        if code in lines:
            first, line = lines[code]
            faults.add(file.name, row.line, "VESTIGINGSCODE", _TWICE, code=code, earlier=first, at=line)
        lines.setdefault(code, (file.name, row.line))
    return code


def _needed(file: PublisherFile, row: Row, column: str, faults: Faults) -> str:
    if not row[column]:
        faults.add(file.name, row.line, column, mark("Deze cel is leeg."))
    return row[column]


def _postcode(file: PublisherFile, row: Row, column: str, faults: Faults) -> str:
    text = row[column]
    if not numbers.is_postcode(text):
        faults.add(file.name, row.line, column, numbers.COMPLAINT_POSTCODE)
    return f"{text[:4]} {text[4:].strip()}"


def _board(file: PublisherFile, row: Row, column: str, faults: Faults) -> str:
    number = row[column].lstrip("0")  # some of DUO's files pad the number with zeros
    if not numbers.is_board_number(number):
        faults.add(file.name, row.line, column, numbers.COMPLAINT_BOARD_NUMBER)
    return number


def _reference_day(file: PublisherFile, faults: Faults) -> dt.date | None:
    first = file.rows[0]
    try:
        return dt.datetime.strptime(first["PEILDATUM"], "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        faults.add(file.name, first.line, "PEILDATUM", mark("Dit is geen datum zoals 20241001."))
        return None
