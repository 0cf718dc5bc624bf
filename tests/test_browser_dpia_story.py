"""An assessment of a model DPIA through its whole life in a real browser: from the first question to the open gate."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.offers.tables import Product
from tests.builders import ANN, BAS, FEMKE, NOOR, OURS, PRODUCT, SCHOOL, TOM, Someone, a_role, accepted_terms
from tests.chromium import ByKeyboard, Visit
from tests.dpia import (
    LONG,
    OWNER,
    SAVE,
    _flat,
    a_stage,
    advised,
    answers_for,
    assessment,
    done,
    in_days,
)
from tests.staged import AtStage, Served, Stopping
from tests.suppliers import the_product
from workflows.dpia_assessment import WORKFLOW
from workflows.dpia_facts import Outcome
from workflows.dpia_questions import CONFIRMATIONS
from workflows.vocabulary import Role

pytestmark = pytest.mark.browser
TWAN = Someone("Twan Peters", "twan@ons.example", "Privacy officer")
GATE = f"/rapporten/{PRODUCT}/{SCHOOL}/poort"
SHUT, OPEN = "De DPIA is nog niet in orde", "De poort is open"
ALL_FOUR = [key for key, _ in CONFIRMATIONS]
MOTIVATION = "Zonder deze gegevens ziet de school achterstanden te laat. Wij wegen dat zwaarder."


class Keys(ByKeyboard, Stopping):
    """Somebody without a mouse, whose every stop is looked at."""


def the_stage(at: Served) -> None:
    """A product whose gate asks for a decision on its DPIA as well; Noor writes, Femke is FG, and Tom waits."""
    a_stage(at.portal)
    a_role(at.portal, TWAN, at.portal.organisation(OURS), Role.PRIVACY_OFFICER)
    accepted_terms(at.portal, TOM)

    def ask_for_dpia(session: Session) -> None:
        product = session.get_one(Product, the_product(at.portal))
        product.conditions = [*product.conditions, "dpia"]

    at.portal.do(ask_for_dpia)
    at.work()


def fills_in(visit: Visit, values: Mapping[str, Any]) -> Visit:
    """Answers a step; rows are added, and what is asked further once it is sent is answered then."""
    left = dict(_flat("", values))
    while True:
        there = [name for name in left if visit.page.locator(f'#page [name="{name}"]').count()]
        for name in there:
            value, box = left.pop(name), visit.page.locator(f'#page [name="{name}"]').first
            if not isinstance(value, list):
                visit.fill(**{name.replace("-", "__"): value})
            elif box.evaluate("each => each.tagName") == "SELECT":
                box.select_option(value)
            else:
                visit.choose(name, *value)
        if not left:
            return visit.press(SAVE)
        assert there, f"{visit.page.url} does not ask {sorted(left)}"
        add = visit.page.locator(f'#page button[name="add"][value="{next(iter(left)).partition("-")[0]}"]')
        if add.count():
            visit.press(add.inner_text())
        else:
            visit.press(SAVE)


def case_of(visit: Visit) -> uuid.UUID:
    """The case that is on the screen."""
    return uuid.UUID(visit.page.url.rpartition("/zaken/")[2].partition("/")[0].partition("?")[0])


def decides(at: Served, someone: Someone, case_id: uuid.UUID, **more: Any) -> Visit:
    """The board decides, and has the document made."""
    visit = at.visit(someone).open(f"/zaken/{case_id}/decision")
    fills_in(visit, {"confirms": ALL_FOUR, "review_on": in_days(700, since=at.portal.moment.date()), **more})
    visit.press("Klaarzetten om te tekenen")
    at.portal.later(minutes=1)
    at.work()
    return visit


def test_from_the_first_question_to_the_open_gate(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    the_stage(at)
    at.visit(TOM).open(GATE).sees(SHUT, NOOR.name).shown("nothing-yet")
    answers = answers_for(Outcome.ADJUSTED)
    noor = at.visit(NOOR).open(f"/zaken/begin/dpia_reuse?product={PRODUCT}&organisation={at.portal.organisation(OURS)}")
    noor.press("Beginnen")
    case_id = case_of(noor)
    noor.follow("Waarover gaat het?")
    for step in WORKFLOW.path(answers):
        if step.name not in answers:
            break
        if step.name == "measures":  # and on with the keyboard alone
            noor = at.visit(NOOR, kind=Keys).open(f"/zaken/{case_id}/measures")
        elif step.name == "risks":
            noor = at.visit(NOOR).open(f"/zaken/{case_id}/risks")
        assert noor.page.url.endswith(f"/{step.name}")
        fills_in(noor, answers[step.name])
    noor.open(f"/zaken/{case_id}").sees("Hergebruik met aangepaste maatregelen")

    at.work()
    femke = at.visit(FEMKE).open(at.link(FEMKE.email, "Uw advies gevraagd")).follow("Lees alles tot nu toe")
    femke.sees("Alles tot nu toe", LONG).open(f"/zaken/{case_id}/advice")
    conditions = [{"text": "Zet gasten uit voor de zomer."}, {"text": "Meet elk jaar."}]
    words = {"verdict": "conditional", "bureau": False, "words": f"Het kan, als u dit doet. {LONG}"}
    fills_in(femke, {**words, "conditions": conditions})

    at.work()
    noor.open(at.link(NOOR.email, "U bent aan de beurt")).open(f"/zaken/{case_id}/reply")
    noor.sees("Zet gasten uit voor de zomer.", "Meet elk jaar.")
    taken = {"taken": True, "on": in_days(50), **OWNER}
    fills_in(noor, {"conditions": {"1": taken, "2": {"taken": False, "why": "Dat doet de leverancier al."}}})

    at.work()
    at.visit(ANN).open(at.link(ANN.email, "U bent aan de beurt"))
    decides(at, ANN, case_id)
    at.visit(TOM).open(GATE).sees(SHUT, "ligt klaar om te tekenen").shown("to-sign")
    at.signs(ANN)
    at.visit(TOM).open(GATE).sees(SHUT, BAS.name)
    at.signs(BAS)
    at.visit(TOM).open(GATE).sees(OPEN, "Het bestuur heeft besloten over de DPIA")
    noor.open(f"/organisaties/{at.portal.organisation(OURS)}/dpia").sees("Hergebruik met aangepaste maatregelen")


def test_against_the_fg_the_board_says_why_and_two_sign(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    the_stage(at)
    case_id = assessment(at.portal)
    femke = at.visit(FEMKE).open(f"/zaken/{case_id}/advice")
    fills_in(femke, {"verdict": "negative", "bureau": False, "words": f"Ik raad dit af. {LONG}"})
    at.work()
    noor = at.visit(NOOR).open(at.link(NOOR.email, "U bent aan de beurt")).open(f"/zaken/{case_id}/reply")
    fills_in(noor, {"words": "Wij nemen de zorgen serieus, en kijken na een jaar opnieuw."})

    ann = at.visit(ANN).open(f"/zaken/{case_id}/decision").sees("Waarom volgt u het advies van de FG niet?")
    decides(at, ANN, case_id, motivation=MOTIVATION)
    at.signs(ANN)
    at.visit(TOM).open(GATE).sees(SHUT, BAS.name)
    at.signs(BAS)
    ann.open(f"/stukken/{at.portal.document(case_id).id}").sees(MOTIVATION, "Ik raad dit af.")
    at.visit(TOM).open(GATE).shown("in-the-end")


def test_measures_first_waits_until_another_accepts_the_evidence(at_stage: AtStage, tmp_path: Path) -> None:
    at = at_stage("in_force")
    the_stage(at)
    first = {"state": "planned", "on": in_days(30), "owner": "Gerda Prins", "owner_email": "gerda@ons.example"}
    case_id = assessment(at.portal, measures={"measures": {"M1": first, "M2": done(), "M3": done()}})
    advised(at.portal, case_id)
    decides(at, ANN, case_id)
    at.signs(ANN, BAS)
    ann = at.visit(ANN).open(f"/stukken/{at.portal.document(case_id).id}").sees("Eerst maatregelen")
    at.visit(TOM).open(GATE).sees(SHUT, "Alleen de leraar kan erbij (", "Gerda Prins").shown("measures-first")

    measures = f"/organisaties/{at.portal.organisation(OURS)}/maatregelen"
    noor = at.visit(NOOR).open(measures).follow("Alleen de leraar kan erbij.")
    noor.fill(text="De rechten staan goed, zie de schermafdruk.").press("Bewijs aanleveren")
    noor.sees("Een andere privacy officer beoordeelt dit")
    at.work()
    twan = at.visit(TWAN).open(at.link(TWAN.email, "Bewijs")).sees("De rechten staan goed")
    twan.press("Accepteren").sees("Het bewijs is geaccepteerd.")
    at.portal.later(minutes=1)
    at.work()
    at.visit(TOM).open(GATE).sees(OPEN).shown("open")
    ann.open(f"/zaken/{case_id}").sees("Hergebruik")
