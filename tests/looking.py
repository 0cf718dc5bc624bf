"""What is looked at on a page in a browser: what axe finds, whether it fits the screen, a picture for whoever asks."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

from tests.accessibility import RUN

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BUILD = "() => [...document.querySelectorAll('*')].map(each => each.tagName + each.className).join(' ')"


def faults_of(page: Page, widths: Sequence[int], *, looked_at: set[str] | None = None) -> list[str]:
    """What axe finds on the page at each of these widths, and whether it is wider than the screen.

    `looked_at` keeps the builds that axe saw: given, it looks at each once.
    """
    found, build = [], build_of(page) if looked_at is not None else ""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        faults = too_wide(page) if looked_at is not None and build in looked_at else [*axe(page), *too_wide(page)]
        found += [f"at {width}: {fault}" for fault in faults]
    if looked_at is not None:
        looked_at.add(build)
    return found


def build_of(page: Page) -> str:
    """How the page is made, whatever its words: two pages of one build have the same to say to axe."""
    return hashlib.sha256(str(page.evaluate(BUILD)).encode()).hexdigest()


def axe(page: Page) -> list[str]:
    """What axe finds on the page, a line a fault."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    seen = page.evaluate(
        "rules => axe.run({runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    RUN.note(page, seen)
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in seen["violations"]]


def too_wide(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wider} px wider than the screen"] if wider > 0 else []


def picture(page: Page, name: str) -> None:
    """For whoever wants to look: TEKENPOORT_PICTURES names the folder."""
    if folder := os.environ.get("TEKENPOORT_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def pages(pdf: bytes, name: str) -> None:
    """The same for the pages of a document."""
    if folder := os.environ.get("TEKENPOORT_PICTURES"):
        place = Path(folder) / name
        subprocess.run(["pdftoppm", "-r", "70", "-png", "-", place], input=pdf, check=True)
        place.with_suffix(".pdf").write_bytes(pdf)
