"""A stage of the stories at a real address, for people at Chromium; its clock stands still until a story moves it."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from portal import clock
from tests.builders import OURS, Portal, Someone
from tests.chromium import Visit, visiting
from tests.looking import faults_of, picture, too_wide

T = TypeVar("T")
WIDTHS = (390, 1280)
LOOKED_AT: set[str] = set()
"""The builds of the pages that the stories came past."""


class Stopping(Visit):
    """Somebody whose every stop is looked at."""

    def _arrived(self) -> "Visit":
        super()._arrived()
        return self.shown(f"{self.pages:02}-{self.page.url.rpartition('/')[2].partition('?')[0]}")


@dataclass(eq=False)
class Served:
    """One story: the portal, its address, and the people who visit it."""

    name: str
    portal: Portal
    address: str
    chromium: Browser
    people: ExitStack
    found: list[str] = field(default_factory=list)

    def visit(
        self,
        someone: Someone | None = None,
        *,
        kind: type[Visit] = Stopping,
        scripts: bool = True,
        width: int = WIDTHS[0],
    ) -> Visit:
        """A browser of their own, in which this person is signed in already."""
        who = someone.name.split()[0].lower() if someone else "stranger"

        def look(page: Page, name: str) -> None:
            # axe is a script itself
            faults = faults_of(page, WIDTHS, looked_at=LOOKED_AT) if scripts else too_wide(page)
            self.found += [f"{who} at {page.url}: {fault}" for fault in faults]
            for at_width in WIDTHS[::-1]:
                page.set_viewport_size({"width": at_width, "height": 900})
                picture(page, f"{at_width}-{self.name}-{who}-{name}")

        door = visiting(self.chromium, self.address, width=width, scripts=scripts, look=look, kind=kind)
        visit = self.people.enter_context(door)
        if someone:
            name = self.portal.app.config["SESSION_COOKIE_NAME"]
            cookie = self.portal.sign_in(someone).client.get_cookie(name)
            assert cookie
            visit.page.context.add_cookies([{"name": name, "value": cookie.value, "url": self.address}])
        return visit

    def endpoint(self, address: str) -> str:
        """Which page of the portal this is."""
        try:
            return str(self.portal.app.url_map.bind("").match(urlsplit(address).path, "GET")[0])
        except HTTPException:
            return "nowhere"

    def work(self) -> None:
        """The worker does what is due."""
        apart(self.portal.work)

    def begins(self, someone: Someone, workflow: str, first: str, organisation: str = OURS) -> Visit:
        """Somebody at the first step of a procedure for an organisation."""
        where = f"/zaken/begin/{workflow}?organisation={self.portal.organisation(organisation)}"
        return self.visit(someone).open(where).press("Beginnen").follow(first)

    def signs(self, *those: Someone) -> None:
        """Each from the mail to the signature, and then the document is sealed."""
        for someone in those:
            visit = self.visit(someone).open(self.link(someone.email, "Te tekenen"))
            visit.fill(typed_name=someone.name, code=self.portal.code(someone)).press("Teken nu").sees("vastgelegd")
        self.portal.later(minutes=1)
        self.work()

    def link(self, to: str, subject: str) -> str:
        """The link in the newest mail with this subject, as a path of the portal."""
        return self.portal.mailed_link(to, subject)


def apart(deed: Callable[..., T], *arguments: Any) -> T:
    """In a thread of its own: sealing runs an event loop, and Playwright has one in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(deed, *arguments).result()


AtStage = Callable[[str], Served]


@contextmanager
def serving(portal: Portal) -> Iterator[str]:
    """The portal behind a socket, as a demonstration; gives its address."""

    def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
        with clock.standing_at(portal.moment):
            pieces = ClosingIterator(portal.app(environ, start_response))  # also what has nothing to close
            with closing(pieces):
                yield from pieces

    kept = portal.app.extensions["tekenpoort.settings"]
    portal.app.extensions["tekenpoort.settings"] = replace(kept, demo=True)
    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        portal.app.extensions["tekenpoort.settings"] = kept


class Quiet(WSGIRequestHandler):
    """Says nothing of what it answers."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        return None
