"""What authority is: how one person counts under a rule, what it is limited to, and when those who signed suffice."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.wording import mark, say, say_count

ALONE, JOINTLY, MAJORITY = "alone", "jointly", "majority"
JOINT = "joint"
BASES: Mapping[str, str] = {
    "trade_register": mark("uittreksel Handelsregister"),
    "statutes": mark("statuten"),
    "mandate_decision": mark("mandaatbesluit"),
}


@dataclass(frozen=True)
class Rule:
    """How an organisation is bound: by one alone, by so many together, or by the majority of those who may sign."""

    mode: str
    together: int = 1

    def needed(self, holders: int) -> int:
        """How many must sign where so many may: at least 1."""
        match self.mode:
            case "alone":
                return 1
            case "majority":
                return holders // 2 + 1
        return self.together


@dataclass(frozen=True)
class Purpose:
    """What is to be signed: the kind of document, and the sum of money to which it binds."""

    kind: str
    amount: int = 0
    """In whole euros."""
    without_limits: bool = False
    """Whether only who may sign everything may sign this."""


@dataclass(frozen=True)
class Limits:
    """How far a mandate goes, besides its dates."""

    kinds: tuple[str, ...] = ()
    """The only kinds of document; none: every kind."""
    amount: int | None = None
    """The highest sum, in whole euros; None: any."""

    def __bool__(self) -> bool:
        return bool(self.kinds) or self.amount is not None

    def cover(self, purpose: Purpose) -> bool:
        """Whether this may be signed within these limits."""
        if purpose.without_limits and self:
            return False
        return (not self.kinds or purpose.kind in self.kinds) and (self.amount is None or purpose.amount <= self.amount)

    def within(self, others: "Limits") -> bool:
        """Whether these limits allow nothing that the others do not."""
        kinds = not others.kinds or (bool(self.kinds) and set(self.kinds) <= set(others.kinds))
        return kinds and (others.amount is None or (self.amount is not None and self.amount <= others.amount))


@dataclass(frozen=True)
class Authority:
    """One person's right to bind an organisation at one moment, with what it rests on."""

    person_id: uuid.UUID
    organisation_id: uuid.UUID
    mandate_id: uuid.UUID
    seat: uuid.UUID
    """The mandate that counts: this one, or the one from which it was delegated."""
    principal: uuid.UUID
    """Whose mandate that is: this person, or who delegated."""
    mode: str
    """alone, jointly or majority: how this person counts under the rule of that moment"""
    together: int
    of: int
    """How many there were to sign."""
    limits: Limits
    basis: str
    evidence: str

    def as_mapping(self) -> dict[str, Any]:
        """As a signature and the ledger keep it: frozen at the moment of signing."""
        frozen: dict[str, Any] = {
            "mandate": str(self.mandate_id),
            "mode": self.mode,
            "together": self.together,
            "basis": self.basis,
            "evidence": self.evidence,
        }
        if self.mode == MAJORITY:
            frozen["of"] = self.of
        if self.limits:
            frozen["limits"] = {"kinds": list(self.limits.kinds), "amount": self.limits.amount}
        if self.seat != self.mandate_id:
            frozen["seat"] = str(self.seat)
        return frozen


def is_met(given: Iterable[Mapping[str, Any]], *, at_least: int = 1) -> bool:
    """Whether the authorities given so far (as frozen mappings) bind the organisation.

    They do as soon as some of them are as many as each of those asks for, and as the document itself asks for at the
    least. Who acts for another takes that one's seat, and a seat counts once.
    """
    needs: dict[str, int] = {}
    for each in given:
        seat, needed = each.get("seat", each["mandate"]), max(at_least, int(each["together"]))
        needs[seat] = min(needed, needs.get(seat, needed))
    return any(needed <= count for count, needed in enumerate(sorted(needs.values()), 1))


def rule_sentence(rule: Rule, people: int, *, holders: int | None = None, at_least: int = 1) -> str:
    """The rule in words, as it stands above the places of so many people; a majority is of all who may sign."""
    if at_least > 1 and (rule.mode == ALONE or rule.needed(people if holders is None else holders) < at_least):
        return say(
            "Dit stuk vraagt ten minste %(needed)s handtekeningen, ook van wie anders zelfstandig tekent.",
            needed=at_least,
        )
    if rule.mode == ALONE:
        return say("Eén tekenbevoegde tekent zelfstandig.")
    needed = rule.needed(people if holders is None else holders)
    if rule.mode == MAJORITY:
        return say(
            "De meerderheid van het bestuur tekent: %(needed)s van deze %(people)s tekenbevoegden.",
            needed=needed,
            people=people,
        )
    if people == needed:
        return say_count("Eén tekenbevoegde tekent.", "Deze %(count)s tekenbevoegden tekenen gezamenlijk.", needed)
    return say("%(together)s van deze %(people)s tekenbevoegden tekenen gezamenlijk.", together=needed, people=people)


def authority_sentence(authority: Mapping[str, Any]) -> str:
    """One authority in words, as the stamp prints it."""
    basis, limits = say(BASES[authority["basis"]]), authority.get("limits")
    match authority["mode"]:
        case "alone":
            sentence = say("zelfstandig bevoegd, volgens %(basis)s", basis=basis)
        case "majority":
            sentence = say(
                "meerderheid van het bestuur (%(needed)s van %(of)s), volgens %(basis)s",
                needed=authority["together"],
                of=authority["of"],
                basis=basis,
            )
        case _:
            others = say_count("één ander", "%(count)s anderen", authority["together"] - 1)
            sentence = say("gezamenlijk bevoegd met %(others)s, volgens %(basis)s", others=others, basis=basis)
    if limits and limits["kinds"]:
        sentence = say("%(authority)s, beperkt tot bepaalde stukken", authority=sentence)
    if limits and limits["amount"] is not None:
        sentence = say("%(authority)s, tot € %(amount)s", authority=sentence, amount=in_euros(limits["amount"]))
    if "seat" in authority:
        sentence = say("%(authority)s, gemachtigd door een tekenbevoegde", authority=sentence)
    return sentence


def in_euros(amount: int) -> str:
    """A sum in whole euros, as it is written in Dutch: 25.000."""
    return f"{amount:,}".replace(",", ".")
