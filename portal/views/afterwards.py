"""What the accounts need of the rest of the portal, and what waits until a view has done its own writes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from flask import Response, current_app, g

from portal.config import Settings

SERVER_FAULT = 500


class Send(Protocol):
    """Puts a mail in the outbox."""

    def __call__(self, to: str, subject: str, text: str, html: str, *, kind: str, key: str | None) -> object: ...


class Witness(Protocol):
    """Writes in the ledger what happened to an account; no person when nobody has the address that was typed."""

    def __call__(self, act_: str, person_id: UUID | None, /, **detail: Any) -> object: ...


@dataclass(frozen=True)
class Outside:
    """What the accounts need of the rest of the portal."""

    settings: Settings
    send: Send
    witness: Witness


def outside() -> Outside:
    """What `secure` was given for this application."""
    found = current_app.extensions["tekenpoort.accounts"]
    assert isinstance(found, Outside)
    return found


def tell(what: str, person_id: UUID | None, **detail: object) -> None:
    """Has the ledger told after the view's own writes: an entry is an act, and an act begins from what is stored."""
    afterwards(partial(outside().witness, what, person_id, **detail))


def afterwards(deed: Callable[[], object]) -> None:
    """Keeps a deed until the view's own writes are done: an act rolls back what a page has read and not stored."""
    g.setdefault("afterwards", []).append(deed)


def run_afterwards(response: Response) -> Response:
    """After the view: its mails and ledger entries, unless it failed; then waits where every answer takes as long."""
    for deed in g.pop("afterwards", []):
        if response.status_code < SERVER_FAULT:
            deed()
    if (answer_at := g.pop("answer_at", None)) is not None:
        time.sleep(max(0.0, answer_at - time.monotonic()))
    return response
