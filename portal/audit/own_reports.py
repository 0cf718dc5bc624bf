"""Suppliers' own reports: each version is what the ledger says was published, for whom, and ended as it says."""

import hashlib
from collections.abc import Iterator

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.config import Settings
from portal.record.ledger import Entry
from portal.reports.own_tables import OwnReport, OwnReportRecipient
from portal.wording import mark


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every version, for whom it is, and its end; and none that the ledger knows is gone."""
    named = kept.by(OwnReportRecipient, "report_id")
    told = {each.subject: each for each in kept.rows(Entry) if each.act == "publish_report"}
    withdrawn = {each.subject: each for each in kept.rows(Entry) if each.act == "withdraw_report"}
    after: dict[str, set[str]] = {}
    for entry in told.values():
        after.setdefault(str(entry.detail.get("series")), set()).add(str(entry.detail.get("since")))
    tally.checked["own_reports"] = len(kept.rows(OwnReport))
    for row in kept.rows(OwnReport):
        with tally.guarded("own_report", row.id):
            subject = f"own_report:{row.id}"
            keys = [each.register_key for each in named.get(row.id, [])]
            published, ended = told.pop(subject, None), withdrawn.pop(subject, None)
            for what in _faults(row, keys, published, ended, after.get(str(row.series), set())):
                tally.find("own_report", f"{row.title} {row.version}", what)
    for entry in (*told.values(), *withdrawn.values()):
        tally.find("ledger_entry", entry.number, mark("gaat over een rapport dat er niet meer is"))


def _faults(
    row: OwnReport, keys: list[str], published: Entry | None, withdrawn: Entry | None, begun: set[str]
) -> Iterator[str]:
    if published is None:
        yield mark("is volgens het logboek nooit gepubliceerd")
        return
    now = {
        "product": str(row.product_id),
        "series": str(row.series),
        "version": row.version,
        "title": row.title,
        "period": [row.period_from.isoformat(), row.period_until.isoformat()],
        "kind": row.kind,
        "personal": row.personal,
        "basis": _digest(row.legal_basis),
        "for": "all" if row.for_all else _digest("\n".join(sorted(keys))),
        "since": row.since.isoformat(),
    }
    who = (published.actor, published.on_behalf_of, published.document)
    if published.detail != now or who != (str(row.published_by), str(row.organisation_id), row.blob):
        yield mark("is anders dan het logboek zegt dat er is gepubliceerd")
    if row.for_all and keys:
        yield mark("is voor allen, en noemt toch organisaties")
    until = row.until.isoformat() if row.until else None
    if withdrawn is not None:
        end = (withdrawn.actor, withdrawn.detail["at"], withdrawn.detail["why"])
        if end != (str(row.withdrawn_by), until, _digest(row.why)):
            yield mark("is anders ingetrokken dan het logboek zegt")
    elif row.withdrawn_by is not None or row.why:
        yield mark("is volgens het logboek nooit ingetrokken")
    else:
        later = sorted(each for each in begun if each > row.since.isoformat())
        if until != (later[0] if later else None):
            yield mark("eindigt op een ander moment dan de versie erna begint")


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
