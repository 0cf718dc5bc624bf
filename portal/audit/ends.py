"""Nothing outlives what it rests on: an organisation's end, the rule a mandate was given under, a signatory's role."""

import datetime as dt
from collections.abc import Iterator
from typing import TypeVar

from portal import clock
from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.tables import InForce
from portal.parties.tables import LIVE, AuthorityRule, Mandate, Membership, Organisation
from portal.wording import mark
from workflows.vocabulary import Role

AFTER_THE_END = mark("duurt langer dan de organisatie")
AFTER_ITS_RULE = mark("duurt langer dan de tekenregel waaronder zij is gegeven")
WITHOUT_ROLE = mark("is van iemand die geen tekenbevoegde meer is")

Lasting = Membership | Mandate | AuthorityRule | InForce
Row = TypeVar("Row", Membership, Mandate, AuthorityRule, InForce)


def check(kept: Snapshot, tally: Tally) -> None:
    """What holds after its organisation ended; mandates that outlive their rule, or the role of who has them."""
    now = clock.now()
    for organisation in kept.rows(Organisation):
        with tally.guarded("organisation", organisation.name):
            if organisation.ended_at is not None:
                for kind, name in _outlasting(kept, organisation, organisation.ended_at):
                    tally.find(kind, name, AFTER_THE_END)
            roles = [each for each in _of(kept, Membership, organisation) if each.role == Role.SIGNATORY]
            rules = _of(kept, AuthorityRule, organisation)
            for mandate in _of(kept, Mandate, organisation):
                if any(_is_given_under(mandate, rule) and _outlasts(mandate, rule.until) for rule in rules):
                    tally.find("mandate", mandate.id, AFTER_ITS_RULE)
                theirs = [each for each in roles if each.person_id == mandate.person_id and each.status in LIVE]
                if _outlasts(mandate, now) and all(_outlasts(mandate, each.until) for each in theirs):
                    tally.find("mandate", mandate.id, WITHOUT_ROLE)


def _outlasting(kept: Snapshot, organisation: Organisation, end: dt.datetime) -> Iterator[tuple[str, str]]:
    """The place and name of everything of the organisation that goes on after its end."""
    for role in _of(kept, Membership, organisation):
        if role.status in LIVE and _outlasts(role, end):
            yield "membership", str(role.id)
    authority: list[Mandate | AuthorityRule] = [
        *_of(kept, Mandate, organisation),
        *_of(kept, AuthorityRule, organisation),
    ]
    yield from (("mandate", str(each.id)) for each in authority if _outlasts(each, end))
    for each in (*_of(kept, InForce, organisation), *kept.by(InForce, "on_behalf_of").get(organisation.id, [])):
        if _outlasts(each, end):
            yield "in_force", f"{each.kind} {each.id}"


def _of(kept: Snapshot, kind: type[Row], organisation: Organisation) -> list[Row]:
    return list(kept.by(kind, "organisation_id").get(organisation.id, []))


def _is_given_under(mandate: Mandate, rule: AuthorityRule) -> bool:
    return rule.since <= mandate.since and (rule.until is None or mandate.since < rule.until)


def _outlasts(row: Lasting, end: dt.datetime | None) -> bool:
    """Whether the row holds at some moment after this end; what was undone before it began holds never."""
    return end is not None and (row.until is None or row.until > max(row.since, end))
