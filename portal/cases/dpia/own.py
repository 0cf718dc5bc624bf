"""A DPIA that was made elsewhere: what is known of it beforehand, what is refused, and what its document says."""

from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases.access import relevant_answers
from portal.cases.authority_refusals import Faults
from portal.cases.dpia import anew, decided, owed
from portal.cases.dpia.outcomes import KINDS, OWN, holds
from portal.cases.dpia.refusing import LONGEST_REVIEW
from portal.cases.tables import Case, StepAnswer
from portal.offers.tables import Product
from portal.parties import register
from portal.wording import mark, say
from workflows.dpia_questions import VERDICTS
from workflows.dpia_use import months_after
from workflows.vocabulary import Answers, day

WORKFLOW = "dpia_own"
Known = dict[str, tuple[Any, str]]
CHOSEN = mark("het product waarmee u begon")
FROM_DECISION = mark("uit uw besluit %(reference)s")
FROM_REGISTER = mark("uit het register van DUO")
LONGEST = mark("drie jaar na vandaag")
NOT_YET = mark("Deze dag is nog niet geweest.")
LONGEST_TITLE = 150


# --- Known beforehand --------------------------------------------------------------------------------------------


def known_subject(session: Session, case: Case, _answers: Answers) -> Known:
    """The product with which it began, and the schools of the last decision about it; else every school."""
    board, known = case.organisation, Known()
    if board is None:
        return known
    codes = [each.code for each in register.locations_of(board.board_number)] if board.board_number else []
    known["schools"] = (codes, FROM_REGISTER)
    if case.product_id is None:
        return known
    known["product"] = (session.get_one(Product, case.product_id).name, CHOSEN)
    last = next(iter(decided.of_board(session, board.id, case.product_id)), None)
    if last is None:
        return known
    source = say(FROM_DECISION, reference=last.case.reference)
    if schools := [each for each in decided.schools_of(last) if each in codes]:
        known["schools"] = (schools, source)
    said = decided.facts_of(last.case)
    if said.get("in_use"):
        known |= {"in_use": (True, source), "start": (said["start"], source)}
    return known


def known_decision(_session: Session, _case: Case, _answers: Answers) -> Known:
    """The longest there may be."""
    return {"review_on": (months_after(clock.today(), LONGEST_REVIEW).isoformat(), LONGEST)}


# --- Refused -----------------------------------------------------------------------------------------------------


def subject(_session: Session, _case: Case, answers: Answers) -> Faults:
    start = answers["subject"].get("start")
    return {"start": say(NOT_YET)} if start and day(start) > clock.today() else {}


def made(_session: Session, _case: Case, answers: Answers) -> Faults:
    given = answers["made"]
    return {
        name: say(NOT_YET)
        for name in ("made_on", "consulted_on")
        if given.get(name) and day(given[name]) > clock.today()
    }


# --- The document ------------------------------------------------------------------------------------------------


def facts(session: Session, case: Case) -> dict[str, Any]:
    """What its document has besides what every document has, in the words in which decisions on DPIAs are kept."""
    if case.workflow != WORKFLOW or case.product_id is None:
        return {}
    answers, title = relevant_answers(case), session.get_one(Product, case.product_id).title
    about, own = answers["subject"], answers["made"]
    return {
        "title": say("Eigen DPIA – %(product)s", product=title[:LONGEST_TITLE]),
        "product": title,
        "dpia": {
            "outcome": OWN,
            "outcome_title": say(KINDS[OWN].title),
            "outcome_text": say(KINDS[OWN].text),
            "holds": holds(OWN),
            "again": anew.in_words(session, case),
            "is_late": _is_late(session, case, answers),
            "schools": list(about["schools"]),
            "in_use": about["in_use"],
            "start": about.get("start"),
            "review_on": answers.get("decision", {}).get("review_on"),
            "open": owed.tasks(session, case, answers),
            "earlier_conditions": owed.conditions(session, case, answers),
            "made": own,
            "advice": _advice(case, answers),
            "motivation": answers.get("decision", {}).get("motivation", ""),
        },
    }


def _is_late(session: Session, case: Case, answers: Answers) -> bool:
    """Whether use began before it was ready. One that takes the place of another is as late as that one was."""
    about, made_on = answers["subject"], answers["made"]["made_on"]
    if (earlier := anew.earlier_case(session, case)) is not None:
        return bool(decided.facts_of(earlier).get("is_late"))
    return bool(about["in_use"] and made_on > about["start"])


def _advice(case: Case, answers: Answers) -> dict[str, Any] | None:
    said = answers.get("advice")
    if not said:
        return None
    row: StepAnswer | None = next((each for each in case.answers if each.step == "advice"), None)
    return {
        "verdict": said["verdict"],
        "title": say(dict(VERDICTS)[said["verdict"]]),
        "conditions": said.get("conditions", ""),
        "words": said["words"],
        "name": row.person.name if row and row.person else "",
        "function": row.person.function if row and row.person else "",
        "at": row.answered_at.isoformat(timespec="seconds") if row else None,
    }
