"""The reports that the portal makes itself: what each is called, for whom it is, and what it shows. No database here.

A product names those it opens. Each stands behind the gate of that product, for one school or for all of a board.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.parties.register_files import PRIMARY, SECONDARY, SPECIAL
from portal.wording import mark


class About(StrEnum):
    """What a report is about."""

    LOCATION = "location"
    BOARD = "board"


@dataclass(frozen=True)
class Report:
    """One report."""

    name: str
    """Stands in addresses and in products, and never changes."""
    title: str
    shows: str
    """In one sentence."""
    about: frozenset[About]
    sectors: frozenset[str] = frozenset({PRIMARY})
    """Of which schools there are figures for it."""
    has_personal_data: bool = False


SCHOOL_CARD, TREND, POSITION, OVERVIEW = "schoolkaart", "driejaarstrend", "positie", "overzicht"
LEVELS, PUPILS, TEACHERS, SECONDARY_SCHOOL = "referentieniveaus", "leerlingen", "personeel", "voortgezet-onderwijs"
_LOCATION, _BOARD = frozenset({About.LOCATION}), frozenset({About.BOARD})

REPORTS: tuple[Report, ...] = (
    Report(
        SCHOOL_CARD,
        mark("Schoolkaart"),
        mark("Wat een school in drie jaar bereikte, naast de signaleringswaarde, vergelijkbare scholen en Nederland."),
        _LOCATION,
    ),
    Report(TREND, mark("Driejaarstrend"), mark("Wat een school per schooljaar bereikte."), _LOCATION),
    Report(
        OVERVIEW,
        mark("Bestuursoverzicht"),
        mark("Alle scholen van een bestuur onder elkaar: de uitkomst, de afstand tot de norm en de trend."),
        _BOARD,
    ),
    Report(
        POSITION,
        mark("Positie"),
        mark("Waar scholen staan tussen alle basisscholen: schoolweging en streefniveau, met de norm."),
        _LOCATION | _BOARD,
    ),
    Report(
        LEVELS,
        mark("Referentieniveaus per vak"),
        mark("Hoeveel leerlingen elk niveau haalden voor rekenen, lezen en taalverzorging, drie jaar naast elkaar."),
        _LOCATION,
    ),
    Report(
        PUPILS,
        mark("Leerlingen"),
        mark("Hoeveel leerlingen er nu zijn naar leeftijd, met een prognose voor vijf jaar."),
        _LOCATION | _BOARD,
        frozenset({PRIMARY, SPECIAL}),
    ),
    Report(
        TEACHERS,
        mark("Personeelsprognose"),
        mark("Hoeveel voltijdbanen er de komende vijf jaar nodig zijn, als rekenmodel met eigen getallen."),
        _LOCATION | _BOARD,
    ),
    Report(
        SECONDARY_SCHOOL,
        mark("Voortgezet onderwijs"),
        mark("Geslaagden, het verschil tussen schoolexamen en centraal examen, en zittenblijvers."),
        _LOCATION,
        frozenset({SECONDARY}),
    ),
)
"""In the order in which they are offered."""
NAMES = frozenset(each.name for each in REPORTS)
AT_FIRST = (SCHOOL_CARD, TREND)
"""What a product opens as long as nobody chose."""


def opened(names: Collection[str], about: About) -> list[Report]:
    """Those of these names that are about this, in the order in which they are offered; an unknown name is none."""
    return [each for each in REPORTS if each.name in names and about in each.about]


def known(names: Collection[str]) -> Sequence[str]:
    """Those of these names that are reports, in the order in which they are offered."""
    return [each.name for each in REPORTS if each.name in names]
