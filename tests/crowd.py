"""Many at once: the same form sent by so many threads from one moment."""

import contextvars
import threading
from collections.abc import Callable, Mapping
from typing import Any

from flask.testing import FlaskClient

from portal import clock
from tests.browser import Browser
from tests.builders import Portal
from tests.guards import TOKEN


def posted(portal: Portal, browser: Browser, address: str, fields: Mapping[str, Any]) -> tuple[int, str]:
    """One post by a client of its own, with the cookie of this browser: its status, and where it leads or what it says."""
    client: FlaskClient = portal.app.test_client()
    cookie = browser.client.get_cookie("tekenpoort")
    assert cookie is not None
    client.set_cookie("tekenpoort", cookie.value)
    with clock.standing_at(portal.moment):
        answer = client.post(address, data=fields)
    return answer.status_code, answer.location or TOKEN.sub("", answer.text)


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    """All of these, each in a thread, from one moment."""
    barrier, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(at: int) -> None:
        barrier.wait()
        results[at] = deeds[at]()

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(run, at), daemon=True) for at in range(len(deeds))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results
