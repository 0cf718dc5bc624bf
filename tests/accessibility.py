"""What axe found in the last run over all pages, written down for the public statement at /toegankelijkheid.

TEKENPOORT_ACCESSIBILITY=1 .venv/bin/python -m pytest tests/test_browser_pages.py
"""

import datetime as dt
import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

WRITTEN = Path(__file__).resolve().parent.parent / "docs" / "accessibility.json"
IMPACTS = ("critical", "serious", "moderate", "minor")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[0-9]{2}[A-Z]{2}[0-9]{2}(?=/|$)|(?<=/)\d{5}(?=/|$)")


@dataclass
class Run:
    """One run: which pages and states were looked at, by how many rules, and what was found."""

    pages: set[str] = field(default_factory=set)
    looks: Counter[int] = field(default_factory=Counter)
    """How often at each width."""
    rules: set[str] = field(default_factory=set)
    findings: dict[str, int] = field(default_factory=lambda: dict.fromkeys(IMPACTS, 0))

    @property
    def states(self) -> int:
        """How many pages and states were looked at."""
        return max(self.looks.values(), default=0)

    def note(self, page: Page, seen: dict[str, Any]) -> None:
        """What axe said of the page as it stands now."""
        self.looks[page.viewport_size["width"] if page.viewport_size else 0] += 1
        self.pages.add(_ID.sub("…", urlsplit(page.url).path))
        for part in ("passes", "violations", "incomplete", "inapplicable"):
            self.rules |= {each["id"] for each in seen[part]}
        for each in seen["violations"]:
            self.findings[each["impact"] or "minor"] += len(each["nodes"])

    def write(self, *, states: int) -> None:
        """For the statement, when somebody asks for it and the run came past all these states."""
        if not os.environ.get("TEKENPOORT_ACCESSIBILITY") or self.states < states:
            return
        written = {
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "pages": len(self.pages),
            "states": self.states,
            "widths": sorted(self.looks),
            "rules": len(self.rules),
            "findings": self.findings,
        }
        WRITTEN.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


RUN = Run()
