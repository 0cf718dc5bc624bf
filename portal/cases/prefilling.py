"""What the portal knows already for the questions of a step, and where it has it from."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import declarations, overtaken
from portal.cases.agreements import overlapping
from portal.cases.dpia import anew
from portal.cases.dpia import known as dpia
from portal.cases.dpia import own as dpia_own
from portal.cases.tables import Case
from portal.parties import memberships, register
from portal.wording import mark, say
from workflows.vocabulary import Answers, Role

Known = dict[str, tuple[Any, str]]
"""Question → (value, where it comes from)."""

FROM_REGISTER = mark("uit het register van DUO")
FROM_DECLARATION = mark("uit uw verklaring %(reference)s")
EARLIER = mark("uit het antwoord dat hier eerder stond")
TAKEN_OVER = mark("uit uw besluit %(reference)s")
FROM_ACCOUNT = mark("uit de gegevens van uw organisatie")


def prefill(session: Session, case: Case, step_name: str, answers: Answers) -> Known:
    """What the portal knows for this step of this case; the person can correct it."""
    if (before := overtaken.stored(case, step_name)) is not None:
        source = _taken_over(session, case) if overtaken.is_proposed(before) else EARLIER
        return {name: (value, source) for name, value in before.values.items()}  # asked again
    known = _KNOWN.get((case.workflow, step_name))
    return known(session, case, answers) if known else {}


def _taken_over(session: Session, case: Case) -> str:
    earlier = anew.earlier_case(session, case)
    return say(TAKEN_OVER, reference=earlier.reference) if earlier else EARLIER


def _details(_session: Session, _case: Case, answers: Answers) -> Known:
    kind, _, number = str(answers.get("party", {}).get("party", "")).partition(":")
    if kind == "board" and (board := register.board(number)):
        return {
            "name": (board.name, FROM_REGISTER),
            "place": (board.place, FROM_REGISTER),
            "board_number": (board.number, FROM_REGISTER),
        }
    if kind == "location" and (location := register.location(number)):
        return {
            "name": (location.name, FROM_REGISTER),
            "street": (f"{location.street} {location.house_number}".strip(), FROM_REGISTER),
            "postcode": (location.postcode, FROM_REGISTER),
            "place": (location.place, FROM_REGISTER),
            "board_number": (location.board_number, FROM_REGISTER),
        }
    return {}


def _you(_session: Session, case: Case, _answers: Answers) -> Known:
    return {"email": (case.starter_email, mark("bevestigd met de link in uw mail"))}


def _scope(session: Session, case: Case, _answers: Answers) -> Known:
    """Every school of the board that is free, or those of the declaration that holds."""
    board = case.organisation
    if board is None or not board.board_number:
        return {}
    taken = declarations.elsewhere(session, board.id, at=clock.now())
    places = [each.code for each in register.locations_of(board.board_number)]
    free = [code for code in places if f"location:{code}" not in taken]
    declared, source = _declared(session, case, "scope")
    if not declared:
        return {"schools": (free, FROM_REGISTER)}
    return {
        "schools": ([code for code in free if code in declared.get("schools", [])], source),
        "office": (declared.get("office", ""), source),
    }


def _schools(session: Session, case: Case, answers: Answers) -> Known:
    """The same, of the schools alone; without those that have this version already, as long as some are left."""
    known = _scope(session, case, answers)
    if "schools" not in known:
        return {}
    schools, source = known["schools"]
    held = overlapping.taken(session, case)
    return {"schools": ([code for code in schools if code not in held] or schools, source)}


def _privacy_officer(session: Session, case: Case, _answers: Answers) -> Known:
    """The first privacy officer of the organisation."""
    officers = memberships.roles_of(session, case.organisation_id, Role.PRIVACY_OFFICER) if case.organisation_id else []
    if not officers:
        return {}
    return {
        "privacy": (officers[0].person.name, FROM_ACCOUNT),
        "privacy_email": (officers[0].person.email, FROM_ACCOUNT),
    }


def _as_declared(step_name: str) -> Callable[[Session, Case, Answers], Known]:
    """The answers to this step in the declaration that holds."""

    def known(session: Session, case: Case, _answers: Answers) -> Known:
        declared, source = _declared(session, case, step_name)
        return {question: (value, source) for question, value in declared.items()}

    return known


def _as_assessed(step_name: str) -> Callable[[Session, Case, Answers], Known]:
    """The answers to this step in the assessment before this one."""
    return lambda session, case, _answers: dpia.as_before(session, case, step_name)


def _declared(session: Session, case: Case, step_name: str) -> tuple[Mapping[str, Any], str]:
    """The answers to one step of the declaration that holds (or the first that will), and how to name it."""
    earlier = declarations.cases_of(session, case.organisation_id) if case.organisation_id else []
    if not earlier:
        return {}, ""
    given = next((each.values for each in earlier[0].answers if each.step == step_name), {})
    return given, say(FROM_DECLARATION, reference=earlier[0].reference)


def _today(_session: Session, _case: Case, _answers: Answers) -> Known:
    return {"since": (clock.today().isoformat(), mark("de datum van vandaag"))}


def _revocation(session: Session, case: Case, _answers: Answers) -> Known:
    earlier = declarations.cases_of(session, case.organisation_id) if case.organisation_id else []
    return {"declarations": ([str(each.id) for each in earlier[:1]], mark("de verklaring die nu geldt"))}


def _objection(session: Session, case: Case, _answers: Answers) -> Known:
    declared = declarations.of_school(session, case.organisation_id) if case.organisation_id else None
    return {"declarations": ([str(declared.id)] if declared else [], mark("de verklaring die voor uw school geldt"))}


def _name(_session: Session, case: Case, _answers: Answers) -> Known:
    return {"name": (case.organisation.name if case.organisation else "", FROM_ACCOUNT)}


def _invoices(_session: Session, case: Case, _answers: Answers) -> Known:
    """What was kept of the invoices until now; the question about the office shows what depends on it."""
    kept = case.organisation.profile.get("invoices", {}) if case.organisation else {}
    return {question: (value, FROM_ACCOUNT) for question, value in kept.items()}


_KNOWN: Mapping[tuple[str, str], Callable[[Session, Case, Answers], Known]] = {
    ("registration", "details"): _details,
    ("registration", "you"): _you,
    ("board_declaration", "scope"): _scope,
    ("board_declaration", "actors"): _as_declared("actors"),
    ("board_declaration", "licence"): _as_declared("licence"),
    ("board_declaration", "start"): _today,
    ("declaration_revocation", "revocation"): _revocation,
    ("dpia_own", "subject"): dpia_own.known_subject,
    ("dpia_own", "decision"): dpia_own.known_decision,
    ("dpia_reuse", "subject"): dpia.subject,
    ("dpia_reuse", "decision"): dpia.decision,
    **{
        ("dpia_reuse", name): _as_assessed(name)
        for name in ("need", "timing", "comparison", "measures", "risks", "views")
    },
    ("mandate_change", "start"): _today,
    ("organisation_change", "name"): _name,
    ("organisation_change", "invoices"): _invoices,
    ("processor_agreement", "scope"): _schools,
    ("processor_agreement", "contacts"): _privacy_officer,
    ("request", "objection"): _objection,
}
