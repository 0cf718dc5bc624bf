"""The stamped heads: each with its time stamp, each as the ledger stood then, and each known to the ledger itself."""

import hashlib
from collections.abc import Iterator, Sequence

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.audit.trusted import trust_in
from portal.config import Settings
from portal.documents.time_stamps import stamped_at
from portal.errors import PortalError
from portal.record.heads import StampedHead
from portal.record.ledger import Entry
from portal.wording import mark


def check(kept: Snapshot, settings: Settings, tally: Tally) -> None:
    """Every head against its token, against the ledger as it is now, and against the acts that kept one."""
    heads = {each.size: each for each in kept.rows(StampedHead)}
    tally.checked["heads"] = len(heads)
    trust = trust_in(settings, tally) if heads else None
    roots = dict(roots_of([each.hash for each in kept.rows(Entry)]))
    told = {each.subject: each for each in kept.rows(Entry) if each.act == "head"}
    for size, head in heads.items():
        with tally.guarded("head", size):
            if size in roots and roots[size] != head.root:
                tally.find("head", size, mark("staat voor een ander logboek dan er nu is"))
            entry = told.get(f"head:{size}")
            columns = {"size": size, "head": head.hash, "root": head.root, "token": head.token}
            if entry is None or entry.detail != columns:
                tally.find("head", size, mark("staat anders of niet in het logboek"))
            token = kept.content(head.token)
            if trust is None or token is None:
                continue  # named already: no certificates, or no such file
            said = f"tekenpoort ledger\n{size}\n{head.hash}\n{head.root}\n"
            try:
                stamped_at(token, said.encode(), trust=trust)
            except PortalError as fault:
                tally.find("head", size, mark("heeft geen geldig tijdstempel (%(fault)s)"), fault=fault)
    for subject, entry in told.items():
        if subject.removeprefix("head:") not in map(str, heads):
            tally.find("ledger_entry", entry.number, mark("bewaarde een kop die er niet meer is"))


def roots_of(hashes: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The root of the tree at every length: whole subtrees stand on a pile, and the root folds them from the right."""
    pile: list[tuple[int, bytes]] = []
    for size, each in enumerate(hashes, 1):
        node, height = hashlib.sha256(b"\0" + bytes.fromhex(each)).digest(), 0
        while pile and pile[-1][0] == height:
            node, height = hashlib.sha256(b"\1" + pile.pop()[1] + node).digest(), height + 1
        pile.append((height, node))
        root = node
        for _, beside in reversed(pile[:-1]):
            root = hashlib.sha256(b"\1" + beside + root).digest()
        yield size, root.hex()
