"""Each report that can be taken along, as it goes on paper."""

from collections.abc import Callable, Mapping

from portal.reports import card, catalogue, duo_papers, paper
from portal.reports.levels import school_levels
from portal.reports.paper import Paper
from portal.reports.pupils import school_pupils
from portal.reports.reasons import NoReport
from portal.reports.secondary import school_secondary
from portal.reports.teachers import school_teachers

CARD = "card"
"""The name of the school card in what was passed on before there were other reports."""


def paper_of(report: str, code: str) -> Paper | None:
    """A report about a school; None if there is none, or no such report that can be taken along."""
    made = PAPERS.get(report)
    return made(code) if made else None


def _card(code: str) -> Paper | None:
    found = card.school_card(code)
    return None if isinstance(found, card.NoCard) else paper.of_card(found)


def _levels(code: str) -> Paper | None:
    found = school_levels(code)
    return None if isinstance(found, NoReport) else duo_papers.of_levels(found)


def _pupils(code: str) -> Paper | None:
    found = school_pupils(code)
    return None if isinstance(found, NoReport) else duo_papers.of_pupils(found)


def _teachers(code: str) -> Paper | None:
    found = school_teachers(code)
    return None if isinstance(found, NoReport) else duo_papers.of_teachers(found)


def _secondary(code: str) -> Paper | None:
    found = school_secondary(code)
    return None if isinstance(found, NoReport) else duo_papers.of_secondary(found)


PAPERS: Mapping[str, Callable[[str], Paper | None]] = {
    CARD: _card,
    catalogue.LEVELS: _levels,
    catalogue.PUPILS: _pupils,
    catalogue.TEACHERS: _teachers,
    catalogue.SECONDARY_SCHOOL: _secondary,
}
