"""Who may bind an organisation at a moment: the authority rule that holds, and the mandates that meet it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, scoped_session

from portal import clock
from portal.parties.authority import ALONE, Authority, Purpose, is_met
from portal.parties.tables import AuthorityRule, Mandate


def rule_at(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> AuthorityRule | None:
    """The rule by which the organisation is bound at this moment."""
    query = select(AuthorityRule).where(AuthorityRule.organisation_id == organisation_id, *_holds(AuthorityRule, at))
    return session.scalar(query.order_by(AuthorityRule.since.desc()).limit(1))


def mandates_at(
    session: Session, organisation_id: uuid.UUID, *, at: dt.datetime, purpose: Purpose | None = None
) -> list[Mandate]:
    """Everyone who has a mandate at this moment (one that goes as far as this purpose), in a fixed order."""
    query = select(Mandate).where(Mandate.organisation_id == organisation_id, *_holds(Mandate, at))
    held = session.scalars(query.order_by(Mandate.since, Mandate.id))
    return [each for each in held if purpose is None or each.covers(purpose)]


def has_mandate(session: Session | scoped_session[Session], person_id: uuid.UUID, *, at: dt.datetime) -> bool:
    """Whether this person may sign for anybody, now or later: name and function are those of the evidence then."""
    held = select(Mandate.id).where(Mandate.person_id == person_id, is_not_over(Mandate, at))
    return session.scalar(held.limit(1)) is not None


def authorities(
    session: Session, organisation_id: uuid.UUID, *, at: dt.datetime, purpose: Purpose | None = None
) -> dict[uuid.UUID, Authority]:
    """What each may do for the organisation at this moment, for this purpose, by person; empty without a rule."""
    rule = rule_at(session, organisation_id, at=at)
    held = mandates_at(session, organisation_id, at=at, purpose=purpose)
    if rule is None:
        return {}
    seats = len({each.seat for each in held})
    found: dict[uuid.UUID, Authority] = {}
    for mandate in sorted(held, key=lambda each: each.granted_by is not None):  # one's own before a delegated one
        alone = ALONE in (rule.mode, mandate.counts)
        found.setdefault(
            mandate.person_id,
            Authority(
                person_id=mandate.person_id,
                organisation_id=organisation_id,
                mandate_id=mandate.id,
                seat=mandate.seat,
                principal=session.get_one(Mandate, mandate.seat).person_id,
                mode=ALONE if alone else rule.mode,
                together=1 if alone else rule.rule.needed(seats),
                of=seats,
                limits=mandate.limits,
                basis=mandate.basis,
                evidence=mandate.evidence,
            ),
        )
    return found


def authority_of(
    session: Session,
    person_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    at: dt.datetime,
    purpose: Purpose | None = None,
) -> Authority | None:
    """What this person may do for the organisation at this moment, for this purpose, or None."""
    return authorities(session, organisation_id, at=at, purpose=purpose).get(person_id)


def can_be_bound(
    session: Session,
    organisation_id: uuid.UUID,
    *,
    at: dt.datetime,
    purpose: Purpose,
    at_least: int = 1,
    without: frozenset[uuid.UUID] = frozenset(),
) -> bool:
    """Whether those who may sign this, all together, would meet the rule; without these, and who acts for them."""
    everybody = authorities(session, organisation_id, at=at, purpose=purpose).values()
    those = (each for each in everybody if not {each.person_id, each.principal} & without)
    return is_met((each.as_mapping() for each in those), at_least=at_least)


def held_by(session: Session, person_id: uuid.UUID, *, at: dt.datetime) -> Mapping[uuid.UUID, list[Mandate]]:
    """This person's mandates at this moment, by organisation; only where a rule says how they count."""
    held: dict[uuid.UUID, list[Mandate]] = {}
    mine = select(Mandate).where(Mandate.person_id == person_id, *_holds(Mandate, at))
    for each in session.scalars(mine.where(Mandate.organisation_id.in_(binding(person_id, at=at)))):
        held.setdefault(each.organisation_id, []).append(each)
    return held


def binding(person_id: uuid.UUID, *, at: dt.datetime) -> Select[uuid.UUID]:
    """Every organisation that this person may bind at this moment, alone or with others, as a part of a question."""
    return (
        select(Mandate.organisation_id)
        .join(AuthorityRule, AuthorityRule.organisation_id == Mandate.organisation_id)
        .where(Mandate.person_id == person_id, *_holds(Mandate, at), *_holds(AuthorityRule, at))
    )


# --- What is to come ---------------------------------------------------------------------------------------------


def mandates_from(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> list[Mandate]:
    """Every mandate that holds at this moment, or later."""
    query = select(Mandate).where(Mandate.organisation_id == organisation_id, is_not_over(Mandate, at))
    return list(session.scalars(query.order_by(Mandate.since, Mandate.id)))


def rules_from(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> list[AuthorityRule]:
    """The rules that hold at this moment or later, the earliest first."""
    theirs = AuthorityRule.organisation_id == organisation_id
    query = select(AuthorityRule).where(theirs, is_not_over(AuthorityRule, at))
    return list(session.scalars(query.order_by(AuthorityRule.since)))


def awaits_change(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> dt.datetime | None:
    """The last moment, later than this one, at which a mandate or the rule begins or ends; None when nothing does.

    The end of a mandate with limits was there from its beginning, and stays what it is: it is not waited for.
    """
    known: list[Mandate | AuthorityRule] = list(mandates_from(session, organisation_id, at=at))
    known += rules_from(session, organisation_id, at=at)
    ends = [each.until for each in known if each.until and (isinstance(each, AuthorityRule) or each.is_whole)]
    turns = [*(each.since for each in known), *ends]
    return max((each for each in turns if each > at), default=None)


def awaits_rule(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> dt.datetime | None:
    """The moment, later than this one, from which another rule counts; None when the rule stays as it is."""
    begins = [each.since for each in rules_from(session, organisation_id, at=at)]
    return max((each for each in begins if each > at), default=None)


def all_of_those_people(session: Session, organisation_id: uuid.UUID, ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Every mandate, present and to come, of the persons who hold these, and what they delegated: who stops, stops
    altogether.
    """
    standing = mandates_from(session, organisation_id, at=clock.now())
    wanted = set(ids)
    stops = {each.person_id for each in standing if each.id in wanted}
    theirs = {each.id for each in standing if each.person_id in stops}
    return [each.id for each in standing if each.id in theirs or each.granted_by in theirs]


def own_of(session: Session, person_id: uuid.UUID | None, organisation_id: uuid.UUID) -> Mandate | None:
    """The mandate that this person holds now in their own right: what they can delegate from."""
    held = mandates_at(session, organisation_id, at=clock.now())
    return next((each for each in held if each.person_id == person_id and each.granted_by is None), None)


def is_not_over(table: type[AuthorityRule | Mandate], at: dt.datetime) -> ColumnElement[bool]:
    """The condition that it has no end, or one after this moment."""
    return or_(table.until.is_(None), table.until > at)


def _holds(table: type[AuthorityRule | Mandate], at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return table.since <= at, is_not_over(table, at)
