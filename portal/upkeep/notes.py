"""Notes in the data folder: when the worker last showed itself, when the last backup and the last re-reading were."""

import datetime as dt
import json
import os
import secrets
from pathlib import Path
from typing import Any

from portal import clock

ALIVE, BACKUP, VERIFY = "worker-alive", "last-backup", "last-verify"


def note(data: Path, name: str, **facts: Any) -> None:
    """Put down that this happened now, with what is worth knowing of it; an earlier note of the name is replaced."""
    draft = data / f".{name}-{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"at": clock.now().isoformat(), **facts}, file)
    draft.replace(data / name)


def noted(data: Path, name: str) -> dict[str, Any] | None:
    """What was put down last under this name, with `at` as a moment; None for never, or a note nobody can read."""
    try:
        facts = json.loads((data / name).read_text())
        return {**facts, "at": dt.datetime.fromisoformat(facts["at"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
