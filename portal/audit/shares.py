"""What was passed on of reports: each as the ledger says, none recalled or gone without it saying so."""

import datetime as dt

from portal import clock
from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.config import Settings
from portal.parties import retention
from portal.record.ledger import Entry
from portal.reports.share_tables import Share
from portal.wording import mark


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every share, and every entry of one that is gone before its time."""
    told = kept.by(Entry, "subject")
    rows = {f"share:{each.id}": each for each in kept.rows(Share)}
    tally.checked["shares"] = len(rows)
    for subject, row in rows.items():
        with tally.guarded("share", row.reference):
            acts = {each.act: each for each in told.get(subject, [])}
            made = acts.get("share")
            now = (str(row.person_id), str(row.product_id), row.report, row.subject, row.kind, row.group, row.mark)
            if made is None or now != (made.actor, *(made.detail[each] for each in SAID)):
                tally.find("share", row.reference, mark("is iets anders dan het logboek zegt"))
            if made is not None and made.detail.get("permission") != (row.permission_id and str(row.permission_id)):
                tally.find("share", row.reference, mark("rust op een andere toestemming dan het logboek zegt"))
            if (row.recalled_at is not None) != ("recall_share" in acts):
                tally.find("share", row.reference, mark("is wel of niet teruggevraagd, anders dan het logboek zegt"))
            if (row.acknowledged_at is not None) != ("acknowledge_share" in acts):
                tally.find("share", row.reference, mark("is wel of niet bevestigd, anders dan het logboek zegt"))
    kept_since = clock.now() - retention.SHARE + dt.timedelta(days=1)
    for entry in kept.rows(Entry):
        if entry.act == "share" and entry.subject not in rows and entry.at > kept_since:
            tally.find("ledger_entry", entry.number, mark("deelde een rapport waarvan niets meer is bewaard"))


SAID = ("product", "report", "about", "kind", "group", "mark")
"""What the ledger says of a share, in this order."""
