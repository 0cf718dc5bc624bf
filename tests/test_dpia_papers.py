"""The document of a DPIA decision, for every outcome: what it says, how it looks, and that it conforms."""

import io
import re
import uuid
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from portal.documents import vault
from tests import conformance
from tests.builders import Portal
from tests.dpia_decisions import OUTCOMES, a_decision, a_model
from tests.looking import pages

EACH = tuple(OUTCOMES)


@pytest.fixture(scope="module")
def house(installation) -> Iterator[Portal]:  # type: ignore[no-untyped-def]
    """A board whose declaration holds, with a model that is published."""
    with installation.portal("registered") as portal:
        a_model(portal)
        yield portal


@pytest.fixture(scope="module")
def files(house: Portal) -> dict[str, bytes]:
    """The sealed file of each outcome, signed by both."""
    return {name: _file(house, a_decision(house.later(seconds=5), answers)) for name, answers in OUTCOMES.items()}


def _file(portal: Portal, case_id: uuid.UUID) -> bytes:
    with portal.opened():
        return vault.content(portal.document(case_id).current or "")


def said(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages))


def test_every_outcome_has_its_document_and_looks_as_it_should(files: dict[str, bytes]) -> None:
    titles = {
        "reuse": "Hergebruik.",
        "adjusted": "Hergebruik met aangepaste maatregelen.",
        "measures_first": "Eerst maatregelen.",
        "own_dpia": "Eigen DPIA nodig.",
        "prior_consultation": "Eerst de Autoriteit Persoonsgegevens raadplegen.",
        "compliance_check": "Geen nieuwe DPIA, wel nalopen.",
        "not_required": "Geen DPIA nodig.",
    }
    for name, pdf in files.items():
        pages(pdf, f"dpia-{name}")
        assert titles[name] in said(pdf)[:1500], name


def test_verapdf_finds_nothing_in_any_of_them(files: dict[str, bytes]) -> None:
    assert conformance.missing() is None
    assert conformance.faults(files) == {}
