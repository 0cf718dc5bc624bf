"""For whom a document is signed: one organisation, or two that each sign for themselves, one after the other.

Nobody signs for both, nor by a delegate for the other: who may bind both has a place at one of them, so that two
sides are always two people.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import presigning
from portal.cases.access import advisers, purpose_of, relevant_answers
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, Document
from portal.parties import mandates
from portal.parties.authority import Authority, Rule, is_met, rule_sentence
from portal.parties.tables import Organisation
from portal.wording import say
from workflows.vocabulary import Signatory

MOST_DIVIDED = 8
"""So many who may bind both sides are divided in every way there is; of more, all sign for the same side."""


@dataclass(frozen=True)
class Side:
    """One organisation that a document binds, what its people confirm, and who of them may sign now."""

    organisation: Organisation
    confirms: str
    rule: Rule | None
    people: Mapping[uuid.UUID, Authority]
    """Those with a place at this side, by person."""
    holders: int
    """How many there are to sign for the organisation, also those whose place is at the other side."""
    at_least: int = 1
    """How many must sign here at the least, also where fewer could bind."""

    @property
    def can_bind(self) -> bool:
        """Whether these people together meet the rule."""
        return self.is_bound_by(self.people.values())

    def is_bound_by(self, people: Iterable[Authority]) -> bool:
        """Whether these of its people together are enough."""
        return is_met((each.as_mapping() for each in people), at_least=self.at_least)

    @property
    def rule_in_words(self) -> str:
        """The rule as it stands above the places of its people."""
        return self.rule_for(self.people.values())

    def rule_for(self, people: Iterable[Authority]) -> str:
        """The rule as it would stand above the places of these people."""
        seats = len({each.seat for each in people})
        if self.rule is None:
            return ""
        return rule_sentence(self.rule, seats, holders=self.holders, at_least=self.at_least)

    @property
    def behind(self) -> frozenset[uuid.UUID]:
        """Everybody by whose authority somebody may sign here: who does, and who delegated that."""
        return frozenset(each for what in self.people.values() for each in (what.person_id, what.principal))

    def without(self, those: frozenset[uuid.UUID]) -> "Side":
        """This side, those people left out, and who only signs for one of them."""
        kept = {who: what for who, what in self.people.items() if not {who, what.principal} & those}
        return replace(self, people=kept)


def sides_of(session: Session, case: Case) -> list[Side]:
    """Who is to sign the document of this case as things are now: the subject, and after it the supplier.

    A supplier that signed this version beforehand has no places; nor has who did so, or lent their authority to it.
    """
    workflow, answers = workflow_of(case), relevant_answers(case)
    first = _side(session, case, case.organisation, workflow.asked_to_sign(answers))
    second = _side(session, case, case.counterparty, workflow.asked_to_countersign(answers))
    if first is None or second is None:
        return [first] if first else []
    if presigned := presigning.of(session, case):
        return [first.without(presigned.behind)]
    ways = list(_divisions(first, second))
    return next((way for way in ways if all(each.can_bind for each in way)), ways[0])


def _divisions(first: Side, second: Side) -> Iterator[list[Side]]:
    """Every way to give those who may bind both a place at one side, most of them at the first before fewer."""
    both = first.behind & second.behind
    how_many = range(len(both), -1, -1) if len(both) <= MOST_DIVIDED else (len(both), 0)
    for count in how_many:
        for at_first in map(frozenset, combinations(sorted(both), count)):
            yield [first.without(both - at_first), second.without(at_first)]


def _side(session: Session, case: Case, organisation: Organisation | None, signatory: Signatory | None) -> Side | None:
    if organisation is None or signatory is None:
        return None
    at = clock.now()
    rule = mandates.rule_at(session, organisation.id, at=at)
    people = mandates.authorities(session, organisation.id, at=at, purpose=purpose_of(case))
    holders = len({each.seat for each in people.values()})
    at_least = signatory.fewest(relevant_answers(case))
    side = Side(organisation, say(signatory.confirms), rule.rule if rule else None, people, holders, at_least)
    advised = advisers(case)
    return side.without(advised) if advised else side


def who_cannot_bind(session: Session, case: Case) -> Organisation | None:
    """The first organisation that has too few people to sign the document of this case; None when it can be signed."""
    return next((each.organisation for each in sides_of(session, case) if not each.can_bind), None)


def rule_in_words(sides: list[Side]) -> str | None:
    """The rules of all sides in one text: one sentence, or one for each organisation."""
    match sides:
        case []:
            return None
        case [only]:
            return only.rule_in_words
    return " ".join(
        say("%(organisation)s: %(rule)s", organisation=each.organisation.name, rule=each.rule_in_words)
        for each in sides
    )


# --- In a document as it was certified ---------------------------------------------------------------------------


def side_of(document: Document, signatory: Mapping[str, str]) -> uuid.UUID:
    """For whom somebody signs who has a place in this document."""
    named = signatory.get("organisation")
    if named:
        return uuid.UUID(named)
    assert document.case.organisation_id is not None
    return document.case.organisation_id


def field_of(document: Document, person_id: uuid.UUID) -> dict[str, str] | None:
    """The signature field that was made for this person when the document was certified."""
    return next((each for each in document.facts["signatories"] if each["person"] == str(person_id)), None)


def named(document: Document, organisation_id: uuid.UUID) -> str:
    """The name of a side where the document has two; where there is one, nobody needs telling."""
    names = {each["organisation"]: str(each["name"]) for each in document.facts.get("sides", [])}
    return names.get(str(organisation_id), "")


def asked_sides(document: Document) -> list[uuid.UUID]:
    """For whom there are places in this document, in the order in which they sign."""
    return list(dict.fromkeys(side_of(document, each) for each in document.facts["signatories"]))


def waits_for(document: Document) -> uuid.UUID | None:
    """The first organisation for which too few have signed; None when all are bound."""
    return first_unbound(document, ((each.organisation_id, each.authority) for each in document.signatures))


def first_unbound(document: Document, given: Iterable[tuple[uuid.UUID, Mapping[str, Any]]]) -> uuid.UUID | None:
    """The first side of a document that these authorities, each given for a side, do not bind; None when all are."""
    by_side: dict[uuid.UUID, list[Mapping[str, Any]]] = {}
    for side, authority in given:
        by_side.setdefault(side, []).append(authority)
    asked, at_least = asked_sides(document), int(document.facts.get("at_least", 1))
    return next((each for each in asked if not is_met(by_side.get(each, []), at_least=at_least)), None)
