"""What was signed on paper, where others see it: in a dossier, whole and forged; on /verify; in the desk's list."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.cases import on_paper as acts
from portal.cases.tables import Case, OnPaper
from portal.database import reader
from portal.documents import vault
from portal.evidence import dossiers
from portal.evidence.verify_dossier import Dossier, main
from portal.parties.tables import Organisation
from tests.builders import A_PDF, ANN, BAS, EVA, IRIS, OURS, SANNE, THEIRS, Portal, a_declaration, a_role, sign
from tests.conftest import Tell
from tests.dossiers import a_dossier, as_zip, checked, codes, listed_anew, opened, with_json
from tests.test_paper import SCAN, TIM, confirm, declaration, desk, on_paper_decided, put_down
from workflows.vocabulary import Party, Role

__all__ = ["desk"]
SECOND_SCAN = A_PDF + b"\n\n"
BUTTON = "Controleer dit bestand"


@pytest.fixture
def on_paper(desk: Portal) -> Portal:
    """Our declaration was signed on paper, and that decided it."""
    on_paper_decided(desk)
    return desk


def case_of(dossier: Dossier) -> str:
    return next(
        name for name in dossier.files if name.endswith("case.json") and json.loads(dossier.files[name])["in_force"]
    )


def paper_in(dossier: Dossier) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dossier.files[case_of(dossier)])["documents"][0]
    return found


# --- What is as it was -------------------------------------------------------------------------------------------


def test_the_dossier_of_the_case_and_of_the_organisation_hold_and_say_that_it_is_paper(on_paper: Portal) -> None:
    for subject in ({}, {"organisation_id": on_paper.organisation(OURS)}):
        dossier = opened(a_dossier(on_paper, **subject))
        report = checked(dossier)
        assert report.wrong == []
        [told] = [each for each in report.told if each.code == "on_paper"]
        assert "geen elektronische handtekening" in told.said(0) and "no electronic signature" in told.said(1)
        document = paper_in(dossier)
        assert (document["state"], document["signatures"]) == ("paper", [])
        assert dossier.files[document["on_paper"]["file"]] == SCAN
        page = dossier.files[case_of(dossier).replace(".json", ".html")].decode()
        for words in (
            "Op papier getekend: geen elektronische handtekening",
            ANN.name,
            SANNE.name,
            TIM.name,
            "Geen tel",
        ):
            assert words in page, words
        assert "Niemand heeft dit stuk in het portaal getekend." in page
        assert "dat zijn geen elektronische handtekeningen" in dossier.files["README.html"].decode()


def test_the_command_counts_no_signature_and_says_why(on_paper: Portal, tmp_path: Any) -> None:
    place, said = tmp_path / "dossier.zip", list[str]()
    place.write_bytes(as_zip(opened(a_dossier(on_paper))))
    assert main([str(place)], said.append) == 0
    assert any("op papier getekend door 2 personen: dat is geen elektronische handtekening" in each for each in said)
    assert any("onveranderd, 0 handtekeningen van personen" in each for each in said)


def test_a_signature_given_before_stays_the_only_one_that_is_counted(desk: Portal) -> None:
    sign(desk, desk.case("board_declaration"), BAS)
    desk.work()
    confirm(desk, put_down(desk, ANN, BAS))
    dossier = opened(a_dossier(desk))
    report = checked(dossier)
    assert report.wrong == [] and len(paper_in(dossier)["signatures"]) == 1
    assert any(each.code == "revision_good" and each.values["count"] == 1 for each in report.good)


def test_a_scan_that_nobody_confirmed_or_that_was_taken_back_decides_nothing(desk: Portal) -> None:
    document_id, tim = put_down(desk), desk.visitor(TIM)
    report = checked(opened(a_dossier(desk)))
    assert report.wrong == [] and "on_paper" not in {each.code for each in report.told}
    desk.ask(lambda: acts.reject(document_id, by=tim))
    dossier = opened(a_dossier(desk))
    assert checked(dossier).wrong == [] and json.loads(next(
        each for name, each in dossier.files.items() if name.endswith("case.json")
    ))["documents"][0]["on_paper"] is None  # fmt: skip


def test_who_only_began_the_case_gets_no_scan_and_no_reason(on_paper: Portal) -> None:
    iris, case_id = on_paper.visitor(IRIS), on_paper.case("board_declaration")
    on_paper.do(lambda session: setattr(session.get_one(Case, case_id), "started_by", iris.person_id))
    dossier = opened(a_dossier(on_paper, by=IRIS, case_id=case_id))
    assert SCAN not in dossier.files.values() and "Geen telefoon" not in b"".join(dossier.files.values()).decode(
        "latin1"
    )
    assert checked(dossier).wrong == []


# --- What was forged ---------------------------------------------------------------------------------------------

Forge = Callable[[Dossier], Dossier]


def in_paper(change: Callable[[Any], None]) -> Forge:
    return lambda whole: with_json(whole.files, case_of(whole), lambda case: change(case["documents"][0]))


def in_ledger(change: Callable[[list[Any]], None]) -> Forge:
    return lambda whole: with_json(whole.files, "ledger/entries.json", lambda said: change(said["entries"]))


def told(entries: list[Any], act: str) -> Any:
    return next(each for each in entries if each["act"] == act)


def scan_swapped(whole: Dossier) -> Dossier:
    return listed_anew({**whole.files, paper_in(whole)["on_paper"]["file"]: SECOND_SCAN})


def scan_swapped_by_name(whole: Dossier) -> Dossier:
    """Another scan in its place, and the row says so."""
    swapped = scan_swapped(whole)
    digest = hashlib.sha256(SECOND_SCAN).hexdigest()
    return with_json(swapped.files, case_of(whole), lambda case: case["documents"][0]["on_paper"].update(scan=digest))


def called_electronic(document: Any) -> None:
    document.update(state="complete", on_paper=None)


def counted_as_a_signature(document: Any) -> None:
    """One row more among the signatures, as if Ann had signed in the portal."""
    paper = document["on_paper"]
    person, authority = next(iter(paper["authorities"].items()))
    document["signatures"].append(
        {
            "person": person,
            "organisation": document["sides"][0],
            "name": ANN.name,
            "function": ANN.function,
            "confirms": "x",
            "field": "Handtekening1",
            "authority": authority,
            "seen": document["revisions"][0]["sha256"],
            "at": paper["confirmed_at"],
            "ledger": 1,
            "completes": True,
        }
    )


def without_a_trace(whole: Dossier) -> Dossier:
    """Paper left out altogether: row, state and acts; what is left is a decision that nobody signed."""
    bare = in_paper(lambda document: document.update(state="certified", on_paper=None))(whole)
    return in_ledger(lambda said: said.__setitem__(slice(None), [e for e in said if not e["act"].startswith("paper")]))(
        bare
    )


FORGED: dict[str, tuple[Forge, set[str]]] = {
    "scan swapped": (scan_swapped, {"scan_gone"}),
    "scan swapped by name": (scan_swapped_by_name, {"paper_rows"}),
    "paper called electronic": (in_paper(called_electronic), {"paper_state", "paper_rows", "unfinished"}),
    "paper counted as a signature": (in_paper(counted_as_a_signature), {"case_rows"}),
    "somebody more on it": (in_paper(lambda each: each["on_paper"]["people"].append("x")), {"paper_rows"}),
    "another day": (in_paper(lambda each: each["on_paper"].update(signed_on="2026-11-22")), {"paper_rows"}),
    "another reason": (in_paper(lambda each: each["on_paper"].update(why="Geen zin.")), {"paper_rows"}),
    "confirmed by another": (in_paper(lambda each: each["on_paper"].update(confirmed_by="x")), {"paper_rows"}),
    "put down by another": (in_paper(lambda each: each["on_paper"].update(entered_by="x")), {"paper_rows"}),
    "another authority": (in_paper(lambda each: each["on_paper"].update(authorities={})), {"paper_rows"}),
    "row taken out": (in_paper(lambda each: each.update(on_paper=None)), {"paper_rows"}),
    "confirmed by who put it down": (
        in_ledger(lambda said: told(said, "paper_confirmed").update(actor=told(said, "paper")["actor"])),
        {"entry_changed", "paper_alone"},
    ),
    "confirmation taken out": (
        in_ledger(lambda said: said.remove(told(said, "paper_confirmed"))),
        {"paper_state", "paper_rows", "rule_unmet"},
    ),
    "one of two left out": (
        in_ledger(lambda said: told(said, "paper_confirmed")["detail"]["authorities"].popitem()),
        {"entry_changed", "paper_rows", "rule_unmet"},
    ),
    "paper without a trace": (without_a_trace, {"rule_unmet"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(installation: Any) -> Iterator[Dossier]:
    """The dossier of our board, whose declaration was signed on paper: made once, and only read."""
    with installation.portal("to_sign") as portal:
        operator = portal.ask(lambda: reader.query(Organisation).filter_by(kind=Party.OPERATOR).one().id)
        a_role(portal, TIM, operator, Role.SERVICE_DESK)
        on_paper_decided(portal)
        yield opened(a_dossier(portal, organisation_id=portal.organisation(OURS)))


def test_every_forged_paper_is_named_by_the_stand_alone_verifier(whole: Dossier, tell: Tell) -> None:
    assert checked(whole).wrong == []
    held = 0
    for how, (forge, named) in FORGED.items():
        found = codes(checked(forge(whole)))
        assert named <= found, (how, found)
        held += 1
    tell("forged paper in a dossier named by the stand-alone verifier", len(FORGED), held)


@pytest.mark.parametrize("column", ["people", "why", "signed_on", "entered_by", "confirmed_by", "authorities"])
def test_a_row_forged_in_the_database_is_named_in_the_dossier_made_of_it(on_paper: Portal, column: str) -> None:
    forged = {"people": [], "why": "x", "signed_on": "2026-11-22", "authorities": {}}
    value = forged.get(column, on_paper.visitor(EVA).person_id)
    on_paper.do(lambda session: setattr(session.query(OnPaper).one(), column, value))
    assert "paper_rows" in codes(checked(opened(a_dossier(on_paper))))


def test_a_row_deleted_from_the_database_is_named_in_the_dossier_made_of_it(on_paper: Portal) -> None:
    on_paper.do(lambda session: session.delete(session.query(OnPaper).one()))
    assert {"paper_rows"} <= codes(checked(opened(a_dossier(on_paper))))


def test_of_a_scan_whose_bytes_were_swapped_no_dossier_is_made(on_paper: Portal) -> None:
    scan = on_paper.ask(lambda: _scan(on_paper))
    on_paper.do(lambda session: setattr(session.get_one(vault.Blob, scan), "content", SECOND_SCAN))
    assert any("andere bytes dan zijn naam" in each.what for each in on_paper.findings())
    visitor, case_id = on_paper.visitor(ANN), on_paper.case("board_declaration")
    asked = on_paper.ask(lambda: dossiers.ask(by=visitor, case_id=case_id))
    on_paper.work()
    found = on_paper.ask(lambda: dossiers.find(asked, by=visitor, settings=on_paper.settings))
    assert (found.state, bool(found.cause)) == ("waiting", True)


def _scan(portal: Portal) -> str:
    return str(reader.query(OnPaper).one().scan)


# --- On /verify --------------------------------------------------------------------------------------------------


def checked_online(portal: Portal, pdf: bytes) -> Any:
    return portal.browser().open("/verify").upload("file", pdf, "scan.pdf").press(BUTTON)


def test_a_scan_is_known_on_verify_and_is_said_to_be_one(on_paper: Portal) -> None:
    page = checked_online(on_paper, SCAN).sees("Scan van een stuk dat op papier is getekend")
    page.sees("Er staat geen elektronische handtekening in", declaration(on_paper).facts["reference"], ANN.name)
    page.sees_not("Onveranderd en compleet", "Wie heeft getekend", EVA.email)
    checked_online(on_paper, SCAN + b"\n").sees("Niet van dit portaal").sees_not("Scan van een stuk")


def test_a_scan_that_waits_for_a_colleague_is_not_vouched_for(desk: Portal) -> None:
    put_down(desk)
    checked_online(desk, SCAN).sees("Niet van dit portaal").sees_not("Scan van een stuk")


def test_a_scan_swapped_in_the_database_is_not_vouched_for(on_paper: Portal) -> None:
    other = on_paper.do(lambda session: vault.keep(session, SECOND_SCAN))
    on_paper.do(lambda session: setattr(session.query(OnPaper).one(), "scan", other))
    for scan in (SCAN, SECOND_SCAN):
        checked_online(on_paper, scan).sees("Niet van dit portaal")


def test_the_file_of_a_document_on_paper_says_that_nobody_signed_it_in_the_portal(on_paper: Portal) -> None:
    certified = declaration(on_paper).certified or ""
    page = checked_online(on_paper, on_paper.ask(lambda: vault.content(certified)))
    page.sees("Onveranderd, maar niet de complete versie", "Niemand heeft dit stuk in het portaal getekend")


# --- The list of the service desk --------------------------------------------------------------------------------


def test_the_list_is_searched_sorted_filtered_and_saved(desk: Portal) -> None:
    put_down(desk.later(minutes=5))
    a_declaration(desk.later(minutes=5), board=THEIRS, by=IRIS, real=True)
    sanne = desk.sign_in(SANNE).open("/servicedesk/papier").sees("2 stukken", "Nog niet bevestigd", SANNE.name)
    assert in_order(sanne.open("/servicedesk/papier?sort=whom").text) == [OURS, THEIRS]
    assert in_order(sanne.open("/servicedesk/papier?sort=-whom").text) == [THEIRS, OURS]
    assert in_order(sanne.open("/servicedesk/papier?sort=since").text) == [OURS, THEIRS]
    assert in_order(sanne.open("/servicedesk/papier?sort=-state").text) == [THEIRS, OURS]
    sanne.open("/servicedesk/papier?state=sign").sees("1 stuk").sees_not(f"Voorbeeld {OURS}")
    sanne.open("/servicedesk/papier?q=bestaatniet").sees("Niets gevonden")
    sheet = sanne.open(f"/servicedesk/papier/op-papier.csv?q={OURS}").response.data.decode("utf-8-sig").splitlines()
    assert sheet[0] == '"Stuk";"Organisatie";"Wie tekenen";"Status";"Vastgelegd door";"Sinds"'
    assert len(sheet) == 2 and '"Nog niet bevestigd";"Sanne Bos"' in sheet[1]
    assert desk.sign_in(EVA).open("/servicedesk/papier/op-papier.csv").status == 404


def in_order(page: str) -> list[str]:
    places = {number: page.rindex(f"Voorbeeld {number}") for number in (OURS, THEIRS)}
    return sorted(places, key=places.__getitem__)
