"""The past of what decides at the gate: every row has one, each line follows the one before, the last is so now."""

import datetime as dt
import hmac
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from portal.audit import chain
from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.config import Settings
from portal.database import Base
from portal.record.ledger import Entry
from portal.record.past import BEGUN, KEPT, Keeping, Past
from portal.wording import mark

CHANGED = mark("heeft een verleden dat is veranderd, of waaruit iets is weggehaald")
OTHERWISE = mark("is nu anders dan het verleden als laatste zegt")
WITHOUT = mark("heeft geen verleden")
GONE = mark("is weg, en het verleden weet daar niet van")


def check(kept: Snapshot, settings: Settings, tally: Tally) -> None:
    """Every line, and every row that should have some; nothing where the keeping has not begun."""
    lines: dict[tuple[str, str], list[Past]] = {}
    for each in kept.rows(Past):
        lines.setdefault((each.of, each.row), []).append(each)
    tally.checked["past"] = sum(map(len, lines.values()))
    key = chain.key_of(settings, tally)
    for (of, row), told in lines.items():
        with tally.guarded("past", f"{of} {row}"):
            if not _follow_on(told, key):
                tally.find("past", f"{of} {row}", CHANGED)
    if any(each.act == BEGUN for each in kept.rows(Entry)):
        for table, keeping in KEPT.items():
            mine = {row: told for (of, row), told in lines.items() if of == keeping.table.name}
            _compare(kept, table, keeping, mine, tally)


def _follow_on(told: Sequence[Past], key: bytes | None) -> bool:
    """Whether each was made with the key after the one before; without the key nobody can say that it was not."""
    before = ""
    if key is None:
        return True
    for each in told:
        at = each.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        text = json.dumps(
            [each.of, each.row, at, each.values, before], sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        if not hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), each.mac):
            return False
        before = each.mac
    return True


def _compare(kept: Snapshot, table: type[Base], keeping: Keeping, lines: dict[str, list[Past]], tally: Tally) -> None:
    """Each row as it is with what was noted of it last."""
    for row in kept.rows(table):
        name = str(getattr(row, keeping.key))
        with tally.guarded("past", f"{keeping.table.name} {name}"):
            told = lines.pop(name, None)
            if told is None:
                tally.find("past", f"{keeping.table.name} {name}", WITHOUT)
            elif told[-1].values != _now(row, keeping):
                tally.find("past", f"{keeping.table.name} {name}", OTHERWISE)
    for name, told in lines.items():
        if told[-1].values is not None:
            tally.find("past", f"{keeping.table.name} {name}", GONE)


def _now(row: Base, keeping: Keeping) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in keeping.columns:
        value = getattr(row, name)
        value = keeping.seen_as[name](value) if name in keeping.seen_as else value
        if isinstance(value, dt.datetime):
            value = value.astimezone(dt.UTC).isoformat()
        found[name] = str(value) if isinstance(value, UUID) else value
    return found
