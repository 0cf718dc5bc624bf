"""What makes a change of authority impossible as things are now, and what its sender should know before."""

import uuid

from sqlalchemy.orm import Session

from portal import clock
from portal.cases.tables import Case
from portal.parties import mandates, mandating, memberships
from portal.parties.authority import Limits, Rule
from portal.wording import day as day_in_words
from portal.wording import mark, say
from workflows.mandate_change import together_of
from workflows.vocabulary import Answers, Role, day

Faults = dict[str, str]
"""Question → sentence."""
ADVISES = mark("%(name)s kan niet FG én tekenbevoegde zijn: de FG adviseert, maar tekent niet.")
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
NO_RULE = mark("Uw organisatie heeft nog geen regel. Kies ook: wij tekenen voortaan anders.")
CHANGE_WAITS = mark("Op %(day)s gaat al een andere wijziging in. Kies een latere dag voor een nieuwe regel.")
RULE_WAITS = mark("Op %(day)s gaat een andere regel in. Wie erbij komt, kan daarna beginnen. Kies een latere dag.")
OWN_LAST = mark("U beëindigt uw eigen tekenbevoegdheid. Daarna kunt u voor deze organisatie niet meer tekenen.")


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


def joining(session: Session, case: Case, answers: Answers) -> Faults:
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


def delegating(session: Session, case: Case, answers: Answers) -> Faults:
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


def leaving(session: Session, case: Case, answers: Answers) -> Faults:
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


def rule(session: Session, case: Case, answers: Answers) -> Faults:
    rule = answers["rule"]
    sentence = _too_few(session, case, answers, Rule(rule["mode"], together_of(rule)))
    return {"together" if rule["mode"] == "jointly" else "mode": sentence} if sentence else {}


def start(session: Session, case: Case, answers: Answers) -> Faults:
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
