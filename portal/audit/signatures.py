"""Signatures as acts: what the ledger says of them, on which mandate they rest, and which one met the rule."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState, Document, DocumentState, Signature
from portal.parties.tables import AuthorityRule, Mandate
from portal.record.ledger import Entry
from portal.wording import mark

ONE_ACT = dt.timedelta(minutes=1)
"""A row and its entry are written by one act: further apart than this, one of the moments was changed."""


def check(kept: Snapshot, tally: Tally, names: Mapping[uuid.UUID, str]) -> None:
    """Each signature has its entry, and each entry its signature; each stood on a mandate that held."""
    documents = {each.id: each for each in kept.rows(Document)}
    cases = {each.id: each for each in kept.rows(Case)}
    entries = [each for each in kept.rows(Entry) if each.act == "sign"]
    told = {(each.subject, each.actor): each for each in entries}
    given: dict[uuid.UUID, list[Signature]] = {}
    matched: set[int] = set()
    rows = sorted(kept.rows(Signature), key=lambda each: each.ledger_size)
    tally.checked["signatures"] = len(rows)
    for signature in rows:
        name = f"{names.get(signature.document_id, signature.document_id)}, {signature.field}"
        with tally.guarded("signature", name):
            document = documents[signature.document_id]
            case = cases[document.case_id]
            entry = told.get((f"document:{document.id}", str(signature.person_id)))
            if entry is None:
                tally.find("signature", name, mark("staat niet in het logboek"))
                continue
            matched.add(entry.number)
            different = _differences(signature, entry, document, case)
            if different:
                tally.find(
                    "signature", name, mark("staat anders in het logboek: %(columns)s"), columns=", ".join(different)
                )
            for what in _faults_of_authority(kept, signature, entry, case):
                tally.find("signature", name, what)
            given.setdefault(document.id, []).append(signature)
    for entry in entries:
        if entry.number not in matched:
            tally.find("ledger_entry", entry.number, mark("zegt dat iemand tekende, maar die handtekening is er niet"))
    for document_id, signatures in given.items():
        name = names.get(document_id, str(document_id))
        with tally.guarded("document", name):
            document = documents[document_id]
            _check_rule(name, signatures, document, cases[document.case_id], tally)


def _differences(signature: Signature, entry: Entry, document: Document, case: Case) -> list[str]:
    """The columns in which row and entry do not tell the same."""
    pairs: dict[str, tuple[object, object]] = {
        "authority": (signature.authority, entry.detail.get("authority")),
        "field": (signature.field, entry.detail.get("field")),
        "seen": (signature.seen, entry.document),
        "certified": (document.certified, entry.document),
        "case": (str(case.id), entry.detail.get("case")),
        "organisation": (str(signature.organisation_id), entry.on_behalf_of),
        "side": (side_of(document, case, str(signature.person_id)), entry.on_behalf_of),
        "ledger": ((signature.ledger_size, signature.ledger_head), (entry.number, entry.hash)),
        "moment": (abs(signature.at - entry.at) <= ONE_ACT, True),
    }
    return [name for name, (row, told) in pairs.items() if row != told]


def _faults_of_authority(kept: Snapshot, signature: Signature, entry: Entry, case: Case) -> list[str]:
    """What was frozen against the mandate and the rule as they stand there, at the moment of the entry."""
    frozen: dict[str, Any] = signature.authority
    [mandate] = kept.by(Mandate, "id").get(uuid.UUID(frozen["mandate"]), [None])
    if mandate is None:
        return [mark("rust op een tekenbevoegdheid die er niet is")]
    faults = []
    if (mandate.person_id, str(mandate.organisation_id)) != (signature.person_id, entry.on_behalf_of):
        faults.append(mark("rust op de tekenbevoegdheid van een ander"))
    if not held_at(mandate, entry.at):
        faults.append(mark("rust op een tekenbevoegdheid die op dat moment niet gold"))
    if (mandate.basis, mandate.evidence) != (frozen["basis"], frozen["evidence"]):
        faults.append(mark("rust op een ander bewijs dan er nu bij de tekenbevoegdheid staat"))
    if not goes_for(mandate, case):
        faults.append(mark("rust op een tekenbevoegdheid die niet voor dit soort stuk is"))
    if (frozen.get("limits") or {"kinds": [], "amount": None}) != {"kinds": mandate.kinds, "amount": mandate.amount}:
        faults.append(mark("rust op een tekenbevoegdheid met andere grenzen dan er zijn vastgelegd"))
    if frozen.get("seat") != (str(mandate.granted_by) if mandate.granted_by else None):
        faults.append(mark("rust op een machtiging van een ander dan er is vastgelegd"))
    rules = kept.by(AuthorityRule, "organisation_id").get(mandate.organisation_id, [])
    held = [each for each in rules if held_at(each, entry.at)]
    if not held:
        return [*faults, mark("is gegeven toen er geen regel van bevoegdheid gold")]
    seats = _seats(kept, mandate.organisation_id, entry.at, case)
    counted = [_counted(each, mandate, of) for each in held for of in seats]
    if (frozen["mode"], frozen["together"], frozen.get("of")) not in counted:
        faults.append(mark("is gegeven onder een andere regel van bevoegdheid dan er staat"))
    return faults


def held_at(row: Mandate | AuthorityRule, at: dt.datetime) -> bool:
    """Whether it held at this moment; at that of its end too, since the signature may be what ended it."""
    return row.since <= at and (row.until is None or at <= row.until)


def goes_for(mandate: Mandate, case: Case) -> bool:
    """Whether a mandate may sign what this case makes; a change of authority takes one without any limit."""
    if case.workflow == "mandate_change":
        return not mandate.kinds and mandate.amount is None and mandate.granted_by is None
    return not mandate.kinds or case.workflow in mandate.kinds


def _seats(kept: Snapshot, organisation_id: uuid.UUID, at: dt.datetime, case: Case) -> set[int]:
    """How many there were to sign, just before that moment and from it on: the signature may be what changed it."""
    mine = [each for each in kept.by(Mandate, "organisation_id").get(organisation_id, []) if goes_for(each, case)]
    before = {each.granted_by or each.id for each in mine if each.since < at and (not each.until or at <= each.until)}
    after = {each.granted_by or each.id for each in mine if each.since <= at and (not each.until or at < each.until)}
    return {len(before), len(after)}


def _counted(rule: AuthorityRule, mandate: Mandate, of: int) -> tuple[str, int, int | None]:
    """How a signature counts by this rule: its mode, how many must sign, and of how many where that is counted."""
    if "alone" in (rule.mode, mandate.counts):
        return "alone", 1, None
    return ("majority", of // 2 + 1, of) if rule.mode == "majority" else ("jointly", rule.together, None)


def bind(authorities: Sequence[Mapping[str, Any]], at_least: int) -> bool:
    """Whether some of these are as many as each of them, and the document, asks for; who was delegated sits where
    the other would.
    """
    seats = {each.get("seat") or each["mandate"]: max(at_least, each["together"]) for each in authorities}
    return any(sum(needed <= count for needed in seats.values()) >= count for count in range(1, len(seats) + 1))


def fewest(document: Document, case: Case) -> int:
    """How many must sign a document at the least: what it says itself, and never fewer than its answers ask for."""
    signatory = workflow_of(case).signatory
    asked = signatory.fewest(document.facts.get("answers", {})) if signatory else 1
    return max(asked, int(document.facts.get("at_least", 1)))


def side_of(document: Document, case: Case, person: str) -> str | None:
    """For which organisation the document has a place for this person."""
    places = [each for each in document.facts["signatories"] if each["person"] == person]
    return str(places[0].get("organisation", case.organisation_id)) if places else None


def bound_by(document: Document, case: Case, given: Mapping[str, Mapping[str, Any]]) -> dict[str | None, bool]:
    """Each side of a document, in the order in which they sign, and whether these authorities (by person) bind it."""
    people = {each["person"]: side_of(document, case, each["person"]) for each in document.facts["signatories"]}
    at_least = fewest(document, case)
    return {
        side: bind([authority for person, authority in given.items() if people.get(person) == side], at_least)
        for side in dict.fromkeys(people.values())
    }


def _check_rule(name: str, signatures: list[Signature], document: Document, case: Case, tally: Tally) -> None:
    """Exactly the signature that met the rule says so, and with it the case was decided; a void document never was.

    Where two sides sign, the second comes after the first, and the last that was needed of both met the rule.
    """
    met = False
    given: dict[str, Mapping[str, Any]] = {}
    for signature in signatures:
        where = f"{name}, {signature.field}"
        unbound = [side for side, is_bound in bound_by(document, case, given).items() if not is_bound]
        if unbound and unbound[0] != str(signature.organisation_id):
            tally.find("signature", where, mark("is gegeven toen een andere partij aan de beurt was"))
        given[str(signature.person_id)] = signature.authority
        meets = not met and all(bound_by(document, case, given).values())
        met = met or meets
        if signature.completes is not meets:
            tally.find("signature", where, mark("maakt het stuk volledig en zegt van niet, of andersom"))
    if document.state == DocumentState.PAPER:
        return  # then the scan is what decided it
    if met != (case.state == CaseState.DECIDED and document.void_at is None):
        tally.find("document", name, mark("is volledig getekend en de zaak is niet beslist, of andersom"))
