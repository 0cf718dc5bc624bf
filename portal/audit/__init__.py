"""Re-reads everything that is kept, with code of its own: `tekenpoort verify`.

What the portal writes is written in one place and checked here in another, so that a fault in the one is not a fault
in the other: the canonical form of a ledger entry, the rule of authority and the reading of rows are written anew.
Everything is read in one transaction, so that it can run while the portal works. A row that cannot be read is a
finding, never a crash.
"""

from collections.abc import Callable, Mapping

from portal.audit import chain, decisions, files, heads, offers, papers, pdfs
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
    "offers": offers.check,
}


def verify(settings: Settings, *parts: str) -> Report:
    """Check what is in the opened database against itself, its ledger, its witnesses and its documents.

    All of it, or only these of PARTS.
    """
    tally = Tally()
    with snapshot(tally) as kept:
        for name in parts or PARTS:
            with tally.guarded("part", name):
                PARTS[name](kept, settings, tally)
    return tally.report()
