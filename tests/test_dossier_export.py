"""The dossier: everything of one case or one organisation, nothing of anybody else, for those who may have it."""

import json
import zipfile

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.tables import Case
from portal.database import reader
from portal.errors import NotFoundError
from portal.evidence import dossiers
from portal.parties.tables import Membership
from portal.record.ledger import Entry
from tests.builders import ANN, BAS, EVA, IRIS, OMAR, OURS, SANNE, THEIRS, TOM, Portal, a_declaration, all_is_well
from tests.conftest import Tell
from tests.dossiers import a_dossier, checked, opened


def test_everything_of_a_case_is_in_it(in_force: Portal) -> None:
    files = opened(a_dossier(in_force)).files
    document = in_force.document(in_force.case("board_declaration"))

    assert {"README.html", "manifest.json", "verify_dossier.py", "people.json", "ledger/head.tsr"} <= files.keys()
    revisions = [name for name in files if name.endswith(".pdf") and name.startswith("cases/")]
    assert len(revisions) == len(document.revisions) == 3
    [name] = [each for each in files if each.endswith("case.json")]
    case = json.loads(files[name])
    assert [each["name"] for each in case["documents"][0]["signatures"]] == [ANN.name, BAS.name]
    assert case["answers"]["licence"] == {"collective": False}
    assert {each["kind"] for each in case["mails"]} >= {"signed", "to_sign", "complete"}
    evidence = json.loads(files["dossier.json"])["organisation"]["mandates"]
    assert evidence and all(each["file"] in files for each in evidence)
    assert all_is_well(in_force)


def test_what_a_layman_reads_says_what_happened_with_the_zone(in_force: Portal) -> None:
    files = opened(a_dossier(in_force)).files
    [page] = [content.decode() for name, content in files.items() if name.endswith("case.html")]
    for words in (ANN.name, BAS.name, "Handtekening", "getekend", "(CET)", "logboekregel", "verstuurd"):
        assert words in page, words
    readme = files["README.html"].decode()
    for words in ("Zo controleert u het", "How to check it", "verify_dossier.py", "vingerafdruk", "fingerprint"):
        assert words in readme, words


def test_a_dossier_holds_by_itself(in_force: Portal) -> None:
    report = checked(opened(a_dossier(in_force)))
    assert report.wrong == []
    assert {"stamped", "entries_good", "revision_good"} <= {each.code for each in report.good}


def test_a_dossier_of_an_organisation_holds_by_itself(in_force: Portal) -> None:
    dossier = opened(a_dossier(in_force, organisation_id=in_force.organisation(OURS)))
    assert checked(dossier).wrong == []
    assert sum(name.endswith("case.json") for name in dossier.files) == 2, "the registration, and the declaration"


def test_a_case_that_is_still_a_draft_or_waits_for_signatures_gives_a_dossier_too(to_sign: Portal) -> None:
    assert checked(opened(a_dossier(to_sign))).wrong == []
    draft = a_declaration(to_sign, board=THEIRS, by=IRIS, draft=True)
    assert checked(opened(a_dossier(to_sign, by=IRIS, case_id=draft))).wrong == []


# --- Nobody else's -------------------------------------------------------------------------------------------------


def test_nothing_of_another_organisation_is_in_it(in_force: Portal, tell: Tell) -> None:
    a_declaration(in_force, board=THEIRS, by=IRIS, real=True)
    theirs = in_force.organisation(THEIRS)
    cases = in_force.ask(lambda: [str(each.id) for each in reader.query(Case).filter_by(organisation_id=theirs)])
    foreign = {IRIS.name, IRIS.email, OMAR.name, str(theirs), f"Stichting Voorbeeld {THEIRS}", *cases}
    tried = held = 0
    for subject in ({"case_id": in_force.case("board_declaration", organisation_id=in_force.organisation(OURS))},
                    {"organisation_id": in_force.organisation(OURS)}):  # fmt: skip
        files = opened(a_dossier(in_force, **subject)).files
        whole = b"\n".join(files.values()).decode("utf-8", "replace")
        for each in foreign:
            tried += 1
            assert each not in whole, each
            held += 1
    assert len(foreign) >= 7
    tell("what is of another organisation stays out of a dossier", tried, held)


@pytest.mark.parametrize(
    ("someone", "case", "organisation"),
    [(ANN, True, True), (EVA, True, True), (SANNE, True, True), (IRIS, False, False), (TOM, False, False)],
    ids=lambda each: getattr(each, "name", None),
)
def test_who_may_have_a_dossier(in_force: Portal, someone, case: bool, organisation: bool) -> None:  # type: ignore[no-untyped-def]
    visitor = in_force.visitor(someone)
    for may, subject in (
        (case, {"case_id": in_force.case("board_declaration")}),
        (organisation, {"organisation_id": in_force.organisation(OURS)}),
    ):
        if may:
            assert in_force.ask(lambda: dossiers.ask(by=visitor, **subject))
        else:
            with pytest.raises(NotFoundError):
                in_force.ask(lambda: dossiers.ask(by=visitor, **subject))


def test_who_only_began_the_case_gets_no_evidence_and_no_addresses(in_force: Portal) -> None:
    tom = in_force.visitor(TOM).person_id
    case_id = in_force.case("board_declaration")
    in_force.do(lambda session: setattr(session.get(Case, case_id), "started_by", tom))

    dossier = opened(a_dossier(in_force, by=TOM))

    assert not [name for name in dossier.files if name.startswith("files/")]
    mails = json.loads(next(content for name, content in dossier.files.items() if name.endswith("case.json")))["mails"]
    assert {each["to"] for each in mails} == {"a…@ons.example", "b…@ons.example"}
    report = checked(dossier)
    assert report.wrong == [] and "withheld" in {each.code for each in report.told}


# --- Asking, waiting, taking -------------------------------------------------------------------------------------


def test_one_presses_waits_and_downloads(in_force: Portal) -> None:
    case_id = in_force.case("board_declaration")
    ann = in_force.sign_in(ANN).open(f"/zaken/{case_id}").press("Vraag het dossier").sees("wordt gemaakt")
    in_force.work()
    ann.open(ann.address).sees("staat klaar", "vingerafdruk").follow("Download het dossier")
    assert ann.response.mimetype == "application/zip" and ann.response.data[:2] == b"PK"
    assert in_force.count(Entry, act="export") == 1
    in_force.sign_in(ANN).open(f"/zaken/{case_id}").sees("Dossier gevraagd")


def test_of_an_organisation_it_is_asked_on_its_page(in_force: Portal) -> None:
    eva = in_force.sign_in(EVA).open(f"/organisaties/{in_force.organisation(OURS)}").press("Vraag het dossier")
    in_force.work()
    eva.open(eva.address).sees("staat klaar")
    in_force.sign_in(TOM).open("/organisaties").sees_not("Vraag het dossier")


def test_a_dossier_is_only_for_who_asked_and_only_while_they_may(in_force: Portal) -> None:
    place = a_dossier(in_force, by=EVA)
    for someone in (ANN, IRIS, SANNE):
        for ending in ("", ".zip"):
            assert in_force.sign_in(someone).open(f"/dossiers/{place.stem}{ending}").status == 404
    assert in_force.browser().open(f"/dossiers/{place.stem}").address.startswith("/inloggen")


def test_after_a_week_it_is_gone(in_force: Portal) -> None:
    place = a_dossier(in_force)
    place.unlink()
    ann = in_force.sign_in(ANN).open(f"/dossiers/{place.stem}").sees("Dit dossier is weg")
    assert ann.open(f"/dossiers/{place.stem}.zip").status == 410


def test_after_a_week_it_is_gone_also_when_nobody_swept_it_up(in_force: Portal) -> None:
    place = a_dossier(in_force)
    in_force.later(days=7, seconds=1)
    assert in_force.sign_in(ANN).open(f"/dossiers/{place.stem}.zip").status == 410
    assert place.exists()


def test_who_began_a_case_and_left_cannot_take_what_was_made_for_who_bound_the_organisation(in_force: Portal) -> None:
    """Ann began the declaration, so she may have its dossier for ever: but not the evidence and addresses any more."""
    place, ann = a_dossier(in_force), in_force.visitor(ANN).person_id

    def leave(session: Session) -> None:
        for role in session.scalars(select(Membership).filter_by(person_id=ann)):
            role.until = clock.now()

    in_force.later(minutes=1).do(leave)
    browser = in_force.sign_in(ANN)
    for ending in ("", ".zip"):
        assert browser.open(f"/dossiers/{place.stem}{ending}").status == 404
    again = opened(a_dossier(in_force.later(minutes=1)))
    assert not [name for name in again.files if name.startswith("files/")]


def test_who_waited_long_is_mailed(in_force: Portal) -> None:
    visitor, case_id = in_force.visitor(ANN), in_force.case("board_declaration")
    in_force.ask(lambda: dossiers.ask(by=visitor, case_id=case_id))
    in_force.later(minutes=5).work()
    link = in_force.mailed_link(ANN.email, "Het dossier BV-")
    in_force.sign_in(ANN).open(link).sees("staat klaar")


def test_asked_twice_while_it_is_made_it_is_one_dossier(in_force: Portal) -> None:
    visitor, case_id = in_force.visitor(ANN), in_force.case("board_declaration")
    one, other = (in_force.ask(lambda: dossiers.ask(by=visitor, case_id=case_id)) for _ in range(2))
    assert one == other and in_force.count(Entry, act="export") == 1
    in_force.work()
    assert in_force.ask(lambda: dossiers.ask(by=visitor, case_id=case_id)) != one
    in_force.work()
    assert in_force.ask(lambda: dossiers.find(one, by=visitor, settings=in_force.settings)).state == "ready"


def test_made_twice_it_is_the_same_to_the_byte(in_force: Portal) -> None:
    place = a_dossier(in_force)
    first, asked = place.read_bytes(), {"by": str(in_force.visitor(ANN).person_id)}
    asked["subject"] = {"case": str(in_force.case("board_declaration")), "organisation": None}  # type: ignore[assignment]
    import uuid

    in_force.later(hours=1)
    stamp = in_force.worker.sealer.time_stamp
    in_force.ask(lambda: dossiers.make(uuid.UUID(place.stem), asked, settings=in_force.settings, stamp=stamp))
    assert place.read_bytes() == first
    assert zipfile.ZipFile(place).testzip() is None
