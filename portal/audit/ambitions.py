"""What schools want to reach: each is as the ledger says, and ended by the act that the ledger names."""

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.config import Settings
from portal.record.ledger import Entry
from portal.reports.tables import Ambition
from portal.wording import mark


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every ambition, those that hold no more as well; and none is gone."""
    told = {each.subject: each for each in kept.rows(Entry) if each.act == "ambition"}
    withdrawn = {each.subject for each in kept.rows(Entry) if each.act == "withdraw_ambition"}
    rows = kept.rows(Ambition)
    tally.checked["ambitions"] = len(rows)
    begun = {(each.location_code, each.since) for each in rows}
    for row in rows:
        with tally.guarded("ambition", row.location_code):
            subject = f"ambition:{row.id}"
            said = told.pop(subject, None)
            now = (row.location_code, row.fundamental, row.target, str(row.organisation_id))
            if said is None or now != (
                said.detail["location"],
                said.detail["fundamental"],
                said.detail["target"],
                said.on_behalf_of,
            ):
                tally.find("ambition", row.location_code, mark("is een andere ambitie dan het logboek zegt"))
            followed = subject in withdrawn or (row.location_code, row.until) in begun
            if (row.until is not None) != followed:
                tally.find("ambition", row.location_code, mark("eindigde anders dan het logboek zegt"))
    for entry in told.values():
        tally.find("ledger_entry", entry.number, mark("legde een ambitie vast die er niet meer is"))
