"""Blocking: a rights holder shuts somebody out of one product, the service desk out of all; asked first, undone later."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import update

from portal.database import reader
from portal.gate.conditions import CONDITIONS
from portal.gate.facts import Shut
from portal.gate.judge import judge
from portal.offers.tables import Block, Product
from portal.parties.tables import Organisation, Person
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    LOTTE,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_rights_holder,
    accepted_terms,
)
from tests.test_gate import some_facts

DAAN = Someone("Daan Prins", "daan@ocw.example")
REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
READERS = f"/rechthebbenden/{PRODUCT}"
REASON = "Deelde cijfers met een krant"


@pytest.fixture
def readers(in_force: Portal) -> Portal:
    """Tom and Ann have access; Lotte and Daan each work for a rights holder."""
    a_rights_holder(in_force)
    a_rights_holder(in_force, DAAN, "Ministerie van OCW")
    accepted_terms(in_force, TOM)
    accepted_terms(in_force, ANN)
    return in_force


def id_of(portal: Portal, someone: Someone) -> uuid.UUID:
    found = portal.visitor(someone).person_id
    assert found
    return found


def blocked(portal: Portal, by: Someone = LOTTE, whom: Someone = TOM, **typed: str) -> Browser:
    """Somebody shut out of the product through the pages."""
    page = portal.sign_in(by).open(f"/blokkades/{PRODUCT}/{id_of(portal, whom)}")
    return page.fill(**{"reason": REASON, **typed}).press("Blokkeren")


# --- By a rights holder ------------------------------------------------------------------------------------------


def test_rights_holders_see_who_has_access_to_their_product_by_school(readers: Portal) -> None:
    lotte = (
        readers.sign_in(LOTTE)
        .open("/")
        .follow("Rechthebbenden")
        .sees("Onderwijsresultatenmonitor", "Centerdata, Ministerie")
    )
    lotte.follow("Onderwijsresultatenmonitor").sees("2 personen", TOM.name, ANN.name).sees_not(BAS.name)
    lotte.open(f"{READERS}?q=Jozefschool").sees("1 persoon", TOM.name).sees_not(ANN.name)
    lotte.open(f"{READERS}?sort=-name")
    assert lotte.text.index(TOM.name) < lotte.text.index(ANN.name)
    lotte.follow("Opslaan als spreadsheet")
    assert TOM.email in lotte.response.data.decode()
    lotte.open(f"{READERS}?state=blocked").sees("Niets gevonden")


def test_a_block_shuts_the_gate_at_the_next_request_and_says_who_and_whom_to_ask(readers: Portal) -> None:
    """R004-07"""
    tom = readers.sign_in(TOM).open(REPORT)
    assert tom.status == 200
    blocked(readers, words="Bel ons even").sees("Tom de Wit is geblokkeerd", "geblokkeerd door Centerdata")
    assert tom.open(REPORT).status == 403
    assert tom.missing() == {"U bent geblokkeerd voor dit product": "Centerdata"}
    tom.sees("Centerdata heeft uw toegang geblokkeerd", "Bel ons even", readers.settings.contact).sees_not(REASON)
    letter = readers.letter(TOM.email, "Uw toegang tot")
    assert "Bel ons even" in letter and REASON not in letter
    assert tom.open("/account").status == 200


def test_it_is_asked_first_and_a_reason_is_kept_for_the_file(readers: Portal) -> None:
    page = (
        readers.sign_in(LOTTE).open(READERS).follow("Blokkeren: Tom").sees("meteen dicht", "U kunt dit later opheffen")
    )
    assert readers.count(Block) == 0
    assert page.fill(words="blijft staan").press("Blokkeren").status == 422
    assert list(page.faults()) == ["reason"]
    assert page.values()["words"] == ["blijft staan"]


def test_a_block_ends_with_its_last_day(readers: Portal) -> None:
    """Through Wednesday: on Thursday the gate is open again, without anybody doing anything."""
    blocked(readers, until__day="25", until__month="11", until__year="2026").sees(
        "tot en met woensdag 25 november 2026"
    )
    readers.moment = dt.datetime(2026, 11, 25, 22, 59, tzinfo=dt.UTC)
    assert readers.sign_in(TOM).open(REPORT).sees("tot en met woensdag 25 november 2026").status == 403
    readers.later(minutes=1)
    assert readers.sign_in(TOM).open(REPORT).status == 200


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(("1", "1", "2026"), "is voorbij"), (("31", "2", "2027"), "bestaat niet"), (("x", "", ""), "bestaat niet")],
)
def test_an_end_that_cannot_be_is_refused(readers: Portal, day: tuple[str, str, str], sentence: str) -> None:
    page = blocked(readers, until__day=day[0], until__month=day[1], until__year=day[2])
    assert page.status == 422
    assert sentence in page.faults()["until"]
    assert readers.count(Block) == 0


def test_a_block_is_lifted_after_asking_and_the_person_is_told(readers: Portal) -> None:
    lotte = blocked(readers).follow("Opheffen: Tom").sees(REASON, LOTTE.name)
    lotte.press("Ja, opheffen").sees("opgeheven")
    assert readers.sign_in(TOM).open(REPORT).status == 200
    assert any("weer open" in each for each in readers.mails(TOM.email))


def test_each_rights_holder_lifts_only_its_own_block(readers: Portal) -> None:
    blocked(readers, by=LOTTE)
    block_id = readers.ask(lambda: reader.query(Block).one().id)
    daan = readers.sign_in(DAAN).open(READERS).sees("geblokkeerd door Centerdata")
    assert daan.open(f"/blokkades/{block_id}/opheffen").status == 404
    assert daan.post(f"/blokkades/{block_id}/opheffen").status == 404
    assert readers.sign_in(SANNE).open(f"/blokkades/{block_id}/opheffen").status == 404
    blocked(readers, by=DAAN)
    readers.sign_in(LOTTE).open(f"/blokkades/{block_id}/opheffen").press("Ja, opheffen")
    assert readers.sign_in(TOM).open(REPORT).status == 403


def test_pressing_twice_blocks_once_and_mails_once(readers: Portal) -> None:
    page = readers.sign_in(LOTTE).open(f"/blokkades/{PRODUCT}/{id_of(readers, TOM)}")
    for _ in range(2):
        page.post(page.address, {"reason": REASON})
    assert readers.count(Block) == 1
    assert len([each for each in readers.mails(TOM.email) if "geblokkeerd" in each]) == 1


@pytest.mark.parametrize("someone", [ANN, TOM, None])
def test_nobody_else_finds_the_pages_of_rights_holders_or_blocks_anybody(
    readers: Portal, someone: Someone | None
) -> None:
    browser = readers.sign_in(someone) if someone else readers.browser().open("/inloggen")
    for address in ("/rechthebbenden", READERS, f"{READERS}.csv", f"/blokkades/{PRODUCT}/{id_of(readers, BAS)}"):
        browser.open(address)
        assert browser.status == 404 or browser.address.startswith("/inloggen"), address
    browser.post(f"/blokkades/{PRODUCT}/{id_of(readers, BAS)}", {"reason": "x"})
    browser.post(f"/blokkades/account/{id_of(readers, BAS)}", {"reason": "x"})
    assert readers.count(Block) == 0


def test_a_rights_holder_reaches_no_other_product_no_stranger_and_no_account(readers: Portal) -> None:
    def another(session: Any) -> None:
        supplier = session.query(Organisation).filter_by(kind="supplier").one()
        session.add(
            Product(
                name="ander",
                title="Ander",
                supplier_id=supplier.id,
                conditions=["account", "block"],
                recipient_groups=[],
            )
        )

    readers.do(another)
    lotte = readers.sign_in(LOTTE)
    tom = id_of(readers, TOM)
    for address in (f"/blokkades/ander/{tom}", "/rechthebbenden/ander", f"/blokkades/account/{tom}"):
        assert lotte.open(address).status == 404, address
    assert lotte.open(f"/blokkades/{PRODUCT}/{id_of(readers, BAS)}").status == 404, "Bas never came for this product"


def test_a_product_whose_gate_does_not_look_at_blocks_says_so(readers: Portal) -> None:
    readers.do(lambda session: session.execute(update(Product).values(conditions=["account", "terms"])))
    readers.sign_in(LOTTE).open(READERS).sees("kijkt niet naar blokkades")
    assert blocked(readers).status == 409
    assert readers.count(Block) == 0


# --- By the service desk -----------------------------------------------------------------------------------------


def test_the_service_desk_blocks_an_account_and_every_session_ends(readers: Portal) -> None:
    tom = readers.sign_in(TOM).open("/account")
    desk = readers.sign_in(SANNE).open("/servicedesk/personen?q=tom").follow("Blokkeren: Tom").sees("overal uitgelogd")
    desk.fill(reason=REASON, words="Bel de servicedesk").press("Blokkeren").sees("Het hele account", "geblokkeerd")
    assert tom.open("/account").address.startswith("/inloggen")
    assert "Bel de servicedesk" in readers.letter(TOM.email, "Uw account is geblokkeerd")
    desk.open("/servicedesk/personen?state=blocked").sees("1 persoon", TOM.name)
    desk.follow(TOM.name).follow("Opheffen").press("Ja, opheffen").sees("voorbij")
    assert readers.sign_in(TOM).open("/account").status == 200


def test_a_block_of_an_account_with_an_end_is_lifted_by_the_worker(readers: Portal) -> None:
    desk = readers.sign_in(SANNE).open(f"/blokkades/account/{id_of(readers, TOM)}")
    desk.fill(reason=REASON, until__day="24", until__month="11", until__year="2026").press("Blokkeren")
    readers.later(hours=20).work()
    assert readers.ask(lambda: reader.get_one(Person, id_of(readers, TOM)).active) is False
    readers.later(days=1).work()
    assert readers.ask(lambda: reader.get_one(Person, id_of(readers, TOM)).active) is True
    assert any("weer open" in each for each in readers.mails(TOM.email))


def test_nobody_blocks_themselves(readers: Portal) -> None:
    sanne = id_of(readers, SANNE)
    desk = readers.sign_in(SANNE).open(f"/servicedesk/personen/{sanne}").sees("kunt uzelf niet blokkeren")
    assert desk.post(f"/blokkades/account/{sanne}", {"reason": "x"}).status == 409


def test_the_service_desk_may_block_for_one_product_too(readers: Portal) -> None:
    blocked(readers, by=SANNE).sees("Onderwijsresultatenmonitor", "geblokkeerd")
    assert readers.sign_in(TOM).open(REPORT).sees("Servicedesk heeft uw toegang geblokkeerd").status == 403


# --- The gate, pure; and the witness -----------------------------------------------------------------------------


def test_a_block_shuts_whatever_else_is_in_order_and_two_blocks_are_both_told() -> None:
    facts = some_facts(blocks=(Shut("Centerdata"), Shut("OCW", dt.date(2027, 1, 1), "Bel even")))
    verdict = judge(CONDITIONS.values(), facts)
    assert verdict.missing == ("block",)
    found = [finding for each in verdict.judged for finding in each.findings]
    assert [each.fixed_by for each in found] == ["Centerdata", "OCW"]
    assert "vrijdag 1 januari 2027" in found[1].sentence % found[1].values


def findings(portal: Portal) -> list[str]:
    return [f"{each.where}: {each.what}" for each in portal.findings()]


def of_blocks(portal: Portal) -> list[str]:
    return [each for each in findings(portal) if "blokkade" in each or "product" in each or "publicatie" in each]


def test_what_was_blocked_and_lifted_as_it_should_be_is_no_finding(readers: Portal) -> None:
    blocked(readers)
    blocked(readers, by=DAAN).follow("Opheffen: Tom").press("Ja, opheffen")
    desk = readers.sign_in(SANNE).open(f"/blokkades/account/{id_of(readers, ANN)}")
    desk.fill(reason=REASON).press("Blokkeren")
    assert of_blocks(readers) == []


FORGED = {
    "a block that was taken away": ("delete from block", "gaat over een blokkade die er niet is"),
    "a block lifted behind the portal's back": ("update block set lifted_at = since", "opgeheven zonder"),
    "a block that ends sooner": ("update block set until = since", "een andere tijd"),
    "a block of somebody else": ("update block set person_id = blocked_by", "voor iemand anders"),
    "a block by somebody else": ("update block set blocked_by = person_id", "door iemand anders"),
    "an account opened": ("update person set active = true, blocked_at = null", "open of dicht"),
    "a gate with fewer conditions": ("update product set conditions = '[\"terms\"]'", "andere poort"),
    "a rights holder left out": ("delete from product_rights_holder", "andere rechthebbenden"),
    "a longer grace": ("update publication set grace_days = 400", "ander moment"),
    "another title": ("update publication set title = 'x'", "andere titel"),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_row_is_named(readers: Portal, forgery: str) -> None:
    blocked(readers)
    desk = readers.sign_in(SANNE).open(f"/blokkades/account/{id_of(readers, ANN)}")
    desk.fill(reason=REASON).press("Blokkeren")
    assert of_blocks(readers) == []
    statement, what = FORGED[forgery]
    readers.do(lambda session: session.connection().exec_driver_sql(statement))
    assert any(what in each for each in of_blocks(readers)), findings(readers)


def test_an_entry_in_the_ledger_tells_no_reason_and_no_name(readers: Portal) -> None:
    """What is in the ledger can never be erased."""
    blocked(readers, words="Bel ons")
    told = readers.ask(lambda: [str(each.detail) for each in reader.query(Entry).filter_by(act="block")])
    assert len(told) == 1
    assert not any(word in told[0] for word in (REASON, "Bel ons", TOM.name))
