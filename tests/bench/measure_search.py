"""Searching the register as one types, beside the same words in a bare SQL LIKE on the same database."""

import sys
from pathlib import Path
from urllib.parse import quote

from tests.bench.bench_rows import Row, Stopwatch
from tests.bench.bench_servers import plain, the_portal
from tests.bench.bench_visitor import Visitor
from tests.stage import Installation

TYPED = (
    "ams", "amsterdam", "mont", "montessori", "st jozef", "de regenboog", "13622", "00AP", "basisschool utrecht",
    "zwolle", "prins willem", "1431", "groningen praedinius", "stichting openbaar", "xyzzy",
)  # fmt: skip
ROUNDS, WARM_UP = 12, 2


def measure(place: Installation) -> list[Row]:
    """One row; quality.md sets no reach for it."""
    bare = {"BENCH_DATABASE": str(place.folder / "tekenpoort.db")}
    with (
        the_portal(place) as portal,
        plain("tests.bench.bench_like:application", python=Path(sys.executable), environ=bare,
              log=place.folder.parent / "like.log", ready="/?q=x") as like,
    ):  # fmt: skip
        ours, theirs, watch = Visitor(portal.port), Visitor(like.port), Stopwatch()
        for turn in range(-WARM_UP, ROUNDS):
            if turn == 0:
                watch.forget()
            for at, typed in enumerate(TYPED):
                turns = [
                    lambda typed=typed: _typed(watch, ours, typed),
                    lambda typed=typed: _bare(watch, theirs, typed),
                ]
                for each in turns if (turn + at) % 2 else reversed(turns):
                    each()
    remark = f"{len(TYPED)} texts, {ROUNDS} rounds; anonymous, the fragment that htmx asks for"
    return [Row("search in the register", watch.spread("portal"), watch.spread("like"), "bare SQL LIKE", remark=remark)]


def _typed(watch: Stopwatch, visitor: Visitor, typed: str) -> None:
    address = f"/register?q={quote(typed)}"
    page = watch.time("portal", lambda: visitor.get(address, HX_Request="true", HX_Target="results"))
    if page.status != 200 or 'id="results"' not in page.text or "<html" in page.text:
        raise RuntimeError(f"no fragment came for {typed!r} ({page.status})")


def _bare(watch: Stopwatch, visitor: Visitor, typed: str) -> None:
    page = watch.time("like", lambda: visitor.get(f"/?q={quote(typed)}"))
    if page.status != 200:
        raise RuntimeError(f"the bare search failed:\n{page.text}")
