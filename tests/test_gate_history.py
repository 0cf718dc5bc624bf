"""What the gate said on another day, and by which documents: the same answer as it gave then, or that it is not known."""

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import Column, Table, delete, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from portal.cases import turning
from portal.cases.tables import Case
from portal.database import reader
from portal.dossier import gate_grounds, gate_history
from portal.dossier.deciding_statement import BY_PERSON
from portal.dossier.gate_history import Answer, History, Question
from portal.gate.conditions import CONDITIONS
from portal.offers.tables import Product
from portal.parties import erasing, looks, memberships, register
from portal.parties.looks import Look
from portal.parties.tables import Membership, Organisation, Person
from portal.record import past
from portal.record.ledger import Entry
from portal.reports import own_reports
from portal.views.gate_history import ANSWERS, MET, UNMET
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    NOOR,
    OURS,
    PRODUCT,
    SAM,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_role,
    accepted_terms,
    an_account,
    sign,
)
from tests.conftest import Tell
from tests.dpia_decisions import a_decision, a_model, reuse
from tests.own_reports import a_report
from tests.pasts import Life
from tests.suppliers import KIM, a_published_agreement, an_agreement
from workflows.vocabulary import Role


@pytest.fixture
def everything(gated: Portal) -> Portal:
    """The product asks for all there is, and Tom comes in."""
    accepted_terms(gated, TOM)
    a_role(gated, NOOR, gated.organisation(OURS), Role.PRIVACY_OFFICER)
    a_published_agreement(gated)
    case_id = an_agreement(gated)
    for someone in (ANN, BAS, SAM):
        sign(gated, case_id, someone)
        gated.work()
    a_model(gated)
    a_decision(gated, reuse())
    gated.do(lambda session: setattr(session.query(Product).one(), "conditions", sorted(CONDITIONS)))
    return gated


def read(portal: Portal, question: Question) -> History:
    return portal.ask(lambda: gate_history.read(reader(), question))


@pytest.mark.parametrize("seed", range(3))
def test_the_gate_says_of_every_moment_what_it_said_at_that_moment(everything: Portal, seed: int, tell: Tell) -> None:
    """Random lives of a portal; nothing is said of the past that was not said then."""
    life = Life(everything, seed)
    told = life.live(60)
    found = {each: read(everything, each) for each in {each.question for each in told}}
    spans = {each: everything.ask(history.spans) for each, history in found.items()}
    held = 0
    for each in told:
        said = found[each.question].at(each.at)
        assert (said.answer, set(said.missing)) == (each.answer, set(each.missing)), (each, life.done)
        [span] = [
            one for one in spans[each.question] if one.since <= each.at and (one.until is None or each.at < one.until)
        ]
        assert span.said == said
        held += 1
    seen = Counter(each.answer for each in told)
    assert min(seen[each] for each in (Answer.OPEN, Answer.SHUT, Answer.NO_ROLE)) > 10, f"{seen}: this proves little"
    assert everything.findings("past") == ()
    tell("what the gate said then", len(told), held)


def test_everything_that_the_gates_statement_reads_keeps_its_past() -> None:
    """A column that decides and is not kept would make the history say what is so now."""
    asked: dict[str, set[str]] = {}
    for each in visitors.iterate(BY_PERSON):
        if isinstance(each, Column) and isinstance(each.table, Table):
            asked.setdefault(each.table.name, set()).add(each.name)
    kept = {each.table.name: set(each.columns) for each in past.KEPT.values()}
    assert {name: columns - kept.get(name, set()) for name, columns in asked.items()} == {name: set() for name in kept}


def test_before_the_keeping_began_it_is_not_known_and_says_so(everything: Portal) -> None:
    question = Question(everything.ask(lambda: reader.scalars(select(Person.id)).first()), PRODUCT, SCHOOL)
    history = read(everything, question)
    assert history.known_since
    assert history.at(history.known_since - dt.timedelta(microseconds=1)).answer is Answer.NOT_KNOWN
    assert history.at(history.known_since).answer is not Answer.NOT_KNOWN


# --- The page ------------------------------------------------------------------------------------------------------


HERE = "/gate/history"


def asked(browser: Browser, day: dt.date, *, until: dt.date | None = None, **other: str) -> Browser:
    """The form filled in: Tom, the school of the stories, the product."""
    days = {"first": day} | ({"last": until} if until else {})
    parts = {
        f"{name}-{part}": str(getattr(each, part)) for name, each in days.items() for part in ("day", "month", "year")
    }
    said = {"person": TOM.email, "school": SCHOOL, "product": PRODUCT, **parts, **other}
    return browser.open(HERE).fill(**said).press("Kijk terug")


def test_the_desk_reads_why_somebody_could_see_a_report_and_until_when(everything: Portal) -> None:
    """product.md: why could this person see this report on 3 March, with documents."""
    opened = everything.moment.date()
    everything.later(days=2)
    case_id = everything.case("usage_terms")
    with everything.opened():
        turning.take_back(case_id, words="Ik stop.", by=everything.visitor(TOM))
    ended = everything.moment.date()
    everything.later(days=3)
    desk = everything.sign_in(SANNE)
    reference = everything.ask(lambda: reader.get_one(Case, case_id).reference)
    asked(desk, ended - dt.timedelta(days=1)).sees("Ja, de poort was open", "Bestuursverklaring", reference)
    desk.sees("Controleer stuk", "Akkoord met de gebruiksvoorwaarden, versie").sees_not("niet voldaan")
    asked(desk, everything.moment.date()).sees("Nee, de poort was dicht", "Code: terms", "niet akkoord met een versie")
    asked(desk, opened, until=everything.moment.date()).sees("Wat er in deze dagen veranderde", "Ja, de poort was open")
    desk.sees("Nee, de poort was dicht")


def test_the_spreadsheet_has_the_same_answers(everything: Portal) -> None:
    desk = everything.sign_in(SANNE)
    asked(desk, everything.moment.date()).follow("Opslaan als spreadsheet (CSV)")
    lines = desk.response.text.splitlines()
    assert lines[0].startswith('\ufeff"Van";"Tot";"Antwoord";"Code"')
    assert any('"terms";' in each and '"ja"' in each for each in lines)
    assert {each.split(";")[3].strip('"') for each in lines[1:]} >= set(CONDITIONS)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"person": ""}, "Vul een naam of e-mailadres in."),
        ({"person": "Xyzzy"}, "Wij vinden niemand"),
        ({"person": "00000000-0000-0000-0000-000000000000"}, "Wij kennen niemand met dit nummer."),
        ({"person": "e"}, "Dit past bij"),
        ({"school": ""}, "Vul een vestigingscode"),
        ({"school": "Xyzzyschool"}, "Deze school staat niet in het register."),
        ({"school": "school"}, "Dit past bij meer dan één school."),
        ({"product": ""}, "Kies het product"),
        ({"first-day": "31", "first-month": "2"}, "Deze datum bestaat niet."),
        ({"first-year": "2027"}, "is nog niet geweest"),
        ({"first-year": "2025"}, "is dit niet bekend"),
        ({"last-day": "1", "last-month": "1", "last-year": "2026"}, "Deze dag ligt voor de eerste."),
        ({"person": "<script>alert(1)</script>\u202e%(name)s{{7*7}}"}, "Wij vinden niemand"),
    ],
)
def test_what_cannot_be_answered_says_why_beside_the_field(
    in_force: Portal, typed: dict[str, str], sentence: str
) -> None:
    desk = asked(in_force.sign_in(SANNE), in_force.moment.date(), **typed)
    desk.sees(sentence).sees_not("de poort was open")


def test_the_page_names_the_report_that_is_asked_about(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    day = in_force.moment.date()
    asked(in_force.sign_in(SANNE), day, report="schoolkaart").sees("Rapport: Schoolkaart", "Ja, de poort was open")
    asked(in_force.sign_in(SANNE), day, report="leerlingen").sees("Rapport: Leerlingen")


def test_whom_one_means_is_chosen_where_more_fit(in_force: Portal) -> None:
    desk = asked(in_force.sign_in(SANNE), in_force.moment.date(), person="ons.example")
    desk.sees("Dit past bij meer dan één persoon").follow(TOM.name).sees("Nee, de poort was dicht", "Code: terms")


def test_a_school_is_found_by_its_name_or_chosen_among_those_that_fit(in_force: Portal) -> None:
    known = in_force.ask(lambda: register.location(SCHOOL))
    assert known
    desk = asked(in_force.sign_in(SANNE), in_force.moment.date(), school=f"{known.name} {known.place}")
    desk.sees("Nee, de poort was dicht", SCHOOL)
    place = known.place
    first = in_force.ask(lambda: register.find(place, kinds=frozenset({"location"}), limit=8)).hits[0]
    desk = asked(in_force.sign_in(SANNE), in_force.moment.date(), school=place).sees("Dit past bij meer dan één school")
    desk.follow(first.name).sees(f"({first.key.removeprefix('location:')})")


def test_who_is_no_desk_and_no_auditor_finds_no_page(in_force: Portal) -> None:
    for someone in (TOM, EVA, ANN, IRIS):
        browser = in_force.sign_in(someone)
        assert (browser.open(HERE).status, browser.open(f"{HERE}.csv").status) == (404, 404)


def test_an_auditor_looks_back_and_finds_nothing_else_of_the_desk(in_force: Portal) -> None:
    desk = in_force.ask(lambda: reader.scalars(select(Organisation.id).filter_by(kind="operator")).one())
    pia = Someone("Pia Auditor", "pia@audit.example")
    form = in_force.sign_in(SANNE).open(f"/servicedesk/organisaties/{desk}").fill(name=pia.name, email=pia.email)
    form.press("Uitnodigen").sees("Kies een rol.")
    form.choose("role", "auditor").press("Uitnodigen").sees("is uitgenodigd")
    an_account(in_force, pia)
    auditor = in_force.sign_in(pia).open("/").follow("Terugkijken").sees("Kon iemand dit zien?")
    assert auditor.open("/servicedesk").status == 404
    asked(auditor, in_force.moment.date()).sees("Nee, de poort was dicht")


def test_that_somebody_looked_back_is_noted_and_the_person_reads_it(in_force: Portal) -> None:
    desk, today = in_force.sign_in(SANNE), in_force.moment.date()
    for _ in range(3):
        asked(desk, today)
    assert in_force.count(Look) == 1
    in_force.sign_in(TOM).open("/account/gegevens").sees("Wie uw toegang terugkeek", f"{PRODUCT} {SCHOOL}")
    in_force.later(days=731)
    in_force.ask(looks.forget_what_is_over)
    assert in_force.count(Look) == 0


def test_who_was_erased_is_a_number_and_no_name(everything: Portal) -> None:
    open_on = everything.moment.date()
    person_id = everything.visitor(TOM).person_id
    membership = everything.ask(lambda: reader.scalars(select(Membership).filter_by(person_id=person_id)).one().id)
    everything.later(days=1)
    everything.do(lambda session: memberships.end_membership(session, session.get_one(Membership, membership)))
    everything.later(days=800)
    assert everything.ask(erasing.erase_what_is_over).accounts >= 1
    desk = asked(everything.sign_in(SANNE), open_on, person=str(person_id))
    desk.sees("gewiste persoon", "Ja, de poort was open").sees_not(TOM.name).sees_not(TOM.email)
    assert everything.findings("past") == ()


def test_a_report_of_a_supplier_was_there_from_its_publication_to_its_end(everything: Portal) -> None:
    before = everything.moment
    report = a_report(everything.later(minutes=1))
    tom, kim = everything.visitor(TOM).person_id, everything.visitor(KIM).person_id
    assert tom and kim
    out = everything.later(days=1).moment
    with everything.later(minutes=1).opened():
        own_reports.withdraw(report, why="Fout.", by=kim)
    after = everything.later(minutes=1).moment
    history = read(everything, Question(tom, PRODUCT, SCHOOL, str(report)))
    said = [history.at(each).answer for each in (before, out, after)]
    assert said == [Answer.NO_REPORT, Answer.OPEN, Answer.NO_REPORT]
    assert read(everything, Question(tom, PRODUCT, SCHOOL, "schoolkaart")).at(out).answer is Answer.OPEN
    assert read(everything, Question(tom, PRODUCT, SCHOOL, "nonsense")).at(out).answer is Answer.NO_REPORT


def test_every_condition_is_said_of_somebody_else_as_well() -> None:
    assert set(MET) == set(UNMET) == set(gate_grounds.GROUNDS) == set(CONDITIONS)
    assert set(ANSWERS) == set(Answer)


# --- The keeping ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ('UPDATE past SET "values" = \'{}\' WHERE "row" = :row', "is veranderd"),
        ('DELETE FROM past WHERE number = (SELECT MIN(number) FROM past WHERE "row" = :row)', "is veranderd"),
        ('DELETE FROM past WHERE number = (SELECT MAX(number) FROM past WHERE "row" = :row)', "als laatste zegt"),
        ('DELETE FROM past WHERE "row" = :row', "heeft geen verleden"),
        ("UPDATE person SET active = false WHERE email = 'tom@ons.example'", "als laatste zegt"),
    ],
)
def test_who_changes_or_takes_away_something_of_the_past_is_found(in_force: Portal, statement: str, what: str) -> None:
    tom = in_force.visitor(TOM).person_id
    in_force.do(lambda session: setattr(session.get_one(Person, tom), "tf_totp_secret", "geheim"))
    assert in_force.findings("past") == ()
    with in_force.database.engine.connect() as connection:
        connection.execute(text(statement), {"row": str(tom)} if ":row" in statement else {})
        connection.commit()
    assert any(what in each.what for each in in_force.findings("past"))


def test_no_secret_and_no_name_stands_in_the_past(everything: Portal) -> None:
    found = everything.ask(lambda: list(reader.scalars(select(Person.tf_totp_secret))))
    secrets = [each for each in found if each]
    whole = everything.ask(lambda: "\n".join(str(each.values) for each in reader.scalars(select(past.Past))))
    assert secrets and not [each for each in (*secrets, TOM.name, ANN.name, TOM.email) if each in whole]


def test_what_was_there_before_the_keeping_began_is_known_from_then_on(in_force: Portal) -> None:
    """As at the upgrade of a portal that was in use already."""

    def forget(session: Session) -> None:
        session.execute(delete(past.Past))
        session.execute(delete(Entry).where(Entry.act == past.BEGUN))

    in_force.do(forget)
    tom = in_force.visitor(TOM).person_id
    assert tom
    question = Question(tom, PRODUCT, SCHOOL)
    assert read(in_force, question).at(in_force.moment).answer is Answer.NOT_KNOWN
    in_force.sign_in(SANNE).open(HERE).sees("bewaart nog niet")
    in_force.later(days=1)
    in_force.ask(past.begin)
    in_force.ask(past.begin)
    history = read(in_force, question)
    assert history.known_since == in_force.moment
    said = history.at(in_force.moment)
    assert (said.answer, said.missing) == (Answer.SHUT, ("terms",))
    assert in_force.findings("past") == ()


def test_a_clock_that_was_set_back_does_not_make_the_past_say_two_things(in_force: Portal) -> None:
    """quality.md, row 10: what was written later counts from its moment on, in the order in which it was written."""
    tom = in_force.visitor(TOM).person_id
    assert tom
    begun = in_force.moment
    for hours in (3, -2, 1, -1, 4):
        in_force.later(hours=hours)
        in_force.do(
            lambda session: setattr(
                session.get_one(Person, tom), "blocked_at", None if session.get_one(Person, tom).blocked_at else begun
            )
        )
    in_force.later(hours=1)
    history = read(in_force, Question(tom, PRODUCT, SCHOOL))
    spans = in_force.ask(history.spans)
    for minutes in range(0, 6 * 60, 10):
        moment = begun + dt.timedelta(minutes=minutes)
        [span] = [each for each in spans if each.since <= moment and (each.until is None or moment < each.until)]
        assert span.said == history.at(moment)
    assert "account" in spans[-1].said.missing
