"""A document rendered beside bare WeasyPrint, and sealed after the last click beside bare pyHanko."""

import copy
import json
import sqlite3
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from portal import clock
from portal.documents import child, render, vault
from portal.documents.authority import establish
from portal.documents.text import TEMPLATES, as_letter
from tests.bench import bench_stage as stage
from tests.bench.bench_bare import Bare, Keys, Letter, Signing, bare
from tests.bench.bench_rows import Row, Spread, Stopwatch, Work, take_turns
from tests.bench.bench_servers import the_portal
from tests.bench.bench_visitor import Answers, Post, Visitor, arrived, words
from tests.stage import ANN, Installation

PAGES = 5
RENDERED, SEALED, SERVED = 10, 8, 40
RENDER_REACH, SEAL_REACH, SERVE_REACH = 1.1, 1.3, 5
LOOK_AGAIN = 0.003  # seconds
MOST_SECONDS = 60
DECLARED: dict[str, Answers] = {"scope": {}, "actors": {}, "licence": {"collective": "no"}, "start": {}}
"""The steps of a declaration of all schools from today: what is not said here is filled in already."""


def measure(place: Installation) -> list[Row]:
    """Rows for rendering, for sealing, and for a document that is there already."""
    with bare() as alone:
        return [_rendering(place, alone), *_sealing(place, alone)]


# --- Rendering ---------------------------------------------------------------------------------------------------


def _rendering(place: Installation, alone: Bare) -> Row:
    """In the child, as the worker does, beside WeasyPrint alone."""
    facts, at = _long_facts(place), clock.now()
    template = "documents/board_declaration.html"
    letter = Letter(as_letter(template, facts, at=at), TEMPLATES / "documents", "letter.css")
    render.warm()

    def as_the_worker_does() -> render.Rendered:
        return child.in_child(lambda: render.render(template, facts, at=at))

    pages = as_the_worker_does().pages
    works: dict[str, Work] = {"portal": as_the_worker_does, "bare": lambda: alone.do(letter)}
    watch = take_turns(works, turns=RENDERED, warm_up=1)
    remark = f"{RENDERED} turns of a declaration of {pages} pages"
    ours, beside = watch.spread("portal"), watch.spread("bare")
    return Row(f"render {pages} pages", ours, beside, "bare WeasyPrint", RENDER_REACH, remark=remark)


def _long_facts(place: Installation) -> dict[str, Any]:
    """The facts of the demonstration's declaration, with as many schools as make five pages."""
    found = place.one("select facts from document where template = 'documents/board_declaration.html' limit 1")
    facts: dict[str, Any] = {**json.loads(found), "test_seal": True, "operator": {"name": "Tekenpoort", "contact": "x@y.example", "verify": "http://127.0.0.1/verify"}}  # fmt: skip
    most = 40
    while True:
        longer = copy.deepcopy(facts)
        table = next(
            row["value"] for part in longer["sections"] for row in part["rows"] if isinstance(row["value"], dict)
        )
        table["rows"] = [[*each] for each in (table["rows"] * most)[:most]]
        if render.render("documents/board_declaration.html", longer, at=clock.now()).pages >= PAGES:
            return longer
        most += 20


# --- Sealing -----------------------------------------------------------------------------------------------------


def _sealing(place: Installation, alone: Bare) -> list[Row]:
    """The last signature's click over HTTP until the file with it is kept; beside it pyHanko on the same file."""
    keys, watch, answered = _keys(place), Stopwatch(), list[float]()
    with the_portal(place) as portal:
        ann, bas = (stage.signed_in(place, portal.port, each) for each in (ANN, stage.BAS))
        for turn in range(-1, SEALED):
            if turn == 0:
                watch.forget()
                answered.clear()
            document_id = _half_signed(place, ann)
            click = _ready_to_click(place, bas, stage.BAS, "Bas Jansen", document_id)
            with place.opened():
                base = vault.content(place.one("select current from document where id = ?", document_id))
            turns = [
                lambda click=click: answered.append(_last_click(watch, click)),
                lambda base=base: watch.time("bare", lambda: alone.do(Signing(base, keys))),
                lambda base=base: watch.time("checked", lambda: alone.do(Signing(base, keys, checked=True))),
            ]
            for each in turns if turn % 2 else reversed(turns):
                each()
        served = _served(bas, document_id)
    middle = sorted(answered)[len(answered) // 2]
    remark = (
        f"{SEALED} turns; the click itself is answered after {middle:.0f} ms; PAdES B-LTA, stamped by our own authority"
    )
    return [
        Row(
            "last click → sealed PDF stored",
            watch.spread("portal"),
            watch.spread("bare"),
            "bare pyHanko",
            SEAL_REACH,
            remark=remark,
        ),
        Row(
            "the same",
            watch.spread("portal"),
            watch.spread("checked"),
            "bare pyHanko that checks it",
            SEAL_REACH,
            remark="bare pyHanko also judges every signature by the long-term rules before it is called done",
        ),
        Row("a document that is there already", served, reach=SERVE_REACH, remark="its PDF over HTTP, signed in"),
    ]


def _keys(place: Installation) -> Keys:
    """The keys of this installation's own authority."""
    given = establish(place.folder)
    return Keys(
        certificate=given.seal_certificate,
        key=given.seal_key,
        stamp_certificate=given.time_stamp_certificate,
        stamp_key=given.time_stamp_key,
        roots=tuple(dict.fromkeys((*given.trust.roots, *given.trust.time_stamp_roots))),
        revoked=given.trust.revoked,
    )


def _half_signed(place: Installation, ann: Visitor) -> str:
    """The id of a declaration that Ann has prepared and signed, sealed so far, and that waits for Bas."""
    case_id = stage.a_declaration(place)
    for step, answers in DECLARED.items():
        ann.get(f"/zaken/{case_id}/{step}")
        ann.send(ann.fill(answers))
    arrived(ann.get(f"/zaken/{case_id}/nakijken"), f"/zaken/{case_id}/nakijken")
    ann.send(ann.fill({}))
    _wait(place, "select count(*) from document where state = 'certified' and case_id = ?", case_id.hex)
    document_id = str(place.one("select id from document where case_id = ?", case_id.hex))
    click = _ready_to_click(place, ann, ANN, "Ann de Vries", document_id)
    click.send()
    _wait(place, "select count(*) from signature where revision is not null and document_id = ?", document_id)
    _wait(place, "select count(*) = 0 from job where state <> 'done' and run_at <= datetime('now', '+1 minute')")
    return document_id


def _wait(place: Installation, question: str, *values: object) -> None:
    """Until the worker has done its part."""
    until = time.monotonic() + MOST_SECONDS
    while not place.one(question, *values):
        if time.monotonic() > until:
            causes = place.sql("select kind, state, cause from job where state <> 'done'")
            raise RuntimeError(f"the worker did not come so far: {question} {values}; {causes}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Click:
    """Somebody's filled-in signature, ready to be sent."""

    place: Installation
    visitor: Visitor
    post: Post
    document_id: str

    def send(self) -> None:
        """Sign."""
        page = self.visitor.send(self.post)
        if page.status != 200 or "/tekenen" in page.path:
            raise RuntimeError(f"the signature was not taken ({page.path}, {page.status}):\n{words(page)[:2000]}")

    def wait_for_seal(self) -> None:
        """Until the document is complete."""
        until = time.monotonic() + MOST_SECONDS
        with closing(sqlite3.connect(self.place.folder / "tekenpoort.db", isolation_level=None)) as eye:
            while self._state(eye) != "complete":
                if time.monotonic() > until:
                    raise RuntimeError("the seal was not set")
                time.sleep(LOOK_AGAIN)

    def _state(self, eye: sqlite3.Connection) -> str:
        return str(eye.execute("select state from document where id = ?", (self.document_id,)).fetchone()[0])


def _ready_to_click(place: Installation, visitor: Visitor, email: str, name: str, document_id: str) -> Click:
    """The signing page read, the name and the code of this moment filled in."""
    path = f"/tekenen/{uuid.UUID(document_id)}"
    arrived(visitor.get(path), path)
    return Click(place, visitor, visitor.fill({"typed_name": name, "code": stage.code(place, email)}), document_id)


def _last_click(watch: Stopwatch, click: Click) -> float:
    """The click until the seal is kept; gives how long its answer took, in milliseconds."""
    answered: list[float] = []

    def click_and_wait() -> None:
        started = time.perf_counter()
        click.send()
        answered.append((time.perf_counter() - started) * 1000)
        click.wait_for_seal()

    watch.time("portal", click_and_wait)
    return answered[0]


def _served(bas: Visitor, document_id: str) -> Spread:
    """The file that is kept, asked for over HTTP."""
    address = f"/stukken/{uuid.UUID(document_id)}.pdf"
    watch = take_turns({"pdf": lambda: arrived(bas.get(address), "/stukken")}, turns=SERVED, warm_up=3)
    return watch.spread("pdf")
