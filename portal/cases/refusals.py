"""What the portal knows that makes an answer impossible, as things are now."""

import uuid
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import authority_refusals, declarations, on_file
from portal.cases.agreements import overlapping
from portal.cases.agreements.tables import AgreementEnd
from portal.cases.authority_refusals import ADVISES, Faults
from portal.cases.catalogue import workflow_of
from portal.cases.dpia import own as dpia_own
from portal.cases.dpia import refusing as dpia
from portal.cases.tables import Case
from portal.offers import publications
from portal.parties import mandates, memberships, register
from portal.parties.tables import Organisation
from portal.wording import day as day_in_words
from portal.wording import mark, say
from workflows.vocabulary import Answers, OnFile, Party, Role, day

BY_HAND = "by_hand"
ALREADY_REGISTERED = mark(
    "%(name)s is al ingeschreven. U hoeft zich niet opnieuw in te schrijven. "
    "Wilt u iets wijzigen? Vraag de beheerder van uw organisatie, of gebruik het wijzigingsformulier."
)
NOT_IN_REGISTER = mark("Deze organisatie staat niet in het register. Zoek opnieuw, of vul zelf in.")
NOT_THIS_KIND = mark("U schrijft een ander soort organisatie in. Kies opnieuw uit de lijst.")
NOT_ITS_NUMBER = mark("Dit is niet het bestuursnummer van de organisatie die u koos: dat is %(number)s.")
UNKNOWN_BOARD = mark("Bestuursnummer %(number)s staat niet in het register van DUO. Controleer het nummer.")
TAKEN = mark("%(name)s staat intussen in de verklaring van %(board)s. Haal deze school uit de lijst.")
FREE_LATER = mark("%(name)s staat tot %(day)s in de verklaring van %(board)s. Kies die dag of een latere.")
GONE = mark("%(name)s kunt u niet meer kiezen: dat is intussen veranderd. Kies opnieuw.")
LAST_ADMINISTRATOR = mark("Dan is er niemand meer die rollen kan geven. Maak eerst iemand anders beheerder.")
NEWER_TERMS = mark(
    "Er geldt inmiddels een nieuwere tekst: versie %(version)s. Met deze oudere tekst kunt u niet meer akkoord gaan. "
    "Ga verder met de nieuwe tekst."
)
FOR_BOARDS = mark("Een aanbod op maat is voor een bestuur of een scholengroep. Vraag het vanuit uw bestuur.")
FOR_SCHOOLS = mark("Bezwaar maakt een school. Wilt u uw eigen verklaring wijzigen? Doe dan een nieuwe verklaring.")


def complaints(session: Session, case: Case, step_name: str, answers: Answers) -> Faults:
    """What is impossible about the answers of this step, as things are now."""
    gone = _gone(session, case, step_name, answers)
    known = _FAULTS.get((case.workflow, step_name))
    return gone or (known(session, case, answers) if known else {})


def _gone(session: Session, case: Case, step_name: str, answers: Answers) -> Faults:
    """A choice from what was on file and is there no more."""
    step = workflow_of(case).step(step_name)
    asked = [each for each in step.questions if isinstance(each, OnFile)] if step else []
    if not asked:
        return {}
    kept, given = on_file.of(session, case), answers.get(step_name, {})
    for question in asked:
        known = {each.key: each for each in kept[question.of]}
        chosen = given.get(question.name) or []
        for key in [chosen] if question.one else chosen:
            if key not in known or known[key].gone:
                return {question.name: say(GONE, name=known[key].name if key in known else key)}
    return {}


def _deletion(session: Session, _case: Case, answers: Answers) -> Faults:
    """Nothing is gone on a day that has not been, or before the agreement ended."""
    given = answers["deletion"]
    deleted_on = day(given["deleted_on"])
    if deleted_on > clock.today():
        return {"deleted_on": say("Deze dag is nog niet geweest.")}
    ends = [session.get(AgreementEnd, uuid.UUID(each)) for each in given["agreements"]]
    if any(each is not None and deleted_on < clock.day_of(each.ends_at) for each in ends):
        return {"deleted_on": say("Toen gold de overeenkomst nog.")}
    return {}


def _until(_session: Session, _case: Case, answers: Answers) -> Faults:
    """A draft that lay still: the day until which permission is wanted has gone by."""
    last = day(answers["recipient"]["until"])
    sentence = mark("De laatste dag die u koos, %(day)s, is voorbij. Kies een andere dag en verstuur dan opnieuw.")
    return {"until": say(sentence, day=day_in_words(last))} if last < clock.today() else {}


# --- Registration ------------------------------------------------------------------------------------------------


def _party(session: Session, _case: Case, answers: Answers) -> Faults:
    key = str(answers["party"]["party"])
    if key in ("", BY_HAND):
        return {}
    if _number_in_register(key) is None:
        return {"party": say(NOT_IN_REGISTER)}
    if key.startswith("board:") != (answers.get("kind", {}).get("kind") == "board"):
        return {"party": say(NOT_THIS_KIND)}
    already = _already_registered(session, key)
    return {"party": already} if already else {}


def _details(session: Session, _case: Case, answers: Answers) -> Faults:
    """The board's number decides which schools it speaks for, so it must be that of the organisation chosen."""
    number = answers["details"].get("board_number")
    key = str(answers.get("party", {}).get("party", ""))
    if not number:
        return {}
    sentence = ""
    if key == BY_HAND:
        if answers.get("kind", {}).get("kind") == "board":
            sentence = _already_registered(session, f"board:{number}")
    elif register.board(number) is None:
        sentence = say(UNKNOWN_BOARD, number=number)
    else:
        known = _number_in_register(key)
        sentence = say(NOT_ITS_NUMBER, number=known) if known not in (None, number) else ""
    return {"board_number": sentence} if sentence else {}


def _already_registered(session: Session, key: str) -> str:
    """R002-16: registration is for who is new."""
    known = session.scalar(select(Organisation).where(Organisation.register_key == key))
    if known is None or not known.is_registered(at=clock.now()):
        return ""
    return say(ALREADY_REGISTERED, name=known.name)


def _number_in_register(key: str) -> str | None:
    """The board's number of a board or location of the register; None for a key that is not in it."""
    kind, _, number = key.partition(":")
    if kind == "board":
        return number if register.board(number) else None
    location = register.location(number) if kind == "location" else None
    return location.board_number if location else None


# --- Board declaration -------------------------------------------------------------------------------------------


def _scope(session: Session, case: Case, answers: Answers) -> Faults:
    """A school for which another board speaks, and has not said until when."""
    if case.organisation_id is None:
        return {}
    taken = declarations.elsewhere(session, case.organisation_id, at=clock.now())
    for code in answers.get("scope", {}).get("schools", []):
        other = taken.get(f"location:{code}")
        if other is not None and other.until is None:
            return {"schools": say(TAKEN, name=_name_of(code), board=other.board)}
    return {}


def _first_day(session: Session, case: Case, answers: Answers) -> Faults:
    """A school that another board has let go is free from that day, and not before."""
    if case.organisation_id is None:
        return {}
    since = max(clock.start_of(day(answers["start"]["since"])), clock.now())
    taken = declarations.elsewhere(session, case.organisation_id, at=since)
    for code in answers.get("scope", {}).get("schools", []):
        other = taken.get(f"location:{code}")
        if other is not None and other.until is not None:
            free = day_in_words(clock.day_of(other.until), weekday=True)
            return {"since": say(FREE_LATER, name=_name_of(code), board=other.board, day=free)}
    return {}


def _name_of(code: str) -> str:
    location = register.location(code)
    return location.name if location else code


# --- Organisation, requests, terms -------------------------------------------------------------------------------


def _roles(session: Session, case: Case, answers: Answers) -> Faults:
    if case.organisation_id is None:
        return {}
    given = answers["roles"]
    holders = mandates.mandates_from(session, case.organisation_id, at=clock.now())
    bound = {each.person.email for each in holders}
    for row in given.get("joining", []):
        if Role.FG in row["roles"] and row["email"].lower() in bound:
            return {"joining": say(ADVISES, name=row["name"])}
    ending = set(given.get("ending", []))
    givers = memberships.roles_of(session, case.organisation_id, Role.ADMINISTRATOR, Role.SIGNATORY)
    left = [each for each in givers if each.status == "active" and str(each.id) not in ending]
    return {"ending": say(LAST_ADMINISTRATOR)} if ending and not left else {}


def _kind_of_request(_session: Session, case: Case, answers: Answers) -> Faults:
    kind = case.organisation.kind if case.organisation else ""
    asked = answers["kind"]["kind"]
    if asked == "bespoke" and kind not in (Party.BOARD, Party.SCHOOL_GROUP):
        return {"kind": say(FOR_BOARDS)}  # R000-06
    if asked == "objection" and kind not in (Party.SCHOOL, Party.LOCATION):
        return {"kind": say(FOR_SCHOOLS)}
    return {}


def _terms(session: Session, case: Case, _answers: Answers) -> Faults:
    """Nobody accepts by an old draft what no longer suffices."""
    published = case.publication
    if published is None:
        return {}
    suffice = publications.sufficing(session, published.product_id, published.kind, at=clock.now())
    if any(each.id == published.id for each in suffice):
        return {}
    return {"name": say(NEWER_TERMS, version=suffice[0].version)}


def newer_text(session: Session, case: Case) -> str:
    """The version that took effect since this draft was begun; empty while its own text is the current one."""
    published = case.publication
    if published is None:
        return ""
    effective = publications.sufficing(session, published.product_id, published.kind, at=clock.now())
    return effective[0].version if effective and effective[0].since > published.since else ""


_FAULTS: Mapping[tuple[str, str], Callable[[Session, Case, Answers], Faults]] = {
    ("registration", "party"): _party,
    ("registration", "details"): _details,
    ("board_declaration", "scope"): _scope,
    ("board_declaration", "start"): _first_day,
    ("mandate_change", "joining"): authority_refusals.joining,
    ("mandate_change", "delegating"): authority_refusals.delegating,
    ("mandate_change", "leaving"): authority_refusals.leaving,
    ("mandate_change", "rule"): authority_refusals.rule,
    ("mandate_change", "start"): authority_refusals.start,
    ("deletion_certificate", "deletion"): _deletion,
    ("disclosure_permission", "recipient"): _until,
    ("dpia_own", "subject"): dpia_own.subject,
    ("dpia_own", "made"): dpia_own.made,
    ("dpia_own", "decision"): dpia.decision,
    ("dpia_reuse", "subject"): dpia.subject,
    ("dpia_reuse", "timing"): dpia.timing,
    ("dpia_reuse", "comparison"): dpia.comparison,
    ("dpia_reuse", "measures"): dpia.measures,
    ("dpia_reuse", "reply"): dpia.reply,
    ("dpia_reuse", "decision"): dpia.decision,
    ("organisation_change", "roles"): _roles,
    ("processor_agreement", "scope"): overlapping.scope,
    ("request", "kind"): _kind_of_request,
    ("usage_terms", "accept"): _terms,
}
