"""Hostile text in every field, out again on every way: the same characters, nothing run, nothing lost."""

import email
import email.policy
import io
import itertools
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import html5lib
import pikepdf
import pytest

from portal import audit
from portal.cases.forms import SPELLINGS
from portal.database import reader
from portal.documents import vault
from portal.parties.spelling import clean, clean_lines
from portal.record import letters, outbox
from portal.serving import addresses
from tests import dpia
from tests.browser import words_of
from tests.builders import ANN, BAS, EVA, SANNE, SCHOOL, TOM, Portal, a_submitted_registration, at_step
from tests.conftest import Tell
from tests.hostile_texts import CORPUS, Ink, visible
from tests.test_workflows import OF_ONE
from tests.walker import SAVE, Walk, begin
from workflows import vocabulary as v
from workflows.dpia_facts import Outcome

pytestmark = pytest.mark.any_database

HEADERS = sorted(["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"])
MARKUP = {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "a", "br", "footer", "span"}


# --- Through every workflow --------------------------------------------------------------------------------------


def boxes_of(step: v.Step) -> Iterator[tuple[str, v.Text]]:
    """The boxes of a step in which a person may type what they like: the name of the first of each, its question."""
    for question in step.questions:
        columns = question.questions if isinstance(question, v.Rows) else (question,)
        before = f"{question.name}-0-" if isinstance(question, v.Rows) else ""
        for each in columns:
            if isinstance(each, v.Text) and not isinstance(each, v.Email) and each.kind not in SPELLINGS:
                yield before + each.name, each


@dataclass
class HostileWalk(Walk):
    """Types the whole corpus into every free text that it meets, and looks whether the page gives it back."""

    ink: Ink = field(default_factory=Ink)
    branch: int = 0
    reached: set[str] = field(default_factory=set)
    """The boxes that had all of the corpus, as "step.box"."""

    def along(self, branch: int) -> None:
        """The steps once more, with other choices, up to the page on which everything is looked over."""
        self.branch = branch
        self.browser.open("/".join(self.browser.address.split("/")[:3])).follow(self.workflow.steps[0].title)
        while "nakijken" not in self.browser.address:
            self._step()

    def _step(self) -> None:
        address = self.browser.address
        step = self.workflow.step(address.rpartition("/")[2])
        assert step is not None
        super()._step()
        if not list(boxes_of(step)):
            return
        onward = self.browser.address
        there = {each.get("name") for each in self.browser.open(address).all("*")}
        sheets = {name: list(self.ink.sheets(each.longest)) for name, each in boxes_of(step) if name in there}
        for number in range(max(map(len, sheets.values()))):
            typed = {name: texts[(number + place) % len(texts)] for place, (name, texts) in enumerate(sheets.items())}
            self.browser.filled |= typed
            self.browser.press(self._button())
            assert self.browser.address != address, f"{step.name}: {self.browser.faults()}"
            self._is_given_back(step, address, typed)
        self.reached |= {f"{step.name}.{name}" for name in sheets}
        self.browser.open(onward)

    def _is_given_back(self, step: v.Step, address: str, typed: dict[str, str]) -> None:
        """The form holds what was typed: cleaned as `spelling` says, and nothing that can be seen is gone."""
        values = self.browser.open(address).values()
        for name, question in boxes_of(step):
            if name in typed:
                cleaned = clean_lines if isinstance(question, v.LongText) else clean
                assert [each.replace("\r\n", "\n") for each in values[name]] == [cleaned(typed[name])]
                assert self.ink.damaged(values[name][0]) == []

    def _answer(self, question: v.Question, name: str, turn: int) -> None:
        match question:
            case v.YesNo():
                self.browser.choose(name, ("yes", "no")[turn % 2])
            case v.Choice(name="channel" | "mode", options=options):
                self.browser.choose(name, {"channel": "post", "mode": "alone"}[question.name])
            case v.Choice(options=options) if "remark" in dict(options):
                self.browser.choose(name, "remark")  # a point that is in order has nothing to type
            case v.Choice(options=options):
                self.browser.choose(name, options[(self.branch + turn) % len(options)][0])
            case v.Choices(options=options):
                self.browser.choose(name, *[key for key, _ in options[: len(options) - turn]])
            case _:
                super()._answer(question, name, turn)


def walks_of(portal: Portal, workflow: v.Workflow) -> Iterator[tuple[HostileWalk, range]]:
    """Who walks it, along which branches. A board asks for an offer, and only a school has somebody to object to."""
    ink, walk = Ink(), begin(portal, workflow)
    ours = HostileWalk(portal, workflow, walk.someone, walk.browser, ink=ink)
    yield ours, range(1)
    if workflow.name != "request":
        return
    begun = portal.sign_in(TOM).open(f"/zaken/begin/request?organisation={portal.organisation(SCHOOL)}")
    yield HostileWalk(portal, workflow, TOM, begun.press("Beginnen"), ink=ink), range(1, 7)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, each in OF_ONE.items() if any(map(list, map(boxes_of, each.steps)))])
@pytest.mark.row(17, "every text of every workflow")
def test_every_text_of_every_workflow_comes_out_as_it_went_in(in_force: Portal, name: str, tell: Tell) -> None:
    reached: set[str] = set()
    for walk, branches in walks_of(in_force, OF_ONE[name]):
        for branch in branches:
            walk.along(branch)
        reached |= walk.reached
    assert reached == {f"{step.name}.{box}" for step in OF_ONE[name].steps for box, _ in boxes_of(step)}
    ink, looked_over = walk.ink, walk.browser.text
    answered = ink.found(looked_over)
    assert answered and ink.damaged(looked_over) == []

    case_id = walk.to_the_end()

    document = in_force.document(case_id)
    pdf = in_force.ask(lambda: vault.content(document.current or ""))
    page = walk.browser.open(f"/stukken/{document.id}").text
    for out, ordered in ((page, True), (attached_to(pdf), True), (printed_on(pdf), False)):
        assert answered <= ink.found(out)
        assert ink.damaged(out, ordered=ordered) == []
    sent = list(mails_of(in_force))
    assert [each for parts in sent for part in parts for each in ink.damaged(part)] == []
    assert in_force.ask(lambda: audit.verify(in_force.settings)).findings == ()
    tell(name, len(ink.given), len(ink.given))


TYPED = frozenset({"use", "why", "basis", "evidence", "how", "result", "contract", "text", "owner", "by", "words"})
"""The boxes of an assessment that hold what somebody wrote."""


@pytest.mark.row(17, "every text of every workflow")
def test_what_is_written_in_an_assessment_comes_out_as_it_went_in(registered: Portal, tell: Tell) -> None:
    """Of several people, so nobody walks it alone; what is asked of each measure and risk is among it."""
    ink, texts = Ink(), itertools.cycle(CORPUS.values())

    def written(value: Any, name: str = "") -> Any:
        match value:
            case dict():
                return {key: written(each, key) for key, each in value.items()}
            case list():
                return [written(each, name) for each in value]
            case str() if name in TYPED:
                text = ink.write(next(texts))
                return f"{dpia.LONG} {text}" if name in ("use", "words") else text[:150] if name == "owner" else text
        return value

    portal = dpia.a_stage(registered)
    plain = dpia.answers_for(Outcome.ADJUSTED)
    del plain["timing"]  # it is not in use yet, so nobody is asked
    answers = written(plain)
    case_id = dpia.assessment(portal, Outcome.ADJUSTED, **answers)
    dpia.advised(portal, case_id, "conditional", conditions=[written("x", "text")], words=written("x", "words"))
    dpia.replied(portal, case_id, False)
    dpia.decided(portal, case_id, motivation=written("x", "why"))
    dpia.signed(portal, case_id, ANN, BAS)
    document = portal.document(case_id)
    assert document.state == "complete"
    pdf = portal.ask(lambda: vault.content(document.current or ""))
    page = portal.sign_in(ANN).open(f"/stukken/{document.id}").text
    so_far = portal.sign_in(ANN).open(f"/zaken/{case_id}/tot-nu-toe").text
    for out, ordered in ((page, True), (attached_to(pdf), True), (so_far, True), (printed_on(pdf), False)):
        assert set(ink.given) <= ink.found(out)
        assert ink.damaged(out, ordered=ordered) == []
    assert portal.ask(lambda: audit.verify(portal.settings)).findings == ()
    tell("dpia_reuse", len(ink.given), len(ink.given))


def attached_to(pdf: bytes) -> str:
    """The strings of the facts that are attached to a document."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        facts = json.loads(opened.attachments["gegevens.json"].get_file().read_bytes())
    return " ".join(strings_in(facts))


def strings_in(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from strings_in(each)
        case list():
            for each in value:
                yield from strings_in(each)


def printed_on(pdf: bytes) -> str:
    """The text between the heads and the feet of the pages, in the order in which it was written."""
    area = ["-x", "0", "-y", "70", "-W", "600", "-H", "680", "-r", "72"]
    command = ["pdftotext", "-raw", *area, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def mails_of(portal: Portal) -> Iterator[tuple[str, str, str]]:
    """Subject, text and what can be read of the HTML of every mail as a mail program gets them."""
    with portal.opened():
        for mail in outbox.mailbox(reader()):
            letter = letters.write(mail, addresses(portal.app, portal.settings), portal.settings)
            sent = email.message_from_bytes(
                outbox._message(mail, letter, portal.settings.sender), policy=email.policy.default
            )
            assert sorted(sent.keys()) == HEADERS
            assert "\n" not in sent["Subject"] and not sent.defects
            html = html5lib.parse(sent.get_body(("html",)).get_content(), namespaceHTMLElements=False)
            assert {each.tag for each in html.iter()} <= MARKUP
            yield (
                sent["Subject"].replace("= ?", "=?"),
                sent.get_body(("plain",)).get_content(),
                words_of(html.find("body")),
            )


# --- What is refused, and what people say to each other ----------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "names"),
    [("details", ("postcode", "kvk", "board_number")), ("roles", ("people-0-email",))],
    ids=["numbers", "addresses"],
)
@pytest.mark.row(17, "texts that will not do")
def test_where_no_such_text_will_do_it_is_said_at_the_field_and_stays_there(
    portal: Portal, step: str, names: tuple[str, ...], tell: Tell
) -> None:
    ink, browser = Ink(), at_step(portal, step)
    for sheet in ink.sheets(200):
        browser.filled |= dict.fromkeys(names, sheet)
        browser.press(SAVE)
        assert browser.status == 422 and set(names) <= set(browser.faults())
        for name in names:  # a postcode is written in capitals
            assert visible(browser.values()[name][0]).casefold() == visible(sheet).casefold()
    tried = len(ink.given) * len(names)
    tell(f"refused at {', '.join(names)}", tried, tried)


@pytest.mark.row(17, "what people say to each other")
def test_what_people_say_to_each_other_is_read_as_it_was_written(to_sign: Portal, tell: Tell) -> None:
    ink, case_id = Ink(), to_sign.case("board_declaration")
    registration = a_submitted_registration(to_sign, "20183", starter=TOM, others=(), authority={"mode": "alone"})
    desk = to_sign.sign_in(SANNE)
    for page, button in (
        (to_sign.sign_in(EVA).open(f"/zaken/{case_id}/actors/opmerkingen"), "Plaatsen"),
        (to_sign.sign_in(ANN).open(f"/zaken/{case_id}/terugsturen"), "Ja, terugsturen"),
        (desk.open(f"/servicedesk/{registration}"), "Vraag stellen"),
    ):
        [words] = ink.sheets(2000)
        page.fill(words=words).press(button)
        assert page.status == 200
    for page in (
        to_sign.sign_in(ANN).open(f"/zaken/{case_id}/actors/opmerkingen"),
        to_sign.sign_in(EVA).open(f"/zaken/{case_id}"),
        to_sign.browser().open(to_sign.mailed_link(TOM.email, "Een vraag")),
    ):
        assert len(ink.found(page.text)) >= len(CORPUS)
        assert ink.damaged(page.text) == []
    sent = [part for parts in mails_of(to_sign) for part in parts]
    assert set().union(*map(ink.found, sent)) == set(ink.given)
    assert [fault for part in sent for fault in ink.damaged(part)] == []
    tell("remarks, reasons and questions", len(ink.given), len(ink.given))


# --- The flawed twins of a mail and of the cleaning --------------------------------------------------------------


def test_a_mail_that_trusts_a_text_is_caught(portal: Portal) -> None:
    ink = Ink()
    words = "\n".join(ink.write(clean(each)) for each in CORPUS.values())
    trusting = html5lib.parse(f"<body><p>{words}</p></body>", namespaceHTMLElements=False)
    assert {each.tag for each in trusting.iter()} - MARKUP
    assert ink.damaged(words_of(trusting.find("body"))) != []
    with pytest.raises(ValueError, match="linefeed"):
        EmailMessage()["Subject"] = CORPUS["lines"]


def test_a_text_that_lost_a_letter_is_caught() -> None:
    ink = Ink()
    written = [ink.write(each) for each in CORPUS.values()]
    for each in written:
        without_its_first = next(letter for letter in each if visible(letter))
        assert ink.damaged(each.replace(without_its_first, "", 1)) != []
        assert ink.damaged(each) == []
