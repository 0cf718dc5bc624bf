"""A real browser on a real portal: `tekenpoort run` in a folder of its own, and people at Chromium."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Browser, ElementHandle, Error, Page

HOUSE = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSWORD = "een zin die lang genoeg is"


@dataclass
class Portal:
    """A running portal with its demonstration."""

    address: str
    data: Path
    environ: dict[str, str]

    @property
    def password(self) -> str:
        return str(json.loads((self.data / "demo.json").read_text())["password"])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command line on this portal's data."""
        command = [sys.executable, "-m", "portal.commands", *words]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, cwd=HOUSE, check=False)

    def code(self, name: str) -> str:
        """The code in somebody's app; waits for the next one, since a code works once."""
        return self.command("demo", "code", name).stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Portal]:
    """`tekenpoort run` with the demonstration, stopped by its own process id."""
    port = free_port()
    environ = {**os.environ, "PORT": str(port), "TEKENPOORT_DATA": str(data), "TEKENPOORT_DEMO": "1", **settings}
    with (data.parent / f"{data.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.commands", "run"], env=environ, cwd=HOUSE, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(address, process)
            yield Portal(address, data, environ)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the portal stopped"
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the portal did not become healthy")


@dataclass
class Visit:
    """One person at one browser; counts the pages and forms it takes."""

    portal: Portal
    page: Page
    look: Callable[[Page, str], None] = lambda _page, _name: None
    pages: int = 0
    forms: int = 0
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> "Visit":
        """Go to an address of the portal, or to the whole address from a mail."""
        self.page.goto(path if path.startswith("http") else self.portal.address + path)
        return self._arrived()

    def follow(self, text: str) -> "Visit":
        """Press the link with this text."""
        before = self.page.locator("#page").element_handle()
        self.page.locator("#page").get_by_role("link", name=text).first.click()
        self._gone(before)
        return self._arrived()

    def press(self, text: str) -> "Visit":
        """Press the button with this text; the page that comes counts as a form filled in."""
        before = self.page.locator("#page").element_handle()
        self.page.locator("#page").get_by_role("button", name=text, exact=True).first.click()
        self.forms += 1
        self._gone(before)
        return self._arrived()

    def fill(self, **fields: str) -> "Visit":
        """Fill text boxes by their name (two underscores stand for a dash)."""
        for name, value in fields.items():
            self.page.locator(f'[name="{name.replace("__", "-")}"]').first.fill(value)
        return self

    def choose(self, name: str, *values: str) -> "Visit":
        """Choose radio buttons or tick boxes."""
        for value in values:
            self.page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)  # its label lies over it
        return self

    def upload(self, name: str, path: Path) -> "Visit":
        self.page.locator(f'input[name="{name}"]').set_input_files(path)
        return self

    def sees(self, *texts: str) -> "Visit":
        """Everything stands on the page."""
        seen = " ".join(self.page.locator("#page").inner_text().split())
        for text in texts:
            assert text in seen, f"{text!r} is not on {self.page.url}:\n{seen}"
        return self

    def shown(self, name: str) -> "Visit":
        """Have the page looked at."""
        self.look(self.page, name)
        return self

    def sign_in(self, email: str, *, code: str | None = None, password: str | None = None) -> "Visit":
        self.open("/inloggen").fill(email=email, password=password or self.portal.password).press("Inloggen")
        if code:
            self.fill(code=self.portal.code(code)).press("Inloggen")
        return self

    def follow_first_school(self) -> "Visit":
        """The first school in the list of reports."""
        self.page.locator("#results table a").first.click()
        self.page.wait_for_url("**/rapporten/*/*")
        return self._arrived()

    def follow_school_acted_for(self) -> "Visit":
        """The first school in the list of schools that one may act for."""
        self.page.locator("table").last.locator("a").first.click()
        self.page.wait_for_url("**/organisaties/*")
        return self._arrived()

    def wait_for(self, text: str) -> "Visit":
        """The page says so by and by, refreshing itself."""
        self.page.get_by_text(text).first.wait_for(timeout=30_000)
        return self

    def _gone(self, before: ElementHandle) -> None:
        with suppress(Error):  # the whole page went, which is as good
            before.wait_for_element_state("hidden", timeout=15_000)

    def _arrived(self) -> "Visit":
        self.page.wait_for_load_state("domcontentloaded")
        self.page.wait_for_selector("#page h1")
        self.pages += 1
        return self


@contextmanager
def visiting(
    browser: Browser,
    portal: Portal,
    *,
    width: int = 1280,
    scripts: bool = True,
    look: Callable[[Page, str], None] | None = None,
) -> Iterator[Visit]:
    """A fresh browser of one person; faults on its console are faults of the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts, locale="nl-NL")
    page = context.new_page()
    page.set_default_timeout(10_000)
    visit = Visit(portal, page)
    if look:
        visit.look = look
    page.on("pageerror", lambda fault: visit.complaints.append(str(fault)))
    page.on("console", lambda said: visit.complaints.append(said.text) if _is_fault(said.type, said.text) else None)
    try:
        yield visit
        assert not visit.complaints, visit.complaints
    finally:
        context.close()


def _is_fault(kind: str, text: str) -> bool:
    expected = re.search(
        r"the server responded with a status of (403|404|409|410|422)|Response Status Error Code 4", text
    )
    return kind in ("error", "warning") and not expected


def axe(page: Page) -> list[str]:
    """What axe finds on the page, a line a fault."""
    page.evaluate(AXE)
    seen = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in seen["violations"]]
