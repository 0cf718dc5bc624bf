"""Moving an open case to a newer definition or publication: previewed, witnessed, mailed, and refused once signed."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases import moving
from portal.cases.catalogue import every_workflow
from portal.cases.tables import Case, Document, Turn
from portal.database import reader
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, SANNE, TOM, Portal, a_declaration, a_draft, answers_for_registration, sign
from tests.test_publishing import a_new_version
from tests.test_usage_terms import at_group
from workflows.vocabulary import Choice, Date, Party, Rows, Text, Workflow, YesNo, step

DECLARATION = "board_declaration"
PAGE = "/servicedesk/verplaatsen"


def a_workflow(version: str, *steps: object) -> Workflow:
    return Workflow(
        name="x",
        title="X",
        version=version,
        subject=Party.BOARD,
        steps=steps,
        document="d",
        prefix="X",  # type: ignore[arg-type]
    )


OLD = a_workflow(
    "1",
    step("who", "Wie", Text("name", "Naam"), YesNo("chair", "Voorzitter?")),
    step("what", "Wat", Choice("kind", "Soort", (("a", "A"), ("b", "B")))),
    step("when", "Wanneer", Date("day", "Dag")),
    step("rows", "Rijen", Rows("rows", "Rijen", (Text("name", "Naam"),))),
)
ANSWERS = {
    "who": {"name": "Ann", "chair": True},
    "what": {"kind": "b"},
    "when": {"day": "2026-12-01"},
    "rows": {"rows": [{"name": "Bas"}]},
}


def fates(new: Workflow, answers: dict = ANSWERS, *, reread: bool = False) -> dict[str, str]:
    return {each.name: each.fate for each in moving.preview(OLD, new, answers, reread=reread)}


# --- Pure --------------------------------------------------------------------------------------------------------


def test_everything_stays_where_nothing_changed() -> None:
    assert set(fates(a_workflow("2", *OLD.steps)).values()) == {"stays"}


@pytest.mark.parametrize(
    ("changed", "fate", "why"),
    [
        (step("who", "Wie heet u?", Text("name", "Uw naam"), YesNo("chair", "Voorzitter?")), "stays", ()),
        (step("who", "Wie", Text("name", "Naam", longest=2), YesNo("chair", "Voorzitter?")), "again", ("Naam",)),
        (step("who", "Wie", Text("name", "Naam"), Text("chair", "Voorzitter?")), "again", ("Voorzitter?",)),
        (step("who", "Wie", *OLD.steps[0].questions, Text("town", "Plaats")), "again", ("Plaats",)),
        (step("who", "Wie", Text("name", "Naam", complaint=lambda value: "Niet zo." if value else ""), YesNo("chair", "V")), "again", ("Naam",)),
        (step("who", "Wie", *OLD.steps[0].questions, complaint=lambda values, _: {"name": "Nee."}), "again", ("Wie",)),
    ],
)  # fmt: skip
def test_an_answer_stays_as_long_as_the_new_question_would_take_it(changed, fate: str, why: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    found = moving.preview(OLD, a_workflow("2", changed, *OLD.steps[1:]), ANSWERS)
    assert (found[0].fate, found[0].why) == (fate, why)
    assert {each.fate for each in found[1:]} == {"stays"}


def test_a_choice_that_is_gone_is_asked_again_and_one_that_is_there_stays() -> None:
    fewer = step("what", "Wat", Choice("kind", "Soort", (("a", "A"), ("c", "C"))))
    assert fates(a_workflow("2", fewer))["what"] == "again"
    assert fates(a_workflow("2", fewer), {"what": {"kind": "a"}})["what"] == "stays"


def test_steps_come_and_go() -> None:
    new = a_workflow("2", OLD.steps[0], step("more", "Meer", Text("more", "Meer")))
    assert fates(new) == {"who": "stays", "more": "new", "what": "gone", "when": "gone", "rows": "gone"}


def test_rows_fit_one_by_one() -> None:
    with_more = step("rows", "Rijen", Rows("rows", "Rijen", (Text("name", "Naam"), Text("role", "Rol"))))
    assert fates(a_workflow("2", with_more))["rows"] == "again"
    longer = step("rows", "Rijen", Rows("rows", "Rijen", (Text("name", "Naam"),), fewest=2))
    assert fates(a_workflow("2", longer))["rows"] == "again"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "kind"]), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["name", "chair", "kind", "day", "rows"]), values, max_size=5))
def test_whatever_was_kept_is_either_kept_whole_or_asked_again(values: dict) -> None:
    answers = {each.name: values for each in OLD.steps}
    found = moving.preview(OLD, a_workflow("2", *OLD.steps), answers)
    assert {each.fate for each in found} <= {"stays", "again"}
    assert [each.name for each in found] == [each.name for each in OLD.steps]


# --- Through the pages -------------------------------------------------------------------------------------------


@pytest.fixture
def earlier() -> Iterator[str]:
    """A version of the declaration before the one of now."""
    versions = every_workflow()[DECLARATION]
    now = next(iter(versions.values()))
    versions["2020-01"] = replace(now, version="2020-01")
    yield "2020-01"
    del versions["2020-01"]


def pinned(portal: Portal, case_id: uuid.UUID, version: str) -> uuid.UUID:
    """As if the case was begun under this version: the ledger says so as well."""

    def pin(session) -> None:  # type: ignore[no-untyped-def]
        session.get_one(Case, case_id).workflow_version = version

    portal.do(pin)
    return case_id


def at_move(portal: Portal, case_id: uuid.UUID) -> Browser:
    return portal.sign_in(SANNE).open(f"{PAGE}/{case_id}")


def test_a_draft_is_moved_after_its_effect_was_shown(registered: Portal, earlier: str) -> None:
    case_id = pinned(registered, a_declaration(registered, draft=True), earlier)
    desk = (
        registered.sign_in(SANNE)
        .open("/servicedesk")
        .follow("Oude versies")
        .sees("1 zaak met een oude versie", earlier)
    )
    desk.follow("BV-").sees(f"van {earlier} naar", "blijft staan", "niet ongedaan maken")
    assert registered.ask(lambda: reader.get_one(Case, case_id).workflow_version) == earlier
    desk.press("Breng naar de nieuwste versie").sees("is naar de nieuwste versie gebracht", "Alle open zaken zijn bij")
    case = registered.ask(lambda: reader.get_one(Case, case_id))
    assert (case.workflow_version, case.state) == (next(iter(every_workflow()[DECLARATION])), "draft")
    [entry] = registered.ask(lambda: reader.query(Entry).filter_by(act="moved").all())
    assert (entry.detail["was"], entry.detail["dropped"]) == (earlier, [])
    assert any("Nieuwe versie" in each for each in registered.mails(ANN.email))


def test_a_case_that_waits_for_signatures_goes_back_to_draft_and_everybody_is_told(
    registered: Portal, earlier: str
) -> None:
    case_id = pinned(registered, a_declaration(registered), earlier)
    at_move(registered, case_id).sees("Een stuk dat klaarligt, geldt niet meer").press("Breng naar")
    assert registered.state(case_id) == "draft"
    assert registered.ask(lambda: reader.query(Document).filter_by(case_id=case_id, void_at=None).count()) == 0
    assert registered.ask(lambda: reader.query(Turn).filter_by(case_id=case_id).one().kind) == "moved"
    assert any("Nieuwe versie" in each for each in registered.mails(ANN.email))


def test_a_case_with_a_signature_cannot_be_moved_and_says_so(registered: Portal, earlier: str) -> None:
    case_id = pinned(registered, a_declaration(registered), earlier)
    sign(registered, case_id, ANN)
    desk = at_move(registered, case_id).sees("kan niet worden verplaatst", "heeft al een handtekening")
    assert desk.post(f"{PAGE}/{case_id}", {"seen": "x"}).status == 409
    sign(registered, case_id, BAS)
    assert registered.state(case_id) == "decided"


def test_what_changed_since_the_preview_is_not_moved(registered: Portal, earlier: str) -> None:
    case_id = pinned(registered, a_declaration(registered, draft=True), earlier)
    first, second = at_move(registered, case_id), at_move(registered, case_id)
    first.press("Breng naar")
    assert second.press("Breng naar").status == 409
    assert registered.count(Entry, act="moved") == 1
    assert at_move(registered, case_id).sees("al bij de nieuwste versie").status == 200


def test_terms_that_were_being_read_are_read_again_in_the_new_version(in_force: Portal) -> None:
    tom = at_group(in_force)
    case_id = in_force.case("usage_terms")
    a_new_version(in_force)
    desk = at_move(in_force.later(minutes=1), case_id)
    desk.sees("van 2026-11 naar 2027-01", "wordt opnieuw gevraagd", "[toegevoegd:").press("Breng naar")
    tom = in_force.sign_in(TOM).open(f"/zaken/{case_id}").sees("Versie 2027-01")
    assert not any("checked" in each.attrib for each in tom.all("input") if each.get("name") == "confirmed")


def test_a_case_without_an_account_gets_its_link_again(portal: Portal) -> None:
    versions = every_workflow()["registration"]
    now = next(iter(versions.values()))
    versions["2020-01"] = replace(now, version="2020-01")
    try:
        case_id = pinned(portal, a_draft(portal, answers_for_registration(starter=EVA), starter=EVA), "2020-01")
        at_move(portal, case_id).press("Breng naar")
        link = portal.mailed_link(EVA.email, "Nieuwe versie")
        assert portal.browser().open(link).status == 200
    finally:
        del versions["2020-01"]


def test_a_moved_case_is_no_finding_and_a_forged_version_is(registered: Portal, earlier: str) -> None:
    """As decided by the ledger: begun under one version, moved to the other."""
    case_id = a_declaration(registered, draft=True)
    versions = every_workflow()[DECLARATION]
    versions["2099-01"] = replace(next(iter(versions.values())), version="2099-01")
    order = dict(versions)
    versions.clear()
    versions.update({"2099-01": order.pop("2099-01"), **order})
    try:
        at_move(registered, case_id).press("Breng naar")
        assert in_words(registered, "zaak") == []
        registered.do(lambda session: setattr(session.get_one(Case, case_id), "workflow_version", earlier))
        assert any("andere procedure" in each for each in in_words(registered, "zaak"))
    finally:
        del versions["2099-01"]


def in_words(portal: Portal, word: str) -> list[str]:
    found = portal.findings()
    return [f"{each.where}: {each.what}" for each in found if each.where.startswith(word)]


def test_moving_is_for_the_service_desk_only(registered: Portal, earlier: str) -> None:
    case_id = pinned(registered, a_declaration(registered, draft=True), earlier)
    ann = registered.sign_in(ANN)
    assert ann.open(f"{PAGE}/{case_id}").status == 404
    assert ann.post(f"{PAGE}/{case_id}", {"seen": "x"}).status == 404


def test_when_a_version_holds_only_later_open_cases_are_not_behind_yet(in_force: Portal) -> None:
    at_group(in_force)
    a_new_version(in_force, in_days=5)
    in_force.sign_in(SANNE).open(PAGE).sees("Alle open zaken zijn bij")
    in_force.later(days=5)
    in_force.sign_in(SANNE).open(PAGE).sees("1 zaak met een oude versie", TOM.name, "maandag 23 november 2026")
