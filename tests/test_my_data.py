"""My data: everything the portal holds of a person, for that person alone, for as long as it says and no longer."""

import datetime as dt
import io
import json
import uuid
import zipfile

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases.tables import Signature
from portal.database import Base, reader
from portal.dossier import personal
from portal.parties import erasing, memberships, people, retention
from portal.parties.tables import Invitation, Membership, Person, WebSession
from portal.record import ledger
from portal.record.jobs import Job
from portal.record.outbox import Mail
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, OURS, PASSWORD, SCHOOL, TOM, Portal, Someone, a_role, accepted_terms
from workflows.vocabulary import Role

DATA = "/account/gegevens"
PIA = Someone("Pia Groen", "pia@ons.example", "Leerkracht")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def held(portal: Portal, someone: Someone) -> dict[str, list[dict[str, str]]]:
    """What the download of this person holds."""
    page = portal.sign_in(someone).open(f"{DATA}/gegevens.json")
    assert page.response.mimetype == "application/json"
    return json.loads(page.response.text)  # type: ignore[no-any-return]


# --- What stands there -------------------------------------------------------------------------------------------


def test_a_person_sees_what_is_held_what_for_and_how_long(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(DATA).sees(TOM.name, TOM.email, "rapportlezer", "Zaken (1)", "Logboek")
    tom.sees("Waarvoor", "Op welke grond", "Hoe lang", f"Tot {retention.ACCOUNT.days} dagen na het einde")


def test_the_download_holds_signatures_readings_answers_and_the_ledger(in_force: Portal) -> None:
    ann = held(in_force, ANN)
    assert [each["typed_name"] for each in ann["signatures"]] == [ANN.name]
    assert ann["mandates"]
    assert ann["answers"]
    assert any(each["act"] == "sign" for each in ann["ledger"])
    assert ann["account"][0]["email"] == ANN.email


def test_the_download_is_also_a_bundle_of_spreadsheets(in_force: Portal) -> None:
    page = in_force.sign_in(ANN).open(f"{DATA}/gegevens.zip")
    with zipfile.ZipFile(io.BytesIO(page.response.data)) as bundle:
        assert {"account.csv", "roles.csv", "signatures.csv", "ledger.csv"} <= set(bundle.namelist())
        assert ANN.name in bundle.read("account.csv").decode("utf-8-sig")


def test_a_person_sees_only_their_own(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    everything = json.dumps(held(in_force, ANN))
    assert TOM.email not in everything
    assert str(in_force.visitor(TOM).person_id) not in everything
    assert "Getypte naam" not in in_force.sign_in(TOM).open(DATA).text


def test_a_stranger_signs_in_first(in_force: Portal) -> None:
    for address in (DATA, f"{DATA}/gegevens.json", f"{DATA}/gegevens.zip"):
        assert in_force.browser().open(address).address.startswith("/inloggen")


def test_no_secret_of_an_account_is_in_the_download(in_force: Portal) -> None:
    person = in_force.ask(lambda: people.by_email(reader, ANN.email))
    assert person is not None
    text = json.dumps(held(in_force, ANN))
    for secret in (person.password, person.tf_totp_secret, person.fs_uniquifier):
        assert secret
        assert secret not in text


def test_every_table_that_points_at_persons_is_in_the_download(in_force: Portal) -> None:
    """A table of a later day comes under "other", so that nothing is held that its person cannot see."""
    ann = in_force.visitor(ANN).person_id
    with in_force.opened():
        person = reader.get_one(Person, ann)
        others = personal.held(reader(), person)["other"]
        for table in Base.metadata.sorted_tables:
            for column in personal._pointing_at_persons(table):
                rows = reader.execute(select(table).where(table.c[column] == ann)).all()
                is_known = (table.name, column) in personal.KNOWN
                found = [each for each in others if (each["table"], each["column"]) == (table.name, column)]
                assert len(found) == (0 if is_known else len(rows)), (table.name, column)


def test_every_kind_of_record_has_its_place_on_the_page_and_a_word_for_each_column(in_force: Portal) -> None:
    from portal.views.my_data import SECTION_OF

    assert [each.name for each in retention.KEPT] == list(SECTION_OF)
    assert sorted(name for names in SECTION_OF.values() for name in names) == sorted(personal.SECTIONS)
    with in_force.opened():
        for section in personal.held(reader(), reader.get_one(Person, in_force.visitor(ANN).person_id)).values():
            assert all(set(row) <= set(personal.COLUMNS) for row in section)


# --- Where one is signed in --------------------------------------------------------------------------------------


def elsewhere(portal: Portal) -> Browser:
    """Tom in another browser, on Windows."""
    browser = portal.browser()
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return browser.open("/inloggen").fill(email=TOM.email, password=PASSWORD).press("Inloggen").open("/account")


def test_a_browser_is_shown_by_what_it_is_and_can_be_signed_out_by_itself(in_force: Portal) -> None:
    other, tom = elsewhere(in_force), in_force.sign_in(TOM).open(DATA)
    tom.sees("Firefox, Windows", "dit apparaat").press("Uitloggen: Firefox, Windows").sees("Dit apparaat is uitgelogd")
    assert other.open("/account").address.startswith("/inloggen")
    tom.open(DATA).sees_not("Firefox, Windows")


def test_all_others_are_signed_out_and_this_one_stays(in_force: Portal) -> None:
    others, tom = [elsewhere(in_force), elsewhere(in_force)], in_force.sign_in(TOM).open(DATA)
    tom.press("Uitloggen op alle andere apparaten").sees("Op alle andere apparaten bent u uitgelogd")
    assert [each.open("/account").address.startswith("/inloggen") for each in others] == [True, True]
    tom.open(DATA).sees("dit apparaat")


def test_the_session_of_another_person_is_not_ended(in_force: Portal) -> None:
    elsewhere(in_force)
    link = in_force.sign_in(TOM).open(DATA)
    [address] = [each.get("action", "") for each in link.all("form") if "/sessies/" in each.get("action", "")][:1]
    assert in_force.sign_in(ANN).open(DATA).post(address).status == 404
    assert in_force.count(WebSession) >= 3


# --- What has had its time is erased -----------------------------------------------------------------------------


def erase(portal: Portal) -> erasing.Erased:
    with portal.opened():
        return erasing.erase_what_is_over(keeps_name=personal.is_named_in_a_document())


def end_roles(portal: Portal, someone: Someone) -> uuid.UUID:
    """All roles of this person end now; so does the right to sign."""
    person_id = portal.visitor(someone).person_id
    assert person_id is not None

    def end(session) -> None:  # type: ignore[no-untyped-def]
        person = session.get_one(Person, person_id)
        for membership in person.memberships:
            memberships.end_membership(session, membership)
        from portal.parties.tables import Mandate

        for mandate in session.query(Mandate).filter_by(person_id=person_id):
            mandate.until = clock.now()

    portal.do(end)
    return person_id


def person_of(portal: Portal, person_id: uuid.UUID) -> Person:
    return portal.ask(lambda: reader.get_one(Person, person_id))


def test_an_account_is_erased_when_its_time_is_over_and_not_a_day_before(in_force: Portal) -> None:
    person_id = end_roles(in_force, TOM)
    in_force.later(days=retention.ACCOUNT.days - 1)
    erase(in_force)
    assert person_of(in_force, person_id).email == TOM.email
    erase(in_force.later(days=1, minutes=1))
    erased = person_of(in_force, person_id)
    assert (erased.name, erased.password, erased.phone) == ("gewiste persoon", None, "")
    assert TOM.email not in erased.email
    assert in_force.ask(lambda: [each.act for each in ledger.about(reader(), f"person:{person_id}")])[-1] == "erase"
    assert in_force.count(Mail, to=TOM.email) == 0


def test_who_signed_keeps_name_and_function_and_loses_the_rest(in_force: Portal) -> None:
    person_id = end_roles(in_force, BAS)
    erase(in_force.later(days=retention.ACCOUNT.days + 1))
    erased = person_of(in_force, person_id)
    assert (erased.name, erased.function) == (BAS.name, BAS.function)
    assert erasing.is_erased(erased)
    assert erased.tf_totp_secret is None
    assert in_force.count(Signature, person_id=person_id) == 1


def test_erasing_again_changes_nothing(in_force: Portal) -> None:
    end_roles(in_force, TOM)
    in_force.later(days=retention.ACCOUNT.days + 1)
    erase(in_force)
    assert erase(in_force) == erasing.Erased(0, 0, 0, 0)


def test_who_has_a_role_or_is_blocked_is_never_erased(in_force: Portal) -> None:
    tom = end_roles(in_force, TOM)
    in_force.do(lambda session: people.block(session, session.get_one(Person, tom), at=in_force.moment))
    erase(in_force.later(days=3 * retention.ACCOUNT.days))
    assert person_of(in_force, tom).email == TOM.email  # or who was blocked could come back as somebody new
    assert person_of(in_force, in_force.visitor(EVA).person_id).email == EVA.email  # type: ignore[arg-type]


def test_an_erased_person_comes_back_as_somebody_new(in_force: Portal) -> None:
    end_roles(in_force, TOM)
    erase(in_force.later(days=retention.ACCOUNT.days + 1))
    a_role(in_force, TOM, in_force.organisation(SCHOOL), Role.READER)
    assert [each["state"] for each in held(in_force, TOM)["roles"]] == ["active"]


def test_who_never_came_is_erased_a_year_after_the_last_invitation(registered: Portal) -> None:
    def ask(session) -> None:  # type: ignore[no-untyped-def]
        person = people.a_person(session, name=PIA.name, email=PIA.email)
        memberships.join(session, person, registered.organisation(OURS), Role.READER)
        people.invite(session, person, at=clock.now(), link_secret=registered.settings.secret("link"))

    registered.do(ask)
    pia = registered.visitor(PIA).person_id
    registered.later(days=retention.NEVER_ACCEPTED.days)
    erase(registered)
    assert person_of(registered, pia).email == PIA.email  # type: ignore[arg-type]
    erase(registered.later(days=8))
    assert erasing.is_erased(person_of(registered, pia))  # type: ignore[arg-type]
    assert registered.count(Membership, person_id=pia, status="ended") == 1


def test_old_invitations_addresses_of_mails_and_sessions_go(in_force: Portal) -> None:
    in_force.sign_in(TOM)
    assert in_force.count(Invitation)
    erase(in_force.later(days=retention.INVITATION.days + 8))
    tom = in_force.visitor(TOM).person_id
    assert in_force.count(Invitation, person_id=tom) == 0
    assert in_force.count(WebSession) == 0
    assert in_force.count(Mail, to=ANN.email)
    in_force.work()
    erase(in_force.later(days=retention.MAIL.days))
    assert in_force.count(Mail, to=ANN.email, state="sent") + in_force.count(Mail, to=ANN.email, state="mailbox") == 0


def test_the_worker_erases_every_night_and_asks_for_the_next(in_force: Portal) -> None:
    with in_force.opened():
        erasing.ask(after=clock.today())
    [job] = in_force.ask(lambda: reader.query(Job).filter_by(kind=erasing.ERASE).all())
    assert job.run_at == dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)  # 3:00 in Amsterdam
    in_force.moment = job.run_at
    in_force.work()
    states = in_force.ask(lambda: [(each.key, each.state) for each in reader.query(Job).filter_by(kind=erasing.ERASE)])
    assert sorted(states) == [("erase:2026-11-24", "done"), ("erase:2026-11-25", "todo")]


def test_a_browser_that_says_nothing_we_know_is_an_unknown_one() -> None:
    from portal.views.devices import device_of

    assert device_of("") == ""
    assert device_of("curl/8.0") == ""
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"
    assert device_of(iphone) == "Safari, iPhone"


@pytest.mark.parametrize("text", ["Ann <b>", "=1+1", "regel\r\nregel", "𝔘nicode"])
def test_what_people_typed_comes_out_of_the_download_as_it_went_in(registered: Portal, text: str) -> None:
    def rename(session) -> None:  # type: ignore[no-untyped-def]
        people.by_email(session, EVA.email).function = text  # type: ignore[union-attr]

    registered.do(rename)
    assert held(registered, EVA)["account"][0]["function"] == text
    page = registered.sign_in(EVA).open(f"{DATA}/gegevens.zip")
    with zipfile.ZipFile(io.BytesIO(page.response.data)) as bundle:
        assert text in bundle.read("account.csv").decode("utf-8-sig")
