"""Re-reads everything that is kept, with code of its own: `tekenpoort verify`.

What the portal writes is written in one place and checked here in another, so that a fault in the one is not a fault
in the other: the canonical form of a ledger entry, the rule of authority and the reading of rows are written anew.
Everything is read in one transaction, so that it can run while the portal works. A row that cannot be read is a
finding, never a crash.
"""

from collections.abc import Callable, Mapping

from portal.audit import (
    agreements,
    ambitions,
    chain,
    decisions,
    dpia,
    files,
    heads,
    offered,
    offers,
    own_reports,
    papers,
    past,
    pdfs,
    shares,
)
from portal.audit.report import Finding, Report, Tally
from portal.audit.snapshot import Snapshot, snapshot
from portal.config import Settings

__all__ = ["Finding", "Report", "verify"]

PARTS: Mapping[str, Callable[[Snapshot, Settings, Tally], None]] = {
    "ledger": chain.check,
    "heads": heads.check,
    "files": files.check,
    "documents": papers.check,
    "pdfs": pdfs.check,
    "decisions": decisions.check,
    "past": past.check,
    "offers": offers.check,
    "own_reports": own_reports.check,
    "ambitions": ambitions.check,
    "shares": shares.check,
    "offered": offered.check,
    "agreements": agreements.check,
    "dpia": dpia.check,
}


Progress = Callable[[str, int, int], None]
"""Told how much of a part (a word of PARTS) was read, of how much; one that is read at once says 0, then 1, of 1."""


def verify(settings: Settings, *parts: str, progress: Progress = lambda _part, _done, _total: None) -> Report:
    """Check what is in the opened database against itself, its ledger, its witnesses and its documents.

    All of it, or only these of PARTS.
    """
    tally = Tally(progress=progress)
    with snapshot(tally) as kept:
        for name in parts or PARTS:
            progress(name, 0, 1)
            with tally.guarded("part", name):
                PARTS[name](kept, settings, tally)
            progress(name, 1, 1)
    return tally.report()
