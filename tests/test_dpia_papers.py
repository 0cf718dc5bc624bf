"""The document of a DPIA decision, for every outcome: what it says, how it looks, and that it conforms."""

import html
import io
import re
import uuid
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Document
from portal.database import reader
from portal.documents import render, vault
from tests import conformance
from tests.builders import ANN, BAS, Portal, sign
from tests.dpia_decisions import OUTCOMES, a_decision, a_model, an_assessment
from tests.looking import pages
from workflows.dpia_assessment import WORKFLOW

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


def test_it_says_the_outcome_with_its_reasons_and_what_must_be_done_by_whom(files: dict[str, bytes]) -> None:
    first = said(files["measures_first"])
    for words in (
        "Noodzakelijke maatregel “Inloggen met twee stappen” is gepland",
        "Te laat gemaakt",
        "Femke Smit, femke@ons.example",
        "15 januari 2027",
        "Namen afkorten",
        "Wat de uitkomst anders zou maken",
    ):
        assert words in first, words
    assert "acht weken" in said(files["prior_consultation"]) and "zes weken" in said(files["prior_consultation"])
    assert "overdracht aan wie de eigen DPIA maakt" in said(files["own_dpia"])
    for words in ("verwerkingsregister", "verwerkersovereenkomst", "Leerlingen en ouders", "bewaartermijn"):
        assert words in said(files["compliance_check"])
    assert "op geen van de drie lijsten" in said(files["not_required"])


def test_it_holds_the_differences_the_advice_in_full_the_answers_and_the_confirmations(files: dict[str, bytes]) -> None:
    adjusted = said(files["adjusted"])
    for words in (
        "D6 Bewaartermijn",
        "Wij wissen eerder.",
        "Daar wist de school zelf.",
        "Positief, onder voorwaarden",
        "Ik adviseer positief, om deze redenen. Ik adviseer positief",
        "Floor van Dam, Functionaris gegevensbescherming",
        "Leg het uit in de nieuwsbrief.",
        "Ik heb de beoordeling en het advies van de FG gelezen.",
        "Het bestuur beoordeelt opnieuw als het gebruik, het product of het model verandert.",
        "Onderwijs volgen: publieke taak",
        "Zij stemt in.",
        "Dit model is een voorbeeld",
    ):
        assert words in adjusted, words


def test_every_answer_and_the_help_beside_every_question_stand_in_it(house: Portal, files: dict[str, bytes]) -> None:
    """On the screen, and on paper; a question of a list has no help of its own."""
    page, paper = html.unescape(text_of(house, "adjusted")), said(files["adjusted"])
    answers = OUTCOMES["adjusted"]
    helped = [
        question.hint
        for step in WORKFLOW.path(answers)
        for question in step.asked(answers)
        if question.hint and not (step.name == "reply" and question.name == "words")
    ]
    assert len(helped) > 15
    assert [each for each in helped if each not in page] == []
    assert [each for each in helped if re.sub(r"[^a-z]", "", each.lower()) not in letters_of(paper)] == []
    for text in texts_in(answers):
        assert text in page, text


def letters_of(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def texts_in(value: object) -> Iterator[str]:
    """Everything that somebody wrote."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, str) and " " in value:
        yield re.sub(r"\s+", " ", value).strip()


def test_the_picture_of_the_risks_has_a_text_that_says_the_same(house: Portal, files: dict[str, bytes]) -> None:
    assert len(files) == 7
    page = text_of(house, "reuse")
    assert "kans hoog en gevolg hoog (hoog): R1; kans midden en gevolg midden (midden): R2" in page
    assert "Wat er met de maatregelen overblijft. laag: R1 R2" in page


def text_of(portal: Portal, outcome: str) -> str:
    """The page of the document with this outcome, as who signed it reads it on the screen."""
    with portal.opened():
        every = reader.query(Document).filter_by(void_at=None).all()
        facts = next(each.facts for each in every if each.facts.get("dpia", {}).get("outcome") == outcome)
        given = {**facts, "test_seal": True, "operator": {"name": "T", "verify": "https://t.example", "contact": "t"}}
        return re.sub(r"\s+", " ", render.as_page("documents/dpia_reuse.html", given))


def test_what_is_decided_follows_the_document_and_not_what_changed_after_it_was_made(house: Portal) -> None:
    """A model that is withdrawn between two signatures, a night that passes: portal and document say the same."""
    house.later(days=2)
    case_id = an_assessment(house, OUTCOMES["measures_first"])
    house.work()
    sign(house, case_id, ANN)
    house.work()
    house.later(days=80)
    sign(house, case_id, BAS)
    house.work()
    with house.opened():
        decision, document = reader.get_one(DpiaDecision, case_id), house.document(case_id)
        assert decision.outcome == document.facts["dpia"]["outcome"] == "measures_first"
    assert house.findings() == ()
