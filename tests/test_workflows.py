"""The words of the workflows: what contradicts itself is refused, the path is a function, and each can be walked."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workflows
from portal import audit
from portal.cases.catalogue import current, every_workflow
from portal.cases.tables import InForce
from portal.documents.text import TEMPLATES, environment
from tests.builders import ANN, Portal
from tests.walker import begin
from workflows.vocabulary import (
    Answered,
    Answers,
    Assessor,
    Choice,
    Choices,
    Clauses,
    ConfirmedEmail,
    FromRegister,
    OfEach,
    Party,
    PartyRows,
    Pick,
    Question,
    RecipientGroup,
    Role,
    Signatory,
    Step,
    Text,
    Workflow,
    WorkflowError,
    YesNo,
    step,
)

HOUSE = Path(__file__).resolve().parents[1]
CURRENT = {name: next(iter(versions.values())) for name, versions in every_workflow().items()}
A, B = Text("a", "A"), Text("b", "B")


def a_workflow(*steps: Step, **others: Any) -> Workflow:
    known = {"name": "w", "title": "W", "version": "1", "subject": Party.BOARD, "prefix": "W"}
    return Workflow(**{**known, "steps": steps, "document": "d.html", "outcome": "o", **others})


# --- Contradictions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "others", "fault"),
    [
        ((), {}, "asks nothing"),
        ((step("one", "1", A), step("one", "2", B)), {}, "stands there twice"),
        ((step("one", "1", A, Text("a", "Again")),), {}, "stands there twice"),
        ((step("One", "1", A),), {}, "no name for an address"),
        ((step("one two", "1", A),), {}, "no name for an address"),
        ((step("", "1", A),), {}, "no name for an address"),
        ((step("one", "1", A),), {"name": "W/x"}, "no name for an address"),
        ((step("one", "1", A, when=Answered("two.b")), step("two", "2", B)), {}, "not been asked yet"),
        ((step("one", "1", A, when=Answered("one.a")),), {}, "not been asked yet"),
        ((step("one", "1", Text("a", "A", when=Answered("two.b"))), step("two", "2", B)), {}, "not been asked yet"),
        ((step("one", "1", Choice("c", "C")),), {}, "a choice of nothing"),
        ((step("one", "1", Choices("c", "C")),), {}, "a choice of nothing"),
        ((step("one", "1", A),), {"one_sitting": True, "signatory": Signatory("I do")}, "others must act"),
        (
            (step("one", "1", A),),
            {"one_sitting": True, "assessors": (Assessor(Role.SERVICE_DESK, Party.OPERATOR),)},
            "others must act",
        ),
        ((step("one", "1", A),), {"prefix": ""}, "references need letters"),
    ],
)
def test_a_workflow_that_contradicts_itself_is_refused(
    steps: tuple[Step, ...], others: dict[str, Any], fault: str
) -> None:
    with pytest.raises(WorkflowError, match=fault):
        a_workflow(*steps, **others)


def test_a_workflow_is_frozen() -> None:
    with pytest.raises(AttributeError):
        CURRENT["registration"].title = "Anders"  # type: ignore[misc]


@pytest.mark.parametrize("workflow", CURRENT.values(), ids=CURRENT)
def test_every_workflow_has_a_document_and_knows_what_follows(workflow: Workflow) -> None:
    from portal.app import HOUSE

    assert (HOUSE / "templates" / workflow.document).is_file()
    assert workflow.afterwards
    assert workflow.introduction


def test_no_two_workflows_give_the_same_reference() -> None:
    prefixes = [workflow.prefix for workflow in CURRENT.values()]
    assert len(set(prefixes)) == len(prefixes)


def test_no_step_has_the_name_of_another_page_of_a_case(portal: Portal) -> None:
    taken = {
        rule.rule.rpartition("/")[2] for rule in portal.app.url_map.iter_rules() if rule.rule.startswith("/zaken/")
    }
    for workflow in CURRENT.values():
        assert not taken & {each.name for each in workflow.steps}


# --- The path ----------------------------------------------------------------------------------------------------

NAMES = [f"step_{letter}" for letter in "abcdef"]
VALUES = st.sampled_from([True, False, "x", "", None, []])


@st.composite
def any_workflows(draw: st.DrawFn) -> Workflow:
    """A workflow whose steps and questions depend on any question asked before."""
    steps: list[Step] = []
    asked: list[str] = []
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        condition = _condition(draw, asked)
        inner = _condition(draw, [*asked, f"{name}.first"])
        innermost = _condition(draw, [*asked, f"{name}.first", f"{name}.second"])
        questions = (YesNo("first", "1"), YesNo("second", "2", when=inner), YesNo("third", "3", when=innermost))
        steps.append(step(name, name, *questions, when=condition))
        asked += [f"{name}.first", f"{name}.second", f"{name}.third"]
    return a_workflow(*steps)


def _condition(draw: st.DrawFn, asked: list[str]) -> Answered | None:
    if not asked or draw(st.booleans()):
        return None
    return Answered(draw(st.sampled_from(asked)), *draw(st.lists(st.booleans(), max_size=1)))


ANSWERS = st.dictionaries(
    st.sampled_from([*NAMES, "elsewhere"]), st.dictionaries(st.sampled_from(["first", "second", "third"]), VALUES)
)


@given(any_workflows(), ANSWERS)
def test_the_path_is_in_the_order_of_the_definition_and_each_step_stands_there_once(
    workflow: Workflow, answers: Answers
) -> None:
    names = [each.name for each in workflow.path(answers)]
    assert names == [each.name for each in workflow.steps if each.name in names]


@given(any_workflows(), ANSWERS)
def test_abandoned_branches_decide_nothing_and_reach_no_document(workflow: Workflow, answers: Answers) -> None:
    kept = workflow.relevant(answers)
    path = workflow.path(answers)
    assert workflow.path(kept) == path
    assert workflow.relevant(kept) == kept
    assert set(kept) <= {each.name for each in path}
    for each in path:
        assert set(kept.get(each.name, {})) <= {question.name for question in each.asked(kept)}


@given(any_workflows(), ANSWERS)
def test_what_an_answer_leads_to_is_on_the_page_and_what_was_left_behind_is_not_asked(
    workflow: Workflow, answers: Answers
) -> None:
    for each in workflow.steps:
        asked, on_page = each.asked(answers), each.on_page(answers)
        assert set(asked) <= set(on_page) <= set(each.questions)
        names = {question.name for question in asked}
        given = {name: value for name, value in answers.get(each.name, {}).items() if name in names}
        assert each.asked({**answers, each.name: given}) == asked


@pytest.mark.parametrize("workflow", CURRENT.values(), ids=CURRENT.keys())
def test_the_style_knows_every_answer_that_leads_to_another_question(workflow: Workflow) -> None:
    style = (HOUSE / "static" / "portal.css").read_text()
    for each in workflow.steps:
        after = [leads[1] for question in each.questions if (leads := each.follows(question))]
        of_each = [question for question in each.questions if isinstance(question, OfEach)]
        after += [question.follows(part) for question in of_each for part in question.questions]
        for number in {number for numbers in after for number in numbers}:
            assert f".branch:has(> :first-child .choice:nth-child({number}) :checked) > .if-{number}" in style


@given(any_workflows(), ANSWERS)
def test_answering_the_open_steps_one_by_one_comes_to_an_end(workflow: Workflow, answers: Answers) -> None:
    given_so_far = dict(answers)
    for _ in workflow.steps:
        open_steps = workflow.open_steps(given_so_far)
        if not open_steps:
            break
        given_so_far[open_steps[0].name] = {"first": True, "second": True, "third": True}
    assert workflow.open_steps(given_so_far) == ()


@given(any_workflows(), ANSWERS)
def test_nothing_is_open_only_when_all_that_is_asked_was_answered(workflow: Workflow, answers: Answers) -> None:
    kept = workflow.relevant(answers)
    unanswered = {
        each.name
        for each in workflow.path(answers)
        for asked in each.asked(kept)
        if asked.name not in kept.get(each.name, {})
    }
    assert {each.name for each in workflow.open_steps(answers)} == unanswered


@given(any_workflows(), ANSWERS)
def test_what_comes_later_does_not_change_the_path_before_it(workflow: Workflow, answers: Answers) -> None:
    path = workflow.path(answers)
    for at, each in enumerate(path):
        earlier = {before.name: answers[before.name] for before in path[:at] if before.name in answers}
        assert workflow.path(earlier)[: at + 1] == path[: at + 1], each.name


# --- Each workflow, walked by itself -----------------------------------------------------------------------------


OF_ONE = {name: each for name, each in CURRENT.items() if not any(step.advises for step in each.steps)}
"""What one person can answer from the first step to the last; where somebody must advise, tests/test_dpia_roles.py does."""


@pytest.mark.parametrize("workflow", OF_ONE.values(), ids=OF_ONE)
def test_every_workflow_can_be_walked_to_its_end(in_force: Portal, workflow: Workflow) -> None:
    """With answers made from the questions alone: a new workflow is tested the day it is added."""
    walk = begin(in_force, workflow)
    case_id = walk.to_the_end()
    assert in_force.state(case_id) == "decided"
    assert in_force.document(case_id).state == "complete"
    assert walk.steps[0] == workflow.steps[0].name
    assert what_is_wrong(in_force) == ()


def what_is_wrong(portal: Portal) -> tuple[audit.Finding, ...]:
    return portal.ask(lambda: audit.verify(portal.settings)).findings


TINY = '''"""A key handed out: the smallest workflow there is."""

from workflows.vocabulary import Party, Text, Workflow, step

WORKFLOW = Workflow(
    name="key_handed_out",
    title="Sleuteluitgifte",
    prefix="SL",
    version="1",
    subject=Party.BOARD,
    introduction="U noteert wie een sleutel kreeg.",
    steps=(step("key", "Wie kreeg een sleutel?", Text("who", "Naam")),),
    document="documents/key_handed_out.html",
    afterwards="Het stuk staat klaar.",
)
'''
EVERYTHING = '''"""Every kind of question, judges of every kind, an adviser and a signatory that depends."""

from workflows.vocabulary import *

WORKFLOW = Workflow(
    name="everything_at_once",
    title="Alles tegelijk",
    prefix="AT",
    version="1",
    subject=frozenset({Party.SCHOOL_GROUP, Party.SUPPORT_BODY}),
    introduction="Elke soort vraag komt voor.",
    started_by=(Role.ADMINISTRATOR,),
    steps=(
        step(
            "words",
            "Woorden",
            Text("line", "Regel"),
            LongText("lines", "Regels"),
            Email("email", "E-mailadres"),
            Text("postcode", "Postcode", kind="postcode"),
            TypedName("own", "Uw naam"),
        ),
        step(
            "choices",
            "Keuzes",
            YesNo("yes", "Wel of niet?"),
            Choice("one", "Een van", options=(("a", "A"), ("b", "B"))),
            Choices("some", "Enkele van", options=(("a", "A"), ("b", "B"))),
            Date("day", "Dag"),
            File("file", "Bestand"),
            complaint=lambda values, answers: {} if values["some"] == ["b"] else {"some": "Alleen B past."},
        ),
        step(
            "lists",
            "Lijsten",
            Rows("rows", "Rijen", questions=(Text("name", "Naam"), Choices("what", "Wat", options=(("x", "X"),)))),
            OnFile("products", "Producten", of="products"),
            OnFile("signatories", "Tekenbevoegden", of="signatories"),
            by=Role.ADMINISTRATOR,
            when=Answered("choices.yes", True),
        ),
        step("never", "Nooit", Text("no", "Nee"), when=Answered("choices.yes", False)),
    ),
    assessors=(
        Assessor(Role.PRIVACY_OFFICER, at=Party.SCHOOL_GROUP),
        Assessor(Role.SERVICE_DESK, at=Party.OPERATOR, when=Answered("lists.rows")),
        Assessor(Role.FINANCIAL_CONTACT, at=Party.SCHOOL_GROUP, when=Answered("never.no")),
    ),
    adviser=Adviser(Role.FG, when=Answered("choices.some", "b")),
    signatory=Signatory(confirms="Ik bevestig alles.", when=Answered("choices.yes", True)),
    document="documents/everything_at_once.html",
    afterwards="Dan is het klaar.",
)
'''
TEMPLATE = """{% extends layout %}
{% import "documents/parts.html" as parts with context %}
{% block text %}{{ parts.sections() }}{{ parts.assessments("Oordeel") }}{{ parts.signatures("Ondertekening") }}{% endblock %}
"""


@pytest.fixture
def add_workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Workflow]]:
    """Adds a workflow as anybody would: one Python file and one template, here in a folder of its own."""
    documents = tmp_path / "documents"
    documents.mkdir()
    for on_paper in (True, False):
        monkeypatch.setattr(environment(on_paper=on_paper).loader, "searchpath", [str(TEMPLATES), str(tmp_path)])
    monkeypatch.setattr(workflows, "__path__", [*workflows.__path__, str(tmp_path)])
    every_workflow.cache_clear()
    added: list[str] = []

    def add(name: str, source: str) -> Workflow:
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        (documents / f"{name}.html").write_text(TEMPLATE, encoding="utf-8")
        added.append(f"workflows.{name}")
        importlib.invalidate_caches()
        return current(name)

    yield add
    every_workflow.cache_clear()
    for module in added:
        sys.modules.pop(module, None)


def test_a_workflow_is_added_with_one_file_and_a_template(
    registered: Portal, add_workflow: Callable[[str, str], Workflow]
) -> None:
    """Without an outcome: nothing but its document follows. No other line of the house knows of it."""
    workflow = add_workflow("key_handed_out", TINY)
    case_id = begin(registered, workflow).to_the_end()
    assert registered.state(case_id) == "decided"
    assert registered.document(case_id).state == "complete"
    assert registered.count(InForce, case_id=case_id) == 0
    assert any(each.startswith("Uw stuk is klaar: Sleuteluitgifte") for each in registered.mails(ANN.email))
    assert what_is_wrong(registered) == ()


def test_a_workflow_with_every_kind_of_question_and_everybody_who_can_be_asked(
    registered: Portal, add_workflow: Callable[[str, str], Workflow]
) -> None:
    workflow = add_workflow("everything_at_once", EVERYTHING)
    asked = {
        type(each) for each in workflow.steps[0].questions + workflow.steps[1].questions + workflow.steps[2].questions
    }
    of_other_workflows = {Clauses, RecipientGroup, PartyRows, FromRegister, ConfirmedEmail, OfEach, Pick}
    assert asked | of_other_workflows == set(every_kind_of(Question))
    walk = begin(registered, workflow)
    case_id = walk.to_the_end()
    assert walk.steps == ["words", "choices", "lists"]
    assert walk.judged == [Role.PRIVACY_OFFICER, Role.SERVICE_DESK, Role.FG]
    assert registered.state(case_id) == "decided"
    document = registered.document(case_id)
    assert document.state == "complete"
    assert [each["verdict"] for each in document.facts["assessments"]] == ["Akkoord", "Akkoord", "Advies"]
    assert len(document.signatures) == 1
    set_up_by_hand = (
        "mandate",
        "membership",
        "organisation",
    )  # the organisation of this walk was not registered by a case
    assert [each for each in what_is_wrong(registered) if each.kind not in set_up_by_hand] == []


def every_kind_of(kind: type[Question]) -> Iterator[type[Question]]:
    for each in kind.__subclasses__():
        yield each
        yield from every_kind_of(each)


def test_a_case_whose_definition_is_gone_stops_the_start(registered: Portal) -> None:
    from portal.app import create_app
    from portal.cases.tables import Case
    from portal.errors import SettingError
    from tests.builders import a_draft

    case_id = a_draft(registered, {})
    registered.do(lambda session: setattr(session.get_one(Case, case_id), "workflow_version", "1999-01"))
    with pytest.raises(SettingError, match="registration 1999-01"):
        create_app(registered.settings)
