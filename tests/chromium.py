"""People at Chromium: with a mouse, or by keyboard alone; what each path takes them is counted."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ElementHandle, Error, Locator, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "een zin die lang genoeg is"


@dataclass(frozen=True)
class Effort:
    """What one path took a person, beside what it may take at most."""

    path: str
    counted: dict[str, int]
    reach: dict[str, int]

    def __str__(self) -> str:
        most = (f"{self.counted[name]} {name} of at most {number}" for name, number in self.reach.items())
        return f"{self.path}: {', '.join(most)}"

    @property
    def is_within(self) -> bool:
        return all(self.counted[name] <= most for name, most in self.reach.items())


EFFORTS: list[Effort] = []
"""Filled by the browser tests; each report takes along what its test filled in."""


@dataclass
class Visit:
    """One person at one browser; counts the pages, forms, clicks and typed answers it takes."""

    address: str
    page: Page
    look: Callable[[Page, str], None] = lambda _page, _name: None
    pages: int = 0
    forms: int = 0
    clicks: int = 0
    typed: int = 0
    complaints: list[str] = field(default_factory=list)

    def counts_anew(self) -> "Visit":
        """From here on it is another path."""
        self.pages = self.forms = self.clicks = self.typed = 0
        return self

    def took(self, path: str, **reach: int) -> None:
        """Note what the path took since the counts began, and hold it to what it may take."""
        counted = {"pages": self.pages, "forms": self.forms, "clicks": self.clicks, "typed": self.typed}
        effort = Effort(path, counted, reach)
        EFFORTS.append(effort)
        assert effort.is_within, f"{path}: {counted}, at most {reach}"

    def open(self, path: str) -> "Visit":
        """Go to an address of the portal, or to the whole address from a mail."""
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self._arrived()

    def follow(self, text: str) -> "Visit":
        """Press the link with this text."""
        before = self.page.locator("#page").element_handle()
        self._activate(self.page.locator("#page").get_by_role("link", name=_named(text)).first)
        self.clicks += 1
        self._gone(before)
        return self._arrived()

    def press(self, text: str) -> "Visit":
        """Press the button with this text; the page that comes counts as a form filled in."""
        before = self.page.locator("#page").element_handle()
        self._activate(self.page.locator("#page").get_by_role("button", name=_named(f"{text}$")).first)
        self.forms += 1
        self.clicks += 1
        self._gone(before)
        return self._arrived()

    def fill(self, **fields: str) -> "Visit":
        """Fill text boxes by their name (two underscores stand for a dash)."""
        for name, value in fields.items():
            self._write(self.page.locator(f'[name="{name.replace("__", "-")}"]').first, value)
            self.typed += 1
        return self

    def choose(self, name: str, *values: str) -> "Visit":
        """Choose radio buttons or tick boxes."""
        for value in values:
            self._tick(self.page.locator(f'input[name="{name}"][value="{value}"]'))
        return self

    def leave_out(self, name: str, value: str) -> "Visit":
        """Take the tick out of a box."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').uncheck(force=True)
        return self

    def unfold(self, text: str) -> "Visit":
        """Open what is folded up under this text."""
        self.page.locator("#page summary").filter(has_text=text).first.click()
        return self

    def tick_all(self, name: str) -> "Visit":
        """Tick every box of this name."""
        for box in self.page.locator(f'input[name="{name}"]').all():
            self._tick(box)
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

    def sign_in(self, email: str, *, password: str, code: Callable[[], str] | None = None) -> "Visit":
        self.open("/inloggen").fill(email=email, password=password).press("Inloggen")
        if code:
            self.fill(code=code()).press("Inloggen")
        seen = self.page.locator("#page").inner_text()
        assert not self.page.url.endswith(("/inloggen", "/tweede-factor/code")), f"{email} is not in:\n{seen}"
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

    def _activate(self, control: Locator) -> None:
        control.click()

    def _write(self, box: Locator, value: str) -> None:
        box.fill(value)

    def _tick(self, box: Locator) -> None:
        box.check(force=True)  # its label lies over it

    def _gone(self, before: ElementHandle) -> None:
        with suppress(Error):  # the whole page went, which is as good
            before.wait_for_element_state("hidden", timeout=15_000)

    def _arrived(self) -> "Visit":
        self.page.wait_for_load_state("domcontentloaded")
        self.page.wait_for_selector("#page h1")
        self.pages += 1
        return self


def _named(text: str) -> re.Pattern[str]:
    """A name with this in it; Chromium puts a space before what is only heard, as in "Lees : het stuk"."""
    return re.compile(rf"\b{re.escape(text.removesuffix('$'))}".replace(":", r"\s*:") + "$" * text.endswith("$"))


class ByKeyboard(Visit):
    """The same person without a mouse: every control is reached with Tab, seen to have the focus, and pressed."""

    LONGEST_WAY = 400

    def _activate(self, control: Locator) -> None:
        self._reach(control)
        self.page.keyboard.press("Enter")

    def _write(self, box: Locator, value: str) -> None:
        self._reach(box)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(value)

    def _tick(self, box: Locator) -> None:
        if box.is_checked():
            return
        if box.get_attribute("type") == "radio":
            self._choose_radio(box)
        else:
            self._reach(box)
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def _choose_radio(self, button: Locator) -> None:
        """Tab comes to a group once; arrows go round in it."""
        group = self.page.locator(f'input[type=radio][name="{button.get_attribute("name")}"]')
        self._reach(group, any_of=True)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if button.is_checked():
                return
            self.page.keyboard.press("ArrowDown")

    def _reach(self, control: Locator, *, any_of: bool = False) -> None:
        wanted = [each.element_handle() for each in control.all()] if any_of else [control.element_handle()]
        for _ in range(self.LONGEST_WAY):
            if any(self.page.evaluate("each => each === document.activeElement", each) for each in wanted):
                assert self.page.evaluate(FOCUS_SHOWS), f"focus cannot be seen on {self.page.url}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {control} on {self.page.url}")


FOCUS_SHOWS = """() => {
  const shows = node => { const s = getComputedStyle(node);
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
  const at = document.activeElement, box = at.closest('.choice');
  return shows(at) || (box !== null && shows(box));
}"""
"""Whether what has the focus shows it: by an outline or a shadow, its own or that of the choice it stands in."""


@contextmanager
def opened() -> Iterator[Browser]:
    """Chromium itself; each person gets a fresh part of it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    *,
    width: int = 1280,
    scripts: bool = True,
    look: Callable[[Page, str], None] | None = None,
    kind: type[Visit] = Visit,
) -> Iterator[Visit]:
    """A fresh browser of one person; faults on its console are faults of the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts, locale="nl-NL")
    page = context.new_page()
    page.set_default_timeout(10_000)
    visit = kind(address, page)
    if look:
        visit.look = look
    page.on("pageerror", lambda fault: visit.complaints.append(str(fault)))
    page.on("console", lambda said: visit.complaints.append(said.text) if _is_fault(said.type, said.text) else None)
    try:
        yield visit
        pictures = "TEKENPOORT_PICTURES" in os.environ  # taking one adds a style, which our pages complain about
        assert pictures or not visit.complaints, visit.complaints
    finally:
        context.close()


def _is_fault(kind: str, text: str) -> bool:
    expected = re.search(
        r"the server responded with a status of (403|404|409|410|422)|Response Status Error Code 4", text
    )
    return kind in ("error", "warning") and not expected
