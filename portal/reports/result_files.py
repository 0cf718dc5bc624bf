"""What the Inspectorate's files say about results and schoolweging: each cell checked, each fault named."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.parties.publisher_files import Faults, FileFault, PublisherFile, Row
from portal.reports import results
from portal.reports.results import Level, Outcome, Year
from portal.wording import mark

MASKED = "*"
OUTCOMES = {
    "Boven de signaleringswaarde": Outcome.ABOVE,
    "Onder de signaleringswaarde": Outcome.BELOW,
    "Kleine school - Beoordeling over 5 jaar": Outcome.SMALL_SCHOOL,
    "Te weinig gegevens": Outcome.TOO_LITTLE,
}
_WEIGHT, _CATEGORY = "Schoolweging", "Schoolwegingscategorie"
_SIGNALS = ("Signaleringswaarde 1F", "Signaleringswaarde 1S/2F")
_AVERAGES = ("Gewogen driejaarsgemiddelde %1F", "Gewogen driejaarsgemiddelde %1S/2F")
_PUPILS = "Totaal aantal leerlingen 3 jaar"
_OUTCOMES = ("Uitkomst indicator 1F", "Uitkomst indicator 1S/2F")
_FIXED = ("ovt", _WEIGHT, _CATEGORY, *_SIGNALS, *_AVERAGES, _PUPILS, *_OUTCOMES)
_OF_A_YEAR = ("Gemiddelde %1F", "Gemiddelde %1S/2F", "Aantal leerlingen")
_WEIGHTS = ("OVT", "Naam", "schoolweging", "spreiding")
_LONGEST_NAME = 200
_HUNDRED = Decimal(100)


class ResultsFault(FileFault):
    """A file of the Inspectorate that cannot be taken in; the results are as they were."""


@dataclass(frozen=True)
class Result:
    """One row of the results file, as published."""

    ovt: str
    years: tuple[tuple[str, str, str, str], ...]
    schoolweging: str
    category: str
    signal_fundamental: str
    signal_target: str
    average_fundamental: str
    average_target: str
    pupils: str
    outcome_fundamental: str
    outcome_target: str


def number(text: str) -> Decimal | None:
    """A number as the Inspectorate writes it, with a comma or a point; None if it is masked or empty."""
    return None if text in ("", MASKED) else Decimal(text.replace(",", "."))


def year_of(cells: Sequence[str]) -> Year:
    """A school year out of its four published texts: label, % 1F, % 1S/2F, pupils."""
    label, fundamental, target, pupils = cells
    return Year(
        label=label,
        fundamental=number(fundamental),
        target=number(target),
        pupils=None if pupils in ("", MASKED) else int(pupils),
        masked=MASKED in (fundamental, target, pupils),
    )


def is_results(file: PublisherFile) -> bool:
    """Whether this looks like the file with results."""
    return "ovt" in file.columns or _OUTCOMES[0] in file.columns


def is_weights(file: PublisherFile) -> bool:
    """Whether this looks like one year of the file with schoolweging, names and spread."""
    return "spreiding" in file.columns


def results_of(file: PublisherFile, faults: Faults) -> list[Result]:
    """Every row of the results file; what is wrong is added to `faults`."""
    labels = _school_years(file, faults)
    if faults.lacks(file, _FIXED) or not labels:
        return []
    seen: dict[str, int] = {}
    found = []
    for row in file.rows:
        before = len(faults.rows)
        _check_ovt(file, row, "ovt", seen, faults)
        for column in (_WEIGHT, *_SIGNALS, *_AVERAGES):
            _check_number(file, row, column, faults)
        _check_count(file, row, _PUPILS, faults)
        for column in _OUTCOMES:
            if row[column] not in OUTCOMES:
                faults.add(file.name, row.line, column, mark("Deze uitkomst kennen we niet."))
        for suffix in labels:
            _check_year(file, row, suffix, faults)
        if len(faults.rows) > before:
            continue  # what follows would only repeat the complaint
        result = _result(row, labels)
        _check_rules(file, row, result, faults)
        found.append(result)
    return found


def weights_of(file: PublisherFile, faults: Faults) -> dict[str, tuple[str, str]]:
    """Name and spread of each supervision object; what is wrong is added to `faults`."""
    if faults.lacks(file, _WEIGHTS):
        return {}
    seen: dict[str, int] = {}
    found = {}
    for row in file.rows:
        _check_ovt(file, row, "OVT", seen, faults)
        _check_number(file, row, "spreiding", faults)
        if not row["Naam"] or len(row["Naam"]) > _LONGEST_NAME:
            faults.add(file.name, row.line, "Naam", mark("Hier hoort de naam van de school te staan."))
        found[row["OVT"]] = (row["Naam"], row["spreiding"])
    return found


def results_line(found: Iterable[Result]) -> str:
    """The source line of a results file, with its first and last school year."""
    labels = [label for label, *_ in next(iter(found)).years]
    return f"Bron: Inspectie van het Onderwijs, leerresultaten po {labels[0]} t/m {labels[-1]}"


def weights_line(file: str) -> str:
    """The source line of a schoolweging file; its year stands nowhere but in its name."""
    year = re.search(r"(20\d\d)\D(20\d\d)", file)
    named = f" {year[1]}-{year[2]}" if year else ""
    return f"Bron: Inspectie van het Onderwijs / CBS, schoolweging{named}"


def _school_years(file: PublisherFile, faults: Faults) -> dict[str, str]:
    """The column suffixes of the three years with their labels, oldest first: 2223 is 2022-2023."""
    suffixes = sorted(found[1] for column in file.columns if (found := re.fullmatch(r"Gemiddelde %1F (\d{4})", column)))
    good = [each for each in suffixes if (int(each[:2]) + 1) % 100 == int(each[2:])]
    if len(good) != results.YEARS:
        faults.add(
            file.name, 1, "",
            mark("Er horen drie schooljaren te zijn, in kolommen zoals 'Aantal leerlingen 2223'."),
        )  # fmt: skip
        return {}
    if faults.lacks(file, [f"{name} {suffix}" for suffix in good for name in _OF_A_YEAR]):
        return {}
    return {suffix: f"20{suffix[:2]}-20{suffix[2:]}" for suffix in good}


def _result(row: Row, labels: dict[str, str]) -> Result:
    return Result(
        ovt=row["ovt"],
        years=tuple(
            (
                label,
                row[f"{_OF_A_YEAR[0]} {suffix}"],
                row[f"{_OF_A_YEAR[1]} {suffix}"],
                row[f"{_OF_A_YEAR[2]} {suffix}"],
            )
            for suffix, label in labels.items()
        ),
        schoolweging=row[_WEIGHT],
        category=row[_CATEGORY],
        signal_fundamental=row[_SIGNALS[0]],
        signal_target=row[_SIGNALS[1]],
        average_fundamental=row[_AVERAGES[0]],
        average_target=row[_AVERAGES[1]],
        pupils=row[_PUPILS],
        outcome_fundamental=row[_OUTCOMES[0]],
        outcome_target=row[_OUTCOMES[1]],
    )


def _check_ovt(file: PublisherFile, row: Row, column: str, seen: dict[str, int], faults: Faults) -> None:
    ovt = row[column]
    if not re.fullmatch(r"[0-9]{2}[A-Z]{2}\|C[0-9]{1,3}", ovt):
        faults.add(
            file.name, row.line, column,
            mark("Hier hoort een BRIN-nummer met een volgnummer te staan, bijvoorbeeld 00AP|C1."),
        )  # fmt: skip
    elif ovt in seen:
        faults.add(
            file.name, row.line, column,
            mark("School %(ovt)s staat er twee keer in; de eerste keer op regel %(at)s."),
            ovt=ovt, at=seen[ovt],
        )  # fmt: skip
    seen.setdefault(ovt, row.line)


def _check_number(file: PublisherFile, row: Row, column: str, faults: Faults) -> None:
    text = row[column]
    if text in ("", MASKED):
        return
    if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,2})?", text) or Decimal(text.replace(",", ".")) > _HUNDRED:
        faults.add(
            file.name, row.line, column,
            mark("Hier hoort een getal van 0 tot en met 100 te staan met hoogstens 2 decimalen, een * of niets."),
        )  # fmt: skip


def _check_count(file: PublisherFile, row: Row, column: str, faults: Faults) -> None:
    text = row[column]
    if text not in ("", MASKED) and not (re.fullmatch(r"[1-9][0-9]{0,4}", text) and int(text) <= results.MOST_PUPILS):
        faults.add(file.name, row.line, column, mark("Hier hoort een aantal leerlingen te staan, een * of niets."))


def _check_year(file: PublisherFile, row: Row, suffix: str, faults: Faults) -> None:
    columns = [f"{name} {suffix}" for name in _OF_A_YEAR]
    before = len(faults.rows)
    for column in columns[:2]:
        _check_number(file, row, column, faults)
    _check_count(file, row, columns[2], faults)
    kinds = {row[column] if row[column] in ("", MASKED) else "known" for column in columns}
    if len(kinds) > 1 and len(faults.rows) == before:
        faults.add(
            file.name, row.line, columns[0],
            mark("Van dit schooljaar is het ene cijfer bekend en het andere niet. Dat kan niet."),
        )  # fmt: skip


def _check_rules(file: PublisherFile, row: Row, result: Result, faults: Faults) -> None:
    """A row whose average or verdict does not follow from its own numbers was damaged on the way to us."""
    weight = number(result.schoolweging)
    if weight is not None:
        if not results.LOWEST_WEIGHT <= weight <= results.HIGHEST_WEIGHT:
            faults.add(file.name, row.line, _WEIGHT, mark("Een schoolweging ligt tussen 20 en 40."))
            return
        if result.category != results.category(weight):
            faults.add(file.name, row.line, _CATEGORY, mark("Deze categorie hoort niet bij de schoolweging."))
    years = [year_of(cells) for cells in result.years]
    pupils = number(result.pupils)
    published = (
        (Level.FUNDAMENTAL, result.average_fundamental, result.signal_fundamental, result.outcome_fundamental),
        (Level.TARGET, result.average_target, result.signal_target, result.outcome_target),
    )
    for place, (level, average_text, signal, said) in enumerate(published):
        average = number(average_text)
        computed = results.average(years, level)
        if computed is not None and computed != average:
            faults.add(
                file.name, row.line, _AVERAGES[place], mark("Dit gemiddelde volgt niet uit de drie schooljaren.")
            )
        elif weight is not None and OUTCOMES[said] is not results.outcome(
            years, average=average, signal=number(signal), pupils=None if pupils is None else int(pupils)
        ):
            faults.add(file.name, row.line, _OUTCOMES[place], mark("Deze uitkomst volgt niet uit de cijfers."))
