"""Agreements that were offered: each to the board, and for the case, that the ledger says; and what was withdrawn."""

from collections.abc import Iterator, Sequence

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.offering.making import boards_digest
from portal.cases.offering.tables import Offer, OfferRound
from portal.cases.tables import Case, Comment
from portal.config import Settings
from portal.offers.tables import Publication
from portal.record.ledger import Entry
from portal.wording import mark


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every offer and every round, and for whom and to whom was spoken in what is shared with a supplier."""
    told, cases = kept.by(Entry, "subject"), {each.id: each for each in kept.rows(Case)}
    published = {each.id: each for each in kept.rows(Publication)}
    rows = kept.rows(Offer)
    offers = [each for each in rows if not each.skipped or f"offer:{each.id}" in told]
    tally.checked["offers"] = len(offers)
    known = {f"offer:{each.id}" for each in rows}
    for entry in kept.rows(Entry):
        if entry.subject.startswith("offer:") and entry.subject not in known:
            tally.find("ledger_entry", entry.number, mark("gaat over een aanbod dat er niet is"))
    for offer in offers:
        with tally.guarded("offer", offer.id):
            case = cases.get(offer.case_id) if offer.case_id else None
            mine = told.get(f"offer:{offer.id}", [])
            for what in _faults_of_offer(offer, case, published[offer.publication_id], mine):
                tally.find("offer", offer.id, what)
    _check_rounds(kept, tally)
    _check_words(kept, tally)


def _faults_of_offer(offer: Offer, case: Case | None, publication: Publication, told: Sequence[Entry]) -> Iterator[str]:
    made = [each for each in told if each.act == "offer"]
    if len(made) != 1:
        yield mark("is volgens het logboek nooit aangeboden")
        return
    said = made[0].detail
    kept = (str(offer.organisation_id), str(offer.case_id), str(offer.round_id), offer.deadline)
    if kept != tuple(said.get(name) for name in ("board", "of_case", "round", "deadline")):
        yield mark("is aan iemand anders, voor een andere zaak of met een andere dag aangeboden dan het logboek zegt")
    if made[0].document != publication.sha256:
        yield mark("is met een andere tekst aangeboden dan het logboek zegt")
    if offer.skipped:
        yield mark("is volgens het logboek wel aangeboden")
    if case is None or case.organisation_id != offer.organisation_id:
        yield mark("heeft geen zaak van het bestuur waaraan het is aangeboden")
    ended = [each for each in told if each.act in ("withdraw_offer", "replace_offer")]
    if bool(ended) != (offer.withdrawn_at is not None):
        yield mark("is ingetrokken zonder dat het logboek dat weet, of andersom")
        return
    replaced = str(offer.replaced_by) if offer.replaced_by else None
    if ended and (ended[-1].detail.get("offer"), ended[-1].detail.get("words", "")) != (replaced, offer.words):
        yield mark("is om een andere reden ingetrokken dan het logboek zegt")


def _check_rounds(kept: Snapshot, tally: Tally) -> None:
    entries, rounds = kept.rows(Entry), kept.rows(OfferRound)
    told = {each.detail["round"]: each for each in entries if each.act == "offer_round"}
    published = {each.id: each.sha256 for each in kept.rows(Publication)}
    taken_back = {each.subject: each.number for each in entries if each.act == "withdraw_offers"}
    for each in rounds:
        with tally.guarded("offer", each.id):
            said = told.pop(str(each.id), None)
            row = (published.get(each.publication_id), str(each.offered_by), each.deadline, boards_digest(each.boards))
            if said is None or (said.document, said.actor, *map(said.detail.get, ("deadline", "named"))) != row:
                tally.find("offer", each.id, mark("is een ronde die het logboek niet of anders kent"))
            elif (taken_back.get(said.subject, 0) > said.number) != (each.stopped_at is not None):
                tally.find("offer", each.id, mark("is gestopt zonder dat het logboek dat weet, of andersom"))
    for entry in told.values():
        tally.find("ledger_entry", entry.number, mark("gaat over een ronde die er niet is"))


def _check_words(kept: Snapshot, tally: Tally) -> None:
    """A remark that is shared, or spoken for the supplier, was so when it was made."""
    said = {
        each.detail["comment"]: (bool(each.detail.get("shared")), each.on_behalf_of)
        for each in kept.rows(Entry)
        if each.act == "comment" and "comment" in each.detail
    }
    for each in kept.rows(Comment):
        row = (each.shared, str(each.organisation_id) if each.organisation_id else None)
        if said.get(str(each.id), row) != row:
            tally.find("comment", each.id, mark("is door anderen te lezen dan het logboek zegt"))
