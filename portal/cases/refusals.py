"""What the portal knows that makes an answer impossible, and what an answer means for the person who gives it."""

import uuid
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import declarations, on_file
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case
from portal.offers import publications
from portal.parties import mandates, mandating, memberships, register
from portal.parties.authority import Limits, Rule
from portal.parties.tables import Organisation
from portal.wording import day as day_in_words
from portal.wording import mark, say
from workflows.mandate_change import together_of
from workflows.vocabulary import Answers, OnFile, Party, Role, day

Faults = dict[str, str]
"""Question → sentence."""

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
TOO_FEW = mark(
    "Dan zijn er %(left)s tekenbevoegden, en er moeten er %(needed)s tekenen. "
    "Laat er meer staan, voeg iemand toe, of kies een andere regel."
)
SIGNS_ALREADY = mark("%(name)s is al tekenbevoegd.")
STOPS_FIRST = mark("%(name)s is al tekenbevoegd. Laat deze persoon ook stoppen, dan gaan de nieuwe grenzen gelden.")
OVER_BEFORE = mark("De nieuwe tekenbevoegden mogen maar tot en met %(day)s tekenen. Kies een eerdere eerste dag.")
NOT_ONES_OWN = mark("Alleen wie zelf tekenbevoegd is, kan iemand machtigen. Laat een tekenbevoegde deze zaak beginnen.")
TOO_FAR = mark("U kunt niet meer weggeven dan u zelf mag tekenen. Kies een engere grens.")
NO_SECOND_FACTOR = mark(
    "%(email)s heeft bij uw organisatie geen account met een gekoppelde app. Nodig deze collega eerst uit."
)
ADVISES = mark("%(name)s kan niet FG én tekenbevoegde zijn: de FG adviseert, maar tekent niet.")
NO_RULE = mark("Uw organisatie heeft nog geen regel. Kies ook: wij tekenen voortaan anders.")
CHANGE_WAITS = mark("Op %(day)s gaat al een andere wijziging in. Kies een latere dag voor een nieuwe regel.")
RULE_WAITS = mark("Op %(day)s gaat een andere regel in. Wie erbij komt, kan daarna beginnen. Kies een latere dag.")
LAST_ADMINISTRATOR = mark("Dan is er niemand meer die rollen kan geven. Maak eerst iemand anders beheerder.")
NEWER_TERMS = mark(
    "Er geldt inmiddels een nieuwere tekst: versie %(version)s. Met deze oudere tekst kunt u niet meer akkoord gaan. "
    "Ga verder met de nieuwe tekst."
)
FOR_BOARDS = mark("Een aanbod op maat is voor een bestuur of een scholengroep. Vraag het vanuit uw bestuur.")
FOR_SCHOOLS = mark("Bezwaar maakt een school. Wilt u uw eigen verklaring wijzigen? Doe dan een nieuwe verklaring.")
OWN_LAST = mark("U beëindigt uw eigen tekenbevoegdheid. Daarna kunt u voor deze organisatie niet meer tekenen.")


def complaints(session: Session, case: Case, step_name: str, answers: Answers) -> Faults:
    """What is impossible about the answers of this step, as things are now."""
    gone = _gone(session, case, step_name, answers)
    known = _FAULTS.get((case.workflow, step_name))
    return gone or (known(session, case, answers) if known else {})


def warnings(session: Session, case: Case, answers: Answers, *, reader: uuid.UUID | None) -> list[str]:
    """What this person should know before sending these answers, besides what the workflow says to everybody."""
    if case.workflow != "mandate_change" or case.organisation_id is None or reader is None:
        return []
    ends = set(answers.get("leaving", {}).get("mandates", []))
    mine = [
        each
        for each in mandates.mandates_from(session, case.organisation_id, at=clock.now())
        if each.person_id == reader
    ]
    return [say(OWN_LAST)] if mine and all(str(each.id) in ends for each in mine) else []


def _gone(session: Session, case: Case, step_name: str, answers: Answers) -> Faults:
    """A choice from what was on file and is there no more."""
    step = workflow_of(case).step(step_name)
    asked = [each for each in step.questions if isinstance(each, OnFile)] if step else []
    if not asked:
        return {}
    kept, given = on_file.of(session, case), answers.get(step_name, {})
    for question in asked:
        known = {each.key: each for each in kept[question.of]}
        for key in given.get(question.name, []):
            if key not in known or known[key].gone:
                return {question.name: say(GONE, name=known[key].name if key in known else key)}
    return {}


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


# --- Authority ---------------------------------------------------------------------------------------------------


def _joining(session: Session, case: Case, answers: Answers) -> Faults:
    if case.organisation_id is None:
        return {}
    bound = _who_stay(session, case.organisation_id, answers)
    advise = {each.person.email for each in memberships.roles_of(session, case.organisation_id, Role.FG)}
    for row in answers["joining"]["people"]:
        if row["email"].lower() in bound and _leaving_is_said(answers):
            return {"people": say(SIGNS_ALREADY, name=row["name"])}
        if row["email"].lower() in advise:
            return {"people": say(ADVISES, name=row["name"])}
    return {}


def _delegating(session: Session, case: Case, answers: Answers) -> Faults:
    """Who may sign delegates, never further than they go themselves, to a colleague who can be told from others."""
    if case.organisation_id is None:
        return {}
    given = answers["delegating"]
    own = mandates.own_of(session, case.started_by, case.organisation_id)
    if own is None:
        return {"email": say(NOT_ONES_OWN)}
    amount = int(given["amount"]) if given.get("amount") else None
    if not Limits(tuple(given["kinds"]), amount).within(own.limits):
        return {"amount" if set(given["kinds"]) <= set(own.kinds or given["kinds"]) else "kinds": say(TOO_FAR)}
    if own.until is not None and clock.start_of(day(given["until"])) >= own.until:
        return {"until": say(TOO_FAR)}
    roles = memberships.roles_of(session, case.organisation_id)
    colleague = next((each.person for each in roles if each.person.email == given["email"].lower()), None)
    if colleague is None or not colleague.has_second_factor:
        return {"email": say(NO_SECOND_FACTOR, email=given["email"])}
    if any(each.role == Role.FG and each.person_id == colleague.id for each in roles):
        return {"email": say(ADVISES, name=colleague.name)}
    if given["email"].lower() in _who_stay(session, case.organisation_id, answers):
        return {"email": say(SIGNS_ALREADY, name=colleague.name)}
    return {}


def _leaving_is_said(answers: Answers) -> bool:
    """Whether it is known who stops: until then somebody who joins may be somebody who gets other limits."""
    return "leaving" in answers or "leaving" not in answers.get("change", {}).get("what", [])


def _who_stay(session: Session, organisation_id: uuid.UUID, answers: Answers) -> set[str]:
    """The addresses of who may sign and does not stop by this change."""
    stops = set(answers.get("leaving", {}).get("mandates", [])) if _leaves(answers) else set()
    holders = mandates.mandates_from(session, organisation_id, at=clock.now())
    stopping = {each.person_id for each in holders if str(each.id) in stops}
    return {each.person.email for each in holders if each.person_id not in stopping}


def _leaves(answers: Answers) -> bool:
    return "leaving" in answers.get("change", {}).get("what", [])


def _leaving(session: Session, case: Case, answers: Answers) -> Faults:
    what = answers.get("change", {}).get("what", [])
    if case.organisation_id is not None and "joining" in what:
        stay = _who_stay(session, case.organisation_id, answers)
        for row in answers.get("joining", {}).get("people", []):
            if row["email"].lower() in stay:
                return {"mandates": say(STOPS_FIRST, name=row["name"])}
    if "rule" in what:
        return {}  # judged there, by the new rule
    sentence = _too_few(session, case, answers, None)
    return {"mandates": sentence} if sentence else {}


def _rule(session: Session, case: Case, answers: Answers) -> Faults:
    rule = answers["rule"]
    sentence = _too_few(session, case, answers, Rule(rule["mode"], together_of(rule)))
    return {"together" if rule["mode"] == "jointly" else "mode": sentence} if sentence else {}


def _start_of_change(session: Session, case: Case, answers: Answers) -> Faults:
    """A new rule counts for everybody, so it cannot begin before what stands ready to begin or end; who joins counts
    by the rule of that day, so nobody joins before a rule that waits."""
    if case.organisation_id is None:
        return {}
    what = answers.get("change", {}).get("what", [])
    first = day(answers["start"]["since"])
    joins = next((answers.get(each, {}) for each in ("joining", "delegating") if each in what), {})
    last = joins.get("until")
    if last and day(last) < first:
        return {"since": say(OVER_BEFORE, day=day_in_words(day(last), weekday=True))}
    rule_waits = mandates.awaits_rule(session, case.organisation_id, at=clock.now())
    if "joining" in what and rule_waits is not None and first <= clock.day_of(rule_waits):
        return {"since": say(RULE_WAITS, day=day_in_words(clock.day_of(rule_waits), weekday=True))}
    if "rule" not in what:
        if mandates.rule_at(session, case.organisation_id, at=clock.now()) is None:
            return {"since": say(NO_RULE)}
        if "leaving" not in what:
            return {}
        sentence = _too_few(session, case, answers, None, since=answers["start"]["since"])
        return {"since": sentence} if sentence else {}
    waits = mandates.awaits_change(session, case.organisation_id, at=clock.now())
    if waits is not None and first <= clock.day_of(waits):
        return {"since": say(CHANGE_WAITS, day=day_in_words(clock.day_of(waits), weekday=True))}
    return {}


def _too_few(session: Session, case: Case, answers: Answers, rule: Rule | None, *, since: str = "") -> str:
    if case.organisation_id is None:
        return ""
    what = answers.get("change", {}).get("what", [])
    ends = answers.get("leaving", {}).get("mandates", []) if _leaves(answers) else []
    found = mandating.shortage(
        session,
        case.organisation_id,
        at=max(clock.start_of(day(since)), clock.now()) if since else clock.now(),
        joining=_joining_whole(answers) if "joining" in what else 0,
        leaving=mandates.all_of_those_people(session, case.organisation_id, map(uuid.UUID, ends)),
        rule=rule,
    )
    return say(TOO_FEW, left=found.left, needed=found.needed) if found else ""


def _joining_whole(answers: Answers) -> int:
    """How many join who may sign everything, without an end."""
    joins = answers.get("joining", {})
    limited = any(joins.get(each) for each in ("kinds", "amount", "until"))
    return 0 if limited else len(joins.get("people", []))


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
    current = publications.current(session, published.product_id, published.kind, at=clock.now())
    return "" if current.id == published.id else current.version


_FAULTS: Mapping[tuple[str, str], Callable[[Session, Case, Answers], Faults]] = {
    ("registration", "party"): _party,
    ("registration", "details"): _details,
    ("board_declaration", "scope"): _scope,
    ("board_declaration", "start"): _first_day,
    ("mandate_change", "joining"): _joining,
    ("mandate_change", "delegating"): _delegating,
    ("mandate_change", "leaving"): _leaving,
    ("mandate_change", "rule"): _rule,
    ("mandate_change", "start"): _start_of_change,
    ("organisation_change", "roles"): _roles,
    ("request", "kind"): _kind_of_request,
    ("usage_terms", "accept"): _terms,
}
