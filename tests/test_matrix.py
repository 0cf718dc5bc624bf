"""Who may see what: an administrator sees each person before each gate, with the reason, and reminds who can mend it."""

import datetime as dt
import uuid
from functools import partial
from urllib.parse import urlsplit

from sqlalchemy import event

from portal import clock
from portal.database import reader
from portal.dossier import at_the_gate, matrix
from portal.gate.conditions import CONDITIONS
from portal.offers import gate_reminders
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.tables import Membership, Person
from portal.record import ledger
from portal.record.ledger import Entry
from portal.record.outbox import Mail
from tests.builders import ANN, EVA, IRIS, NOOR, PRODUCT, SANNE, SCHOOL, TOM, Portal, Someone, a_role, accepted_terms
from workflows.vocabulary import Role

MATRIX = f"/wie-mag-wat/{SCHOOL}"
TERMS = f"/wie-mag-wat/herinneren/{PRODUCT}/{SCHOOL}/terms"
SEND = "Verstuur de herinnering"


def id_of(portal: Portal, someone: Someone) -> uuid.UUID:
    found = portal.visitor(someone).person_id
    assert found
    return found


def reminders(portal: Portal) -> list[Mail]:
    return portal.ask(lambda: list(reader.query(Mail).filter_by(kind="gate_reminder").order_by(Mail.put_at)))


def test_an_administrator_sees_who_may_open_what_and_why_not(in_force: Portal) -> None:
    accepted_terms(in_force, ANN)
    page = in_force.sign_in(EVA).open("/rapporten").follow("Wie mag wat zien?").open(MATRIX)
    page.sees("Tom de Wit", "rapportlezer", "dicht: nog niet akkoord met de voorwaarden", "Ann de Vries", "open")
    page.open(f"{MATRIX}?q=tom").sees("Tom de Wit").sees_not("Ann de Vries")
    page.open(f"{MATRIX}?state=open").sees("Ann de Vries").sees_not("Tom de Wit")
    page.open(f"{MATRIX}?q=niemand").sees("Niets gevonden")
    lines = page.send("GET", f"{MATRIX}/lijst.csv").response.text.splitlines()
    assert any("Tom de Wit" in each and "dicht: nog niet akkoord" in each for each in lines)
    assert any("Ann de Vries" in each and '"open"' in each for each in lines)


def test_every_cell_is_what_the_gate_itself_says_of_that_person(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    a_role(in_force, NOOR, in_force.organisation(SCHOOL), Role.READER)

    def compared() -> int:
        location, product = register.location(SCHOOL), reader.query(Product).filter_by(name=PRODUCT).one()
        assert location
        found = matrix.rows(reader(), location, [product], at=clock.now())
        for row in found:
            person = reader.get_one(Person, row.person_id)
            said = at_the_gate.verdict(reader(), person, location, product, at=clock.now(), contact="")
            assert tuple(each.code for each in row.cells[0].missing) == said.missing, row.name
        return len(found)

    for codes in (["terms"], list(CONDITIONS), ["dpia", "agreement", "member"]):
        in_force.do(
            lambda session, codes=codes: setattr(
                session.query(Product).filter_by(name=PRODUCT).one(), "conditions", codes
            )
        )
        assert in_force.ask(compared) >= 5


def test_the_questions_to_the_database_grow_with_the_cells_and_nothing_else(in_force: Portal) -> None:
    asked: list[str] = []

    def counted() -> tuple[int, int]:
        location, product = register.location(SCHOOL), reader.query(Product).filter_by(name=PRODUCT).one()
        assert location
        engine = reader().get_bind()
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        found = matrix.rows(reader(), location, [product], at=clock.now())
        return len(asked), len(found)

    questions, people = in_force.ask(counted)
    assert questions <= people + 3


def test_who_does_not_administer_the_school_finds_nothing(in_force: Portal) -> None:
    one = f"{MATRIX}/{id_of(in_force, TOM)}/{PRODUCT}"
    for someone in (TOM, IRIS, SANNE):
        browser = in_force.sign_in(someone)
        for address in (MATRIX, f"{MATRIX}/lijst.csv", one, f"{TERMS}?wie={id_of(in_force, ANN)}"):
            assert browser.send("GET", address).status == 404, (someone.name, address)
        assert (browser.send("GET", "/wie-mag-wat").status == 404) is (someone is not IRIS), (
            "Iris has schools of her own"
        )
    eva = in_force.sign_in(EVA)
    assert eva.send("GET", f"{MATRIX}/{id_of(in_force, IRIS)}/{PRODUCT}").status == 404, "nobody of this school"
    for wrong in (f"{TERMS}?wie=x", f"{TERMS}?wie={id_of(in_force, IRIS)}", TERMS.replace("terms", "niets")):
        assert eva.send("GET", wrong).status == 404, wrong


def test_a_reminder_goes_to_who_can_mend_it_once_in_seven_days(in_force: Portal) -> None:
    eva = in_force.sign_in(EVA).open(f"{MATRIX}/{id_of(in_force, TOM)}/{PRODUCT}")
    eva.sees("Nog niet akkoord met de voorwaarden", "Tom de Wit").follow("Stuur een herinnering")
    eva.sees("Tom de Wit krijgt een mail", "U bent nog niet akkoord met de gebruiksvoorwaarden")
    address, fields = eva.would_send(SEND)
    eva.press(SEND).sees("Er is een mail gestuurd aan Tom de Wit", "Hierover is een mail gestuurd op")
    eva.send("POST", address, data=fields)  # pressed twice
    assert eva.open(eva.response.location).text.count("Hierover is al een mail gestuurd") == 1
    [mail] = reminders(in_force)
    assert (mail.to, "regelen" in mail.subject) == (TOM.email, True)
    in_force.work()
    letter = in_force.letter(TOM.email, "Wilt u dit regelen")
    assert "Eva Bakker vraagt" in letter and f"/rapporten/{PRODUCT}/{SCHOOL}/poort" in letter
    in_force.later(days=6)
    in_force.sign_in(EVA).post(urlsplit(address).path + "?" + urlsplit(address).query)
    assert len(reminders(in_force)) == 1
    in_force.later(days=2)
    in_force.sign_in(EVA).open(MATRIX).post(urlsplit(address).path + "?" + urlsplit(address).query)
    assert len(reminders(in_force)) == 2
    entries = in_force.ask(lambda: reader.query(Entry).filter_by(act="remind_at_gate").all())
    assert [each.detail for each in entries] == [{"condition": "terms", "mails": 1}] * 2
    assert in_force.findings() == ()


def test_a_reader_reminds_the_board_of_what_the_board_must_do(in_force: Portal) -> None:
    in_force.do(
        lambda session: setattr(
            session.query(Product).filter_by(name=PRODUCT).one(), "conditions", ["terms", "agreement"]
        )
    )
    tom = in_force.sign_in(TOM).open(f"/rapporten/{PRODUCT}/{SCHOOL}/poort").follow("Stuur een herinnering")
    tom.sees("Ann de Vries krijgt een mail", "Bas Jansen krijgt een mail").press(SEND)
    tom.sees("Er is een mail gestuurd aan Ann de Vries, Bas Jansen")
    assert {each.to for each in reminders(in_force)} == {"ann@ons.example", "bas@ons.example"}


def test_nobody_reminds_themselves_nor_of_what_is_in_order(in_force: Portal) -> None:
    tom = in_force.sign_in(TOM)
    assert tom.send("GET", TERMS).status == 404, "only Tom himself can"
    assert tom.post(TERMS).status == 404
    accepted_terms(in_force, TOM)
    eva = in_force.sign_in(EVA).open(MATRIX)
    assert eva.post(f"{TERMS}?wie={id_of(in_force, TOM)}").status == 404, "it is in order"
    assert reminders(in_force) == []


def test_who_sends_on_and_on_is_stopped(in_force: Portal) -> None:
    people = [Someone(f"Lezer {number}", f"lezer{number}@ons.example") for number in range(1)]
    for each in people:
        a_role(in_force, each, in_force.organisation(SCHOOL), Role.READER)
    eva = in_force.sign_in(EVA).open(MATRIX)
    by = id_of(in_force, EVA)
    for number in range(gate_reminders.MOST):
        subject = f"gate:{PRODUCT}/{number}"
        in_force.do(partial(ledger.append, act=gate_reminders.REMIND, subject=subject, actor=by))
    answer = eva.post(f"{TERMS}?wie={id_of(in_force, people[0])}")
    assert answer.status == 429 and reminders(in_force) == []


def test_a_role_that_is_over_is_gone_from_the_list(in_force: Portal) -> None:
    over = in_force.moment - dt.timedelta(seconds=1)
    tom = id_of(in_force, TOM)
    in_force.do(lambda session: setattr(session.query(Membership).filter_by(person_id=tom).one(), "until", over))
    in_force.sign_in(EVA).open(MATRIX).sees_not("Tom de Wit")
