"""Registration: what is asked of whom, what is refused and why, and that nothing typed is lost."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import assessing
from portal.cases.access import Visitor
from portal.cases.tables import Case, InForce, KeptFile
from portal.database import reader
from portal.offers.tables import Product
from portal.parties.tables import Organisation
from tests.browser import Browser
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    FEMKE,
    OURS,
    PRODUCT,
    SANNE,
    THEIRS,
    TOM,
    Portal,
    Someone,
    a_draft,
    a_role,
    a_submitted_registration,
    accept,
    all_is_well,
    an_account,
    answers_for_registration,
    at_step,
    submit,
)
from workflows.registration import remarks
from workflows.vocabulary import Role

SAVE = "Opslaan en verder"
SUUS = Someone("Suus Vos", "suus@leverancier.example", "Accountmanager")
LARS = Someone("Lars Kok", "lars@anders.example", "Accountmanager")


def named(*rows: dict[str, object]) -> dict[str, str]:
    """Fields of rows of persons, as the form names them."""
    return {f"people__{at}__{name}": str(value) for at, row in enumerate(rows) for name, value in row.items()}


# --- Beginning, and coming back ----------------------------------------------------------------------------------


def test_it_begins_with_an_address_to_which_a_link_is_mailed(portal: Portal) -> None:
    browser = portal.browser().open("/inschrijven").fill(email="Ann@Ons.example").press("Mail mij de link")
    browser.sees("Kijk in uw mail").open(portal.mailed_link("ann@ons.example", "Ga verder")).sees("Wie schrijft u in?")
    browser.follow("Wie schrijft u in?").sees("Soort organisatie")


def test_something_that_is_no_address_gets_no_mail(portal: Portal) -> None:
    browser = portal.browser().open("/inschrijven").fill(email="ann bij ons").press("Mail mij de link")
    assert browser.status == 422
    assert "Vul uw e-mailadres op het werk in" in browser.faults()["email"]
    assert browser.values()["email"] == ["ann bij ons"]
    assert portal.count(Case) == 0


@pytest.mark.parametrize(("later", "garble", "status"), [({}, "x", 404), ({"days": 31}, "", 410)])
def test_a_garbled_or_expired_link_says_so(portal: Portal, later: dict[str, int], garble: str, status: int) -> None:
    a_draft(portal, {})
    link = portal.mailed_link(ANN.email, "Ga verder")
    browser = portal.later(**later).browser().open(link + garble)
    assert browser.status == status
    browser.sees("klopt niet" if garble else "verlopen")


def test_a_draft_opens_in_another_browser_by_the_same_link_and_in_none_without(portal: Portal) -> None:
    case_id = a_draft(portal, {"kind": {"kind": "board"}})
    assert portal.browser().open(f"/zaken/{case_id}").sees("Inloggen")
    there = portal.browser().open(portal.mailed_link(ANN.email, "Ga verder"))
    there.open(f"/zaken/{case_id}").sees("Klaar", "Welke organisatie is het?")


def test_answers_are_there_again_when_one_comes_back(portal: Portal) -> None:
    browser = at_step(portal, "invoices")
    address = browser.address.replace("invoices", "details")
    assert browser.open(address).values()["street"] == ["Dorpsstraat 1"]


def test_a_stranger_cannot_open_somebody_elses_draft_with_an_own_draft(portal: Portal) -> None:
    theirs = a_draft(portal, {}, starter=BAS)
    own = at_step(portal, "party")
    own.open(f"/zaken/{theirs}").sees("Inloggen")
    assert own.post(f"/zaken/{theirs}/versturen").status == 404


# --- Every kind --------------------------------------------------------------------------------------------------


def test_a_board_from_the_register_is_filled_in_and_says_where_from(portal: Portal) -> None:
    at_step(portal, "details").sees("Ingevuld uit het register van DUO").sees_not("Ingevuld Ingevuld")


def test_a_school_from_the_register_is_filled_in_with_its_address(portal: Portal) -> None:
    browser = at_step(portal, "details", kind={"kind": "school"}, party={"party": "location:03KF00"})
    values = browser.values()
    assert (values["street"], values["postcode"]) == (["Gerberastraat 2"], ["1431 SG"])


def test_a_school_is_found_by_name_without_javascript(portal: Portal) -> None:
    browser = at_step(portal, "party", kind={"kind": "school"})
    browser.fill(q="jozefschool aalsmeer").press("Zoeken").choose("party", "location:03KF00").press(SAVE)
    browser.sees("Gegevens van de organisatie")


def test_a_school_group_is_not_looked_up_in_the_register(portal: Portal) -> None:
    browser = at_step(portal, "kind").choose("kind", "school_group").press(SAVE).sees("Gegevens van de organisatie")
    browser.sees_not("Bestuursnummer")


@pytest.mark.parametrize(
    ("answer", "place"),
    [({"for_education": "no"}, "for_education"), ({"subsidised_by": "none"}, "subsidised_by"),
     ({"commercial": "yes"}, "commercial")],
)  # fmt: skip
def test_a_support_body_that_does_not_fit_is_refused_with_the_rule(
    portal: Portal, answer: dict[str, str], place: str
) -> None:
    """R002-17: for education, subsidised, not commercial."""
    browser = at_step(portal, "kind").choose("kind", "support_body").press(SAVE)
    for name, value in {"for_education": "yes", "subsidised_by": "local", "commercial": "no", **answer}.items():
        browser.choose(name, value)
    assert browser.press(SAVE).status == 422
    assert set(browser.faults()) == {place}


def test_a_support_body_that_fits_goes_on(portal: Portal) -> None:
    """R002-17"""
    browser = at_step(portal, "kind").choose("kind", "support_body").press(SAVE).sees("De leverancier beslist daarna")
    browser.choose("for_education", "yes").choose("subsidised_by", "local").choose("commercial", "no").press(SAVE)
    browser.sees("Gegevens van de organisatie").sees_not("Bestuursnummer")


@pytest.mark.parametrize("kind", ["school_group", "support_body"])
def test_every_kind_of_organisation_can_be_accepted(portal: Portal, kind: str) -> None:
    """R002-15, -17"""
    case_id = submitted(portal, answers_for_a(kind))
    accept(portal, case_id)
    assert portal.ask(lambda: reader.get_one(Case, case_id).organisation.kind) == kind  # type: ignore[union-attr]


def answers_for_a(kind: str, *, starter: Someone = ANN) -> dict[str, dict[str, Any]]:
    """The answers of a sound registration of something that is no board."""
    answers = answers_for_registration(kind={"kind": kind}, party={"party": "location:03KF00"}, starter=starter)
    answers["details"]["name"] = "Voorbeeld"
    if kind == "school":
        return answers
    fits = {"for_education": True, "subsidised_by": "local", "commercial": False}
    answers["details"].pop("board_number")
    order = {"kind": answers.pop("kind")} | ({"support": fits} if kind == "support_body" else {})
    return {**order, **{name: values for name, values in answers.items() if name != "party"}}


def submitted(portal: Portal, answers: dict[str, dict[str, Any]], *, starter: Someone = ANN) -> uuid.UUID:
    case_id = a_draft(portal, answers, starter=starter)
    submit(portal, case_id, Visitor(drafts=frozenset({case_id})))
    return case_id


def judged(portal: Portal, case_id: uuid.UUID, by: Someone, verdict: str = "accept", words: str = "") -> None:
    visitor = portal.visitor(by)
    with portal.opened():
        assessing.assess(case_id, verdict=verdict, words=words, by=visitor, follow=portal.follow)


def ends_well(portal: Portal) -> bool:
    portal.work()
    return all_is_well(portal)


# --- A support body, and its suppliers ---------------------------------------------------------------------------


def suppliers(portal: Portal) -> None:
    """The supplier of the results monitor has an administrator; so has that of another product."""
    first = portal.ask(lambda: reader.query(Product).one().supplier_id)

    def another(session: Session) -> uuid.UUID:
        supplier = Organisation(kind="supplier", name="Andere leverancier", registered_at=portal.moment)
        session.add(supplier)
        session.flush()
        old = session.query(Product).one()
        columns = {name: getattr(old, name) for name in ("conditions", "recipient_groups", "contact")}
        session.add(Product(name="focus_po", title="Focus PO", supplier_id=supplier.id, **columns))
        return supplier.id

    a_role(portal, SUUS, first, Role.ADMINISTRATOR)
    a_role(portal, LARS, portal.do(another), Role.ADMINISTRATOR)


def admitted_to(portal: Portal, case_id: uuid.UUID) -> set[str]:
    rows = select(Product.name).join(InForce, InForce.product_id == Product.id)
    return portal.ask(lambda: set(reader.scalars(rows.where(InForce.case_id == case_id, InForce.kind == "admission"))))


def test_each_supplier_decides_whether_a_support_body_may_have_its_products(portal: Portal) -> None:
    """R002-17: and finally the supplier decides, for its own products."""
    suppliers(portal)
    answers = answers_for_a("support_body")
    answers["products"]["products"] = [PRODUCT, "focus_po"]
    case_id = submitted(portal, answers)
    for someone in (SUUS, LARS, SANNE):
        assert any(each.startswith("Te beoordelen: Inschrijving") for each in portal.mails(someone.email))
    judged(portal, case_id, LARS, "refuse", "Niet voor instellingen buiten scholen.")
    judged(portal, case_id, SANNE)
    assert portal.state(case_id) == "assessing"
    judged(portal, case_id, SUUS)
    assert portal.state(case_id) == "decided"
    assert admitted_to(portal, case_id) == {PRODUCT}
    portal.work()
    said = [(each["verdict"], each["for"]) for each in portal.document(case_id).facts["assessments"]]
    assert ("Geweigerd", "Andere leverancier") in said
    assert ("Akkoord", "") in said


def test_the_operators_no_is_the_end_whatever_the_suppliers_say(portal: Portal) -> None:
    suppliers(portal)
    case_id = submitted(portal, answers_for_a("support_body"))
    judged(portal, case_id, SUUS)
    judged(portal, case_id, SANNE, "refuse", "Het bewijsstuk is van een ander.")
    assert portal.state(case_id) == "refused"
    assert admitted_to(portal, case_id) == set()


def test_a_supplier_judges_only_what_concerns_its_own_products(portal: Portal) -> None:
    suppliers(portal)
    case_id = submitted(portal, answers_for_a("support_body"))
    assert portal.sign_in(LARS).open(f"/zaken/{case_id}").status == 404
    board = a_submitted_registration(portal, starter=EVA)
    assert portal.sign_in(SUUS).open(f"/zaken/{board}").status == 404


def test_an_admission_that_nobody_gave_is_named(portal: Portal) -> None:
    suppliers(portal)
    case_id = submitted(portal, answers_for_a("support_body"))
    judged(portal, case_id, SUUS, "refuse", "Nee.")
    judged(portal, case_id, SANNE)

    def forge(session: Session) -> None:
        row = session.query(InForce).filter_by(case_id=case_id, kind="registration").one()
        product = session.query(Product).filter_by(name=PRODUCT).one()
        columns = {name: getattr(row, name) for name in ("organisation_id", "since", "case_id")}
        session.add(InForce(kind="admission", product_id=product.id, **columns))

    portal.do(forge)
    findings = portal.findings()
    assert any("iets anders van kracht" in each.what for each in findings)


# --- A school, and its board -------------------------------------------------------------------------------------


def test_a_schools_registration_is_confirmed_by_a_signatory_of_its_board(registered: Portal) -> None:
    case_id = submitted(registered, answers_for_a("school", starter=TOM), starter=TOM)
    assert registered.sign_in(BAS).open(f"/zaken/{case_id}").status == 404  # the service desk looks first
    accept(registered, case_id)
    assert registered.state(case_id) == "assessing"
    assert any(each.startswith("Te beoordelen: Inschrijving") for each in registered.mails(BAS.email))
    waits = registered.browser().open(registered.mailed_link(TOM.email, "Ontvangen")).open(f"/zaken/{case_id}")
    waits.sees("een tekenbevoegde van Stichting Voorbeeld 28849")
    assert registered.sign_in(EVA).open(f"/zaken/{case_id}").status == 404  # an administrator cannot bind the board
    registered.sign_in(BAS).open(f"/zaken/{case_id}/oordeel").press("Akkoord")
    assert registered.state(case_id) == "decided"
    registered.work()
    facts = registered.document(case_id).facts["assessments"]
    assert [(each["name"], each["for"]) for each in facts][-1] == (BAS.name, "Stichting Voorbeeld 28849")
    assert ends_well(registered)


def test_the_boards_no_is_the_end(registered: Portal) -> None:
    case_id = submitted(registered, answers_for_a("school", starter=TOM), starter=TOM)
    accept(registered, case_id)
    judged(registered, case_id, ANN, "refuse", "Deze school doet mee via ons bestuur.")
    assert registered.state(case_id) == "refused"
    letter = registered.letter(TOM.email, "Uw zaak")
    assert "een tekenbevoegde van Stichting Voorbeeld 28849 schrijft" in letter


def test_where_the_board_is_not_registered_the_case_waits_and_says_for_what(portal: Portal) -> None:
    """It goes on by itself once the board has registered."""
    case_id = submitted(portal, answers_for_a("school", starter=TOM), starter=TOM)
    accept(portal, case_id)
    link = portal.mailed_link(TOM.email, "Ontvangen")
    portal.browser().open(link).open(f"/zaken/{case_id}").sees("dat zich eerst zelf moet inschrijven")
    assert portal.state(case_id) == "assessing"
    accept(portal, a_submitted_registration(portal))
    an_account(portal, BAS)
    portal.browser().open(link).open(f"/zaken/{case_id}").sees("een tekenbevoegde van Stichting Voorbeeld 28849")
    judged(portal, case_id, BAS)
    assert portal.state(case_id) == "decided"


# --- Refused -----------------------------------------------------------------------------------------------------


def test_a_board_that_is_registered_already_is_pointed_to_the_change_form(registered: Portal) -> None:
    """R002-16"""
    browser = at_step(registered, "party")
    browser.fill(q=OURS).press("Zoeken").choose("party", f"board:{OURS}").press(SAVE)
    assert "is al ingeschreven" in browser.faults()["party"]
    assert "wijzigingsformulier" in browser.faults()["party"]


def test_a_registered_board_is_refused_by_its_number_too(registered: Portal) -> None:
    """R002-16, where somebody fills in by hand what stands in the register."""
    browser = at_step(registered, "details", party={"party": "by_hand"}).fill(**DETAILS, board_number=OURS).press(SAVE)
    assert "is al ingeschreven" in browser.faults()["board_number"]


def test_of_two_registrations_of_one_board_the_first_that_is_accepted_wins(portal: Portal) -> None:
    first, second = a_submitted_registration(portal), a_submitted_registration(portal, starter=EVA)
    accept(portal, first)
    assert "is intussen al ingeschreven" in portal.letter(EVA.email, "Al ingeschreven")
    desk = portal.sign_in(SANNE).open(f"/servicedesk/{second}").press("Akkoord")
    assert desk.status == 409
    desk.sees("is intussen al ingeschreven", "wijzigingsformulier")
    assert (portal.state(first), portal.state(second)) == ("decided", "assessing")
    desk.open(f"/servicedesk/{second}").fill(words="Uw bestuur doet al mee.").press("Weigeren")
    assert "Uw bestuur doet al mee." in portal.letter(EVA.email, "Uw zaak")


def test_two_registrations_of_one_board_at_submission_the_second_is_told(portal: Portal) -> None:
    """Who answered before the board was registered is told when submitting, not only by the service desk."""
    second = a_draft(portal, answers_for_registration(starter=EVA), starter=EVA)
    accept(portal, a_submitted_registration(portal))
    browser = portal.browser().open(portal.mailed_link(EVA.email, "Ga verder"))
    browser.open(f"/zaken/{second}/nakijken").press("Inschrijving versturen")
    assert browser.status == 409
    browser.sees("is al ingeschreven")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("kvk", "1234567", "8 cijfers"),
        ("kvk", "12345678a", "8 cijfers"),
        ("kvk", "00000000", "8 cijfers"),
        ("postcode", "1431", "4 cijfers en 2 letters"),
        ("postcode", "0431 SG", "4 cijfers en 2 letters"),
        ("board_number", "2884", "5 cijfers"),
        ("board_number", "02884", "5 cijfers"),
        ("board_number", "99999", "staat niet in het register"),
        ("name", "", "Vul in: Naam"),
        ("place", "x" * 201, "te lang"),
    ],
)
def test_a_malformed_or_unknown_number_is_said_at_its_field_and_nothing_is_lost(
    portal: Portal, field: str, value: str, sentence: str
) -> None:
    browser = at_step(portal, "details").fill(**DETAILS).fill(**{field: value}).press(SAVE)
    assert browser.status == 422
    assert sentence in browser.faults()[field]
    assert browser.text.startswith("Fout:")
    assert browser.values()["street"] == ["Kerkweg 1"]
    assert browser.values()[field] == [value]


DETAILS = {"name": "Ons", "street": "Kerkweg 1", "postcode": "1431 SG", "place": "Aalsmeer", "kvk": "12345678"}


@pytest.mark.parametrize(
    "key", ["board:00000", "board:\x00", "location:99ZZ00", "nonsense", "board:", "location:03KF00", ""]
)
def test_a_choice_that_is_not_in_the_register_is_refused(portal: Portal, key: str) -> None:
    """Also a school where a board is registered: both stand in the register, but it is not what was asked."""
    browser = at_step(portal, "party")
    browser.post(browser.address, {"party": key, "seen": "0", "shown": "party"})
    assert browser.status == 422
    assert "party" in {place.partition("-")[0] for place in browser.faults()}


def test_when_the_kind_is_changed_afterwards_the_old_choice_is_not_sent_along(portal: Portal) -> None:
    case_id = a_draft(portal, answers_for_registration(kind={"kind": "school"}, party={"party": "location:03KF00"}))
    browser = portal.browser().open(portal.mailed_link(ANN.email, "Ga verder"))
    browser.open(f"/zaken/{case_id}/kind").choose("kind", "board").press(SAVE)
    browser.open(f"/zaken/{case_id}/nakijken").press("Inschrijving versturen")
    assert portal.state(case_id) == "draft"
    assert browser.status == 409


def test_an_answer_of_two_megabytes_is_refused_at_its_field(portal: Portal) -> None:
    browser = at_step(portal, "details").fill(**DETAILS | {"name": "x" * 2_000_000}).press(SAVE)
    assert browser.status == 422
    assert "te lang" in browser.faults()["name"]


def test_an_answer_larger_than_any_form_is_refused_with_a_sentence(portal: Portal) -> None:
    browser = at_step(portal, "details").fill(**DETAILS | {"name": "x" * 5_000_000}).press(SAVE)
    assert browser.status == 413
    browser.sees("te groot")


@pytest.mark.parametrize("seen", ["²", "9" * 5000, "-1", "x", ""])
def test_a_version_that_is_no_number_is_no_fault_of_ours(portal: Portal, seen: str) -> None:
    browser = at_step(portal, "kind")
    browser.post(browser.address, {"kind": "board", "seen": seen, "shown": "kind"})
    assert browser.status in (302, 409)


# --- Who may sign, who does what ---------------------------------------------------------------------------------


def authority(browser: Browser, **values: str) -> Browser:
    """The step filled in soundly, but for these choices."""
    chosen = {"self": "yes", "mode": "alone", "basis": "statutes", **values}
    for name, value in chosen.items():
        browser.choose(name, value)
    return browser.upload("evidence", A_PDF)


def test_a_rule_that_cannot_be_met_with_the_people_named_is_refused(portal: Portal) -> None:
    browser = authority(at_step(portal, "authority"), mode="jointly").press(SAVE).choose("together", "2").press(SAVE)
    assert "Er moeten 2 personen samen tekenen, maar u noemt er 1" in browser.faults()["others"]


def test_somebody_must_be_able_to_sign(portal: Portal) -> None:
    browser = authority(at_step(portal, "authority"), self="no").press(SAVE)
    assert "ten minste één tekenbevoegde" in browser.faults()["others"]


def test_one_person_named_twice_does_not_make_two(portal: Portal) -> None:
    """The person who registers, typed once more as another signatory."""
    browser = authority(at_step(portal, "authority"), mode="jointly")
    browser.fill(others__0__name="A. de Vries", others__0__function="Voorzitter", others__0__email=ANN.email.upper())
    browser.press(SAVE).choose("together", "2").press(SAVE)
    assert "staat er twee keer" in browser.faults()["others"]


def test_exactly_one_financial_contact(portal: Portal) -> None:
    browser = at_step(portal, "roles").fill(**named({"name": "Noor", "email": "noor@ons.example"}))
    browser.choose("people-0-roles", "privacy_officer").press(SAVE)
    assert "precies één financieel contactpersoon zijn. U noemt er 0" in browser.faults()["people"]
    browser.press("Nog een toevoegen").fill(**named({}, {"name": "Femke", "email": FEMKE.email}))
    browser.choose("people-0-roles", "financial_contact").choose("people-1-roles", "financial_contact").press(SAVE)
    assert "U noemt er 2" in browser.faults()["people"]


def test_who_advises_does_not_sign(portal: Portal) -> None:
    browser = at_step(portal, "roles").fill(**named({"name": BAS.name, "email": BAS.email}))
    browser.choose("people-0-roles", "fg", "financial_contact").press(SAVE)
    assert f"{BAS.name} kan niet FG én tekenbevoegde zijn" in browser.faults()["people"]


def test_who_advises_does_not_sign_whichever_was_said_first(portal: Portal) -> None:
    """The FG was named before; now the same person is named as a signatory."""
    fg = {"name": "Fien", "email": "fien@ons.example", "roles": ["fg", "financial_contact"]}
    case_id = a_draft(portal, answers_for_registration(roles={"people": [fg]}))
    browser = portal.browser().open(portal.mailed_link(ANN.email, "Ga verder")).open(f"/zaken/{case_id}/authority")
    browser.fill(others__0__name="Fien", others__0__email="fien@ons.example").press(SAVE)
    assert "kan niet FG én tekenbevoegde zijn" in browser.faults()["others"]


def test_rows_are_added_and_removed_without_javascript(portal: Portal) -> None:
    browser = at_step(portal, "authority").fill(others__0__name="Een").press("Nog een toevoegen")
    browser.fill(others__1__name="Twee").press("Verwijderen: Tekenbevoegde 1")
    values = browser.values()
    assert values["others-0-name"] == ["Twee"]
    assert "others-1-name" not in values


def test_an_invoice_by_mail_needs_a_mail_address(portal: Portal) -> None:
    """R002-01"""
    browser = at_step(portal, "invoices").choose("channel", "email").choose("office", "no")
    browser.fill(address="Postbus 1").press(SAVE)
    assert "Vul een e-mailadres in" in browser.faults()["address"]


def test_an_administration_office_is_asked_its_mention(portal: Portal) -> None:
    """R002-03, -05, -06: an office, which need not be a person, with its mention on the invoice."""
    browser = at_step(portal, "invoices").choose("channel", "post").choose("office", "yes").fill(address="Postbus 1")
    browser.fill(office_name="Kantoor Noord", office_email="in@noord.example")
    browser.fill(office_mention="SN 12").press(SAVE).sees("Waar hebt u belangstelling voor?")


def test_it_is_said_now_what_will_not_work(portal: Portal) -> None:
    """R001-13, -14: a year-class system, and ParnasSys or ESIS."""
    case_id = a_draft(
        portal,
        answers_for_registration(
            products={"products": ["focus_po"], "pupil_system": "other", "year_classes": False},
        ),
    )
    browser = portal.browser().open(portal.mailed_link(ANN.email, "Ga verder")).open(f"/zaken/{case_id}/nakijken")
    browser.sees("alleen voor basisscholen met een jaarklassensysteem", "alleen met gegevens uit ParnasSys of ESIS")
    assert remarks({"products": {"products": ["planmirror"], "pupil_system": "other"}}) == []


# --- Files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"PK\x03\x04 not a pdf", "geen PDF"), (b"", "leeg"), (b"%PDF-" + b"x" * (10 * 1024**2), "te groot")],
    ids=["another kind", "empty", "too large"],
)
def test_a_file_that_will_not_do_is_refused_at_its_field(portal: Portal, content: bytes, sentence: str) -> None:
    browser = authority(at_step(portal, "authority")).upload("evidence", content).press(SAVE)
    assert browser.status == 422
    assert sentence in browser.faults()["evidence"]
    assert portal.count(KeptFile) == 0


def test_the_evidence_cannot_be_left_out(portal: Portal) -> None:
    browser = at_step(portal, "authority").choose("self", "yes").choose("mode", "alone").choose("basis", "statutes")
    assert "Kies een bestand" in browser.press(SAVE).faults()["evidence"]


def test_a_file_survives_a_fault_elsewhere_on_the_form(portal: Portal) -> None:
    browser = authority(at_step(portal, "authority"), self="no").press(SAVE)
    assert set(browser.faults()) == {"others"}
    browser.sees("Al ontvangen: uittreksel.pdf").choose("self", "yes").press(SAVE).sees("Wie doet wat?")
    assert portal.count(KeptFile) == 1


def test_a_file_of_another_case_cannot_be_taken_over(portal: Portal) -> None:
    a_draft(portal, answers_for_registration(starter=EVA), starter=EVA)
    theirs = portal.ask(lambda: reader.query(KeptFile).one().id)
    browser = at_step(portal, "authority")
    fields = {"self": "yes", "mode": "alone", "basis": "statutes", "evidence-kept": str(theirs), "seen": "0"}
    browser.post(browser.address, {**fields, "shown": "self others mode basis evidence"})
    assert "Kies een bestand" in browser.faults()["evidence"]


@pytest.mark.parametrize("name", ["a\x00b.pdf", "x" * 300 + ".pdf", "../../etc/passwd", "\u202efdp.exe", "é 漢 😀.pdf"])
def test_the_name_of_a_file_does_no_harm(portal: Portal, name: str) -> None:
    browser = authority(at_step(portal, "authority")).upload("evidence", A_PDF, name).press(SAVE)
    browser.sees("Wie doet wat?")


# --- The service desk --------------------------------------------------------------------------------------------


def test_the_service_desk_asks_and_the_person_answers(portal: Portal) -> None:
    case_id = a_submitted_registration(portal)
    desk = portal.sign_in(SANNE).open(f"/servicedesk/{case_id}").fill(words="Is Bas nog lid?").press("Vraag stellen")
    desk.sees("is vastgelegd").sees_not("Stichting Voorbeeld")
    ann = portal.browser().open(portal.mailed_link(ANN.email, "Een vraag")).sees("Is Bas nog lid?")
    ann.follow("Wie mag tekenen?").fill(others__0__name="Bas de Nieuwe").press(SAVE).press("Inschrijving versturen")
    desk.open(f"/servicedesk/{case_id}").sees("Bas de Nieuwe").press("Akkoord")
    assert portal.state(case_id) == "decided"


@pytest.mark.parametrize("button", ["Vraag stellen", "Weigeren"])
def test_a_question_or_a_refusal_needs_words(portal: Portal, button: str) -> None:
    case_id = a_submitted_registration(portal)
    desk = portal.sign_in(SANNE).open(f"/servicedesk/{case_id}").press(button)
    assert desk.status == 422
    assert "Schrijf op waarom" in desk.faults()["words"]
    assert portal.state(case_id) == "assessing"


def test_a_refusal_reaches_the_person_with_its_reason(portal: Portal) -> None:
    case_id = a_submitted_registration(portal)
    desk = portal.sign_in(SANNE).open(f"/servicedesk/{case_id}")
    desk.fill(words="Het uittreksel is van een ander bestuur.").press("Weigeren")
    ann = portal.browser().open(portal.mailed_link(ANN.email, "Uw zaak"))
    ann.sees("Geweigerd", "Het uittreksel is van een ander bestuur.")
    assert portal.count(Organisation, register_key=f"board:{OURS}") == 0


def test_an_acceptance_pressed_twice_registers_and_invites_once(portal: Portal) -> None:
    case_id = a_submitted_registration(portal)
    first, second = (portal.sign_in(SANNE).open(f"/servicedesk/{case_id}") for _ in range(2))
    first.press("Akkoord")
    assert second.press("Akkoord").status == 200
    assert portal.count(Organisation, register_key=f"board:{OURS}") == 1
    assert len([each for each in portal.mails(BAS.email) if each.startswith("Uitnodiging")]) == 1


def test_everyone_who_was_named_is_invited_and_an_invitation_works_once_and_seven_days(portal: Portal) -> None:
    accept(portal, a_submitted_registration(portal))
    link = portal.mailed_link(BAS.email, "Uitnodiging")
    assert portal.mails(f"geld@{OURS}.example")[0].startswith("Uitnodiging")
    bas = portal.browser().open(link)
    bas.fill(function="Lid", password="een lange zin voor Bas", password_confirm="een lange zin voor Bas")
    bas.press("Account maken").sees("App koppelen")
    again = portal.browser().open(link)
    assert (again.status, "al gebruikt" in again.text) == (410, True)


def test_an_invitation_is_over_after_seven_days(portal: Portal) -> None:
    accept(portal, a_submitted_registration(portal))
    browser = portal.later(days=7, seconds=1).browser().open(portal.mailed_link(BAS.email, "Uitnodiging"))
    assert browser.status == 410
    browser.sees("verlopen")


def test_the_confirmation_is_made_and_reaches_the_person(portal: Portal) -> None:
    case_id = a_submitted_registration(portal)
    accept(portal, case_id)
    portal.work()
    assert portal.document(case_id).state == "complete"
    assert "SHA-256" in portal.letter(ANN.email, "Uw stuk is klaar")


def test_the_register_answers_everybody(portal: Portal) -> None:
    browser = portal.browser().open("/register?q=aalsmeer").sees("Jozefschool")
    browser.open(f"/register/bestuur/{OURS}").sees("Antonius").open("/register/vestiging/03KF00").sees("Gerberastraat")
    assert browser.open(f"/register/bestuur/{THEIRS[:4]}").status == 404


@pytest.mark.parametrize("page", ["0", "-3", "x", "99999999999999999999", "²"])
def test_a_page_that_is_not_there_is_no_fault_of_ours(portal: Portal, page: str) -> None:
    assert portal.browser().open(f"/register?q=school&page={page}").status == 200
