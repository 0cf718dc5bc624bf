"""Products, when publications hold, and who is blocked: nothing is so that no act in the ledger made so."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.config import Settings
from portal.offers.dpia import withdrawing
from portal.offers.tables import Block, Product, ProductRightsHolder, Publication, Withdrawal
from portal.parties.tables import Person
from portal.record.ledger import Entry
from portal.wording import mark

ONE_ACT = dt.timedelta(minutes=1)


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every product, publication and block, and every account that is shut."""
    told = kept.by(Entry, "subject")
    tally.checked["products"] = len(kept.rows(Product))
    for product in kept.rows(Product):
        with tally.guarded("product", product.name):
            for what in _faults_of_product(kept, product, told.get(f"product:{product.id}", [])):
                tally.find("product", product.name, what)
    for publication in kept.rows(Publication):
        with tally.guarded("publication", publication.version):
            for what in _faults_of_publication(publication, told.get(f"publication:{publication.id}", [])):
                tally.find("publication", f"{publication.kind} {publication.version}", what)
    _check_withdrawals(kept, tally)
    _check_blocks(kept, tally)


def _check_withdrawals(kept: Snapshot, tally: Tally) -> None:
    """Every withdrawal: from when, why and by whom the ledger says; and none is gone."""
    told = {each.subject: each for each in kept.rows(Entry) if each.act == "withdraw_publication"}
    for row in kept.rows(Withdrawal):
        with tally.guarded("publication", row.publication_id):
            said = told.pop(f"publication:{row.publication_id}", None)
            now = (str(row.withdrawn_by), str(row.organisation_id), row.at.isoformat(), withdrawing.digest(row.why))
            if said is None or (said.actor, said.on_behalf_of, said.detail["at"], said.detail["why"]) != now:
                tally.find("publication", row.publication_id, mark("is anders ingetrokken dan het logboek zegt"))
    for entry in told.values():
        tally.find("ledger_entry", entry.number, mark("trok een tekst in die nog geldt"))


def _faults_of_product(kept: Snapshot, product: Product, told: Sequence[Entry]) -> Iterator[str]:
    made = [each.detail for each in told if each.act == "product"]
    if not made:
        yield mark("is volgens het logboek nooit gemaakt")
        return
    last = made[-1]
    if (product.name, product.conditions, product.has_reports, product.application) != (
        last["name"],
        last["conditions"],
        last.get("reports", True),
        last.get("application", ""),
    ):
        yield mark("heeft een andere poort dan het logboek zegt")
    if product.reports != last.get("opens", product.reports):  # older entries do not say it
        yield mark("opent andere rapporten dan het logboek zegt")
    if [key for key, _ in product.recipient_groups] != last["groups"]:
        yield mark("heeft andere ontvangersgroepen dan het logboek zegt")
    holders = kept.by(ProductRightsHolder, "product_id").get(product.id, [])
    if sorted(str(each.organisation_id) for each in holders) != last["rights_holders"]:
        yield mark("heeft andere rechthebbenden dan het logboek zegt")


def _faults_of_publication(publication: Publication, told: Sequence[Entry]) -> Iterator[str]:
    """Its text is checked with the decisions; here its title, and when it holds."""
    for each in (entry.detail for entry in told if entry.act == "publish"):
        if (publication.title, str(publication.product_id)) != (each["title"], each["product"]):
            yield mark("heeft een andere titel, of een ander product, dan het logboek zegt")
        if each.get("kind", publication.kind) != publication.kind:  # older entries do not say it
            yield mark("is een ander soort tekst dan het logboek zegt")
        if (publication.since.isoformat(), publication.grace_days) != (each["since"], each["grace_days"]):
            yield mark("gaat in, of vervangt de vorige, op een ander moment dan het logboek zegt")


def _check_blocks(kept: Snapshot, tally: Tally) -> None:
    told = kept.by(Entry, "subject")
    blocks = {each.id: each for each in kept.rows(Block)}
    tally.checked["blocks"] = len(blocks)
    shut: set[uuid.UUID] = set()
    for block in blocks.values():
        with tally.guarded("block", block.id):
            for what in _faults_of_block(block, told.get(f"block:{block.id}", [])):
                tally.find("block", block.id, what)
        if block.product_id is None and block.lifted_at is None:
            shut.add(block.person_id)
    for entry in kept.rows(Entry):
        kind, _, name = entry.subject.partition(":")
        if kind == "block" and name not in map(str, blocks):
            tally.find("ledger_entry", entry.number, mark("gaat over een blokkade die er niet is"))
    for person in kept.rows(Person):
        if (person.blocked_at is not None) != (person.id in shut) or (person.blocked_at and person.active):
            tally.find("block", f"account {person.id}", mark("is open of dicht zonder dat het logboek dat weet"))


def _faults_of_block(block: Block, told: Sequence[Entry]) -> Iterator[str]:
    made = [each for each in told if each.act == "block"]
    if len(made) != 1:
        yield mark("is volgens het logboek nooit gezet")
        return
    entry = made[0]
    until = block.until.isoformat() if block.until else None
    said = (str(block.person_id), str(block.product_id) if block.product_id else None, until)
    if said != tuple(entry.detail.get(name) for name in ("person", "product", "until")):
        yield mark("is voor iemand anders, iets anders of een andere tijd dan het logboek zegt")
    if (str(block.organisation_id), str(block.blocked_by)) != (entry.on_behalf_of, entry.actor):
        yield mark("is volgens het logboek door iemand anders gezet")
    if abs(block.since - entry.at) > ONE_ACT:
        yield mark("begon op een ander moment dan het logboek zegt")
    lifted = [each for each in told if each.act == "unblock"]
    if bool(lifted) != (block.lifted_at is not None) or (
        lifted and block.lifted_at and abs(block.lifted_at - lifted[-1].at) > ONE_ACT
    ):
        yield mark("is opgeheven zonder dat het logboek dat weet, of andersom")
