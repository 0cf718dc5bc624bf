"""A portal with a proxy before an application: the secret between the two, and what the proxy is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.browser import Browser
from tests.builders import PRODUCT, SCHOOL, Portal

SECRET = "a-secret-between-the-proxy-and-the-gate"
RESOURCE = f"{PRODUCT}/{SCHOOL}"
CHECK = f"/gate/check?r={RESOURCE}"
FROM_THE_PROXY = {"X-Gate-Secret": SECRET}


@contextmanager
def a_gate(portal: Portal) -> Iterator[Portal]:
    """Inside this block the portal answers a proxy that knows the secret."""
    extensions = portal.app.extensions
    without = extensions["tekenpoort.settings"]
    extensions["tekenpoort.settings"] = replace(without, gate_secret=SECRET)
    try:
        yield portal
    finally:
        extensions["tekenpoort.settings"] = without


def ask(browser: Browser, address: str = CHECK, method: str = "GET", **headers: str) -> tuple[int, str | None]:
    """What the gate tells the proxy: the status, and the reasons."""
    sent = {**FROM_THE_PROXY, **{name.replace("_", "-"): value for name, value in headers.items()}}
    response = browser.send(method, address, headers=sent).response
    assert response.headers["Cache-Control"] == "no-store"
    assert not {"Location", "Set-Cookie", "Refresh", "WWW-Authenticate"} & set(response.headers.keys())
    assert not response.data
    if response.status_code != 204:
        assert not {"X-Gate-User", "X-Gate-Organisation", "X-Gate-Trace"} & set(response.headers.keys())
    return response.status_code, response.headers.get("X-Gate-Reason")
