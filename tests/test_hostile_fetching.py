"""Text that asks a renderer for an address or a file: nobody is asked, and nothing of this machine gets on paper."""

import io
import itertools
import re
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from portal import clock
from portal.documents import marked
from portal.documents.render import HTML, copy, render, stamp
from portal.documents.text import TEMPLATES
from portal.offers.dpia import files, words
from portal.offers.publications import MODEL_EXAMPLES
from portal.offers.tables import Product
from portal.parties.tables import Organisation
from portal.record import letters
from portal.record.outbox import Mail
from portal.reports.paper import Paper, Part, Table
from portal.reports.trace import mark_of
from tests import dpia_decisions, test_dpia_own
from tests.builders import A_PDF, EVA, NOOR, Portal, a_role
from tests.builders import OURS as OUR_BOARD
from tests.dpia_decisions import OUTCOMES
from tests.papers import AT, some_agreement, some_facts, some_terms
from tests.test_render import canary, text_of
from workflows.vocabulary import Role

pytestmark = pytest.mark.any_database

__all__ = ["canary"]
Canary = tuple[str, Path, list[str]]
ASKING = {
    "picture": '<img src="{to}">',
    "style": '<link rel=stylesheet href="{to}">',
    "imported style": '<style>@import "{to}";</style>',
    "background": "<p style=\"background: url('{to}')\">x</p>",
    "content": "<style>p::before {{ content: url({to}) }}</style><p>x</p>",
    "list": "<ul style=\"list-style-image: url('{to}')\"><li>x</ul>",
    "font": "<style>@font-face {{ font-family: f; src: url({to}) }} p {{ font-family: f }}</style><p>x</p>",
    "object": '<object data="{to}"></object>',
    "embedded": '<embed src="{to}">',
    "drawing": '<svg viewBox="0 0 9 9"><image href="{to}" width="9" height="9"/></svg>',
    "attachment": '<link rel=attachment href="{to}">',
    "attached link": '<a rel=attachment href="{to}">x</a>',
    "base": '<base href="{to}"><img src="x">',
}
"""Each by itself, as markup, makes a bare WeasyPrint fetch what it names."""
OURS = {
    "field", "at", "made_at", "head", "workflow", "person", "id", "since", "reference", "code", "version",
    "made_on", "review_on", "start", "due_on", "on", "earlier_on", "consulted_on", "outcome", "chance", "impact", "level",
}  # fmt: skip
"""What no person types."""
DOCUMENTS = sorted(
    f"documents/{each.name}"
    for each in (TEMPLATES / "documents").glob("*.html")
    if each.stem not in ("layout", "page", "parts", "stamp", "copy", "copy_page", "marks", "dpia_own", "dpia_reuse")
    and not each.stem.startswith("_")
)


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str, int], None]:
    def told(what: str, tried: int) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\nfetching: {what}: {tried} tried, {tried} held (0 hits)\n")

    return told


def asked_of(canary: Canary) -> list[str]:
    """Each of them for the address and for the file, with ways out of an attribute and an element before it."""
    address, secret, _ = canary
    return [
        f"\"'></td></style>{each.format(to=to)}" for to in (f"{address}a", secret.as_uri()) for each in ASKING.values()
    ]


def bare(markup: str) -> bytes:
    """What a renderer makes of it that fetches whatever is asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bytes(HTML(string=markup).write_pdf())


@pytest.mark.parametrize("template", DOCUMENTS)
def test_no_document_asks_for_anything_whatever_is_typed_anywhere_in_it(
    template: str, canary: Canary, tell: Callable[[str, int], None]
) -> None:
    asks_for_nothing(template, facts_for(template), canary, tell)


def test_no_document_about_a_dpia_asks_for_anything_either(
    in_force: Portal, canary: Canary, tell: Callable[[str, int], None]
) -> None:
    """Their facts are those of a case: too much hangs together in them to be made up."""
    board = in_force.organisation(OUR_BOARD)
    a_role(in_force, NOOR, board, Role.PRIVACY_OFFICER)
    a_role(in_force, dpia_decisions.FG, board, Role.FG)
    own = test_dpia_own.begun(in_force)
    for act in (test_dpia_own.about, test_dpia_own.made, test_dpia_own.advised, test_dpia_own.decided):
        act(in_force, own)
    dpia_decisions.a_model(in_force)
    reused = dpia_decisions.an_assessment(in_force, OUTCOMES["measures_first"])
    in_force.work()
    for template, case_id in (("documents/dpia_own.html", own), ("documents/dpia_reuse.html", reused)):
        asks_for_nothing(template, some_facts() | in_force.document(case_id).facts, canary, tell)


def asks_for_nothing(template: str, given: dict[str, Any], canary: Canary, tell: Callable[[str, int], None]) -> None:
    asked = itertools.cycle(asked_of(canary))
    for facts in (hostile(given, asked), hostile(given, asked)):
        pdf = copy(template, facts, at=AT) if template.endswith("_copy.html") else render(template, facts, at=AT).pdf
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert list(opened.attachments) == ["gegevens.json"]
        assert "GEHEIM" not in text_of(pdf)
    assert canary[2] == []
    tell(template, len(ASKING) * 2)


def facts_for(template: str) -> dict[str, Any]:
    """What this document shows, made up."""
    answers = {"change": {"what": ["name", "joining"]}, "kind": {"kind": "quote"}, "presigning": {"what": "give"}}
    match template:
        case "documents/usage_terms.html":
            return some_terms(answers=answers)
        case "documents/board_declaration.html":
            return some_facts(answers=answers)
        case "documents/disclosure_permission.html":  # the holders decided in the portal: nobody signs it
            return some_agreement(answers=answers) | {"signatories": []}
        case "documents/report_copy.html":
            return a_passed_on_report()
        case "documents/dpia_model_copy.html":
            return some_agreement() | a_copy()
    return some_agreement(answers=answers)


def a_passed_on_report() -> dict[str, Any]:
    """A report that somebody took along."""
    part = Part("1F", Table(("Wie of wat", "Percentage"), (("Deze school", "94,76%"),)), "Boven", "Dat is hoger.")
    paper = Paper("Schoolkaart", "De school", "Plaats", "2024", (("Weging", "30"),), (part,), ("Bron",), ("Noot",))
    share = {"mark": mark_of(7), "reference": "D-1", "made_at": AT.isoformat(), "organisation": "De MR"}
    share |= {"supplier": "Leverancier", "confidential": "Vertrouwelijk"}
    return {"report": paper.as_facts(), "share": share, "signatories": []}


def a_copy() -> dict[str, Any]:
    """The example of a model, in words."""
    model = files.read(MODEL_EXAMPLES["results_monitor"].read_text(encoding="utf-8"))
    product = Product(title="Monitor", supplier=Organisation(name="Leverancier"))
    return words.copy_of(model.body(), title=model.title, version=model.version, product=product, at=AT)


def hostile(facts: Any, asked: Iterator[str], name: str = "") -> Any:
    """The same facts, in which the next of these was typed wherever a person types."""
    match facts:
        case dict() if name != "answers":  # keys of ours: a template chooses its words by them
            return {key: hostile(value, asked, key) for key, value in facts.items()}
        case list() | tuple():
            return [hostile(each, asked, name) for each in facts]
        case str() if name not in OURS:
            return next(asked)
    return facts


def test_no_mark_on_a_page_of_somebody_else_asks_for_anything(canary: Canary, tell: Callable[[str, int], None]) -> None:
    typed = asked_of(canary)
    for each in typed:
        pdf = marked.pdf(A_PDF, dict.fromkeys(("mark", "confidential", "whom"), each))
        assert "GEHEIM" not in text_of(pdf)
    assert canary[2] == []
    tell("marks on a page", len(typed))


def test_no_stamp_asks_for_anything(canary: Canary, tell: Callable[[str, int], None]) -> None:
    for each in asked_of(canary):
        stamp(dict.fromkeys(("name", "function", "authority"), each), width=249, height=90)
    assert canary[2] == []
    tell("stamp", len(ASKING) * 2)


def test_no_mail_makes_a_mail_program_ask_for_anything(
    portal: Portal, canary: Canary, tell: Callable[[str, int], None]
) -> None:
    typed = "".join(asked_of(canary))
    for kind, paragraphs in letters.PARAGRAPHS.items():
        names = {name for each in paragraphs for name in re.findall(r"%\((\w+)\)s", each)}
        facts: dict[str, Any] = dict.fromkeys((*names, "name"), typed)
        if kind in letters.BUTTONS:
            facts |= {"endpoint": "x", "address": {}}
        mail = Mail(id=uuid.uuid4(), kind=kind, to=EVA.email, subject=typed[:300], facts=facts, size=1, head="0" * 64)
        mail.put_at = clock.now()
        bare(letters.write(mail, lambda _endpoint, _values: "http://127.0.0.1/", portal.settings).html)
    assert canary[2] == []
    tell("mails", len(letters.PARAGRAPHS) * len(ASKING))


def test_no_page_makes_a_browser_ask_for_anything(
    to_sign: Portal, canary: Canary, tell: Callable[[str, int], None]
) -> None:
    case_id = to_sign.case("board_declaration")
    for part in asked_of(canary):
        eva = to_sign.sign_in(EVA).open(f"/zaken/{case_id}/actors/opmerkingen").fill(words=part).press("Plaatsen")
    bare(
        eva.response.text.replace('href="/', 'href="http://127.0.0.1:9/').replace('src="/', 'src="http://127.0.0.1:9/')
    )
    assert canary[2] == []
    tell("page", len(ASKING))


@pytest.mark.parametrize("what", ASKING)
def test_the_flawed_twin_that_trusts_the_text_asks_for_it(what: str, canary: Canary) -> None:
    address, _, hits = canary
    bare(ASKING[what].format(to=f"{address}a"))
    assert hits


def test_the_flawed_twin_takes_a_file_of_this_machine_along(canary: Canary) -> None:
    with pikepdf.open(io.BytesIO(bare(ASKING["attachment"].format(to=canary[1].as_uri())))) as opened:
        assert [each.get_file().read_bytes() for each in opened.attachments.values()] == [b"GEHEIM"]
