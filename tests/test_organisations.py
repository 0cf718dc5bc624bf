"""Organisations: their people and roles, inviting a colleague, ending a role, and what is in force."""

import uuid

import pytest

from portal.cases import access
from portal.database import reader
from portal.parties import memberships, people
from portal.parties.tables import Membership, Organisation
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    OURS,
    PASSWORD,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_role,
    an_account,
)
from workflows.vocabulary import Party, Role

PIA = Someone("Pia Groen", "pia@ons.example", "Leerkracht")


def ours(portal: Portal, someone: Someone = EVA, organisation: str = OURS, part: str = "/mensen") -> Browser:
    return portal.sign_in(someone).open(f"/organisaties/{portal.organisation(organisation)}{part}")


def invite(browser: Browser, someone: Someone = PIA, role: str = "reader") -> Browser:
    return browser.fill(name=someone.name, email=someone.email).choose("role", role).press("Uitnodigen")


def membership(portal: Portal, someone: Someone, role: Role) -> uuid.UUID:
    query = portal.ask(lambda: reader.query(Membership).filter_by(role=role).all())
    return next(each.id for each in query if each.person_id == portal.visitor(someone).person_id)


def test_an_organisation_shows_its_people_its_rule_and_what_is_in_force(in_force: Portal) -> None:
    page = ours(in_force, part="").sees("Deze 2 tekenbevoegden tekenen gezamenlijk.", "van kracht")
    page.sees("Inschrijving", "Bestuursverklaring", "bestuursnummer 28849", "geen einddatum", "KvK-nummer")
    page.follow("Mensen en rollen").sees(ANN.name, BAS.name, "gezamenlijk", "uittreksel Handelsregister")


def test_an_administrator_invites_a_colleague_who_then_has_the_role(registered: Portal) -> None:
    invite(ours(registered)).sees("Pia Groen is uitgenodigd", "uitgenodigd")
    an_account(registered, PIA)
    registered.sign_in(PIA).open("/organisaties").sees("Stichting Voorbeeld 28849", "rapportlezer")


def test_who_has_an_account_says_yes_to_another_role(registered: Portal) -> None:
    """By the link from the mail, signed in."""
    a_role(registered, PIA, registered.organisation(OURS), Role.READER)
    invite(ours(registered), PIA, "financial_contact")
    link = registered.mailed_link(PIA.email, "Uitnodiging")
    pia = registered.sign_in(PIA).open(link).sees("Financieel contactpersoon")
    pia.press("Uitnodiging aannemen").sees("aangenomen")
    pia.open("/organisaties").sees("financieel contactpersoon")


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("email", "geen adres"), ("email", ""), ("name", "x" * 201)]
)
def test_an_invitation_that_is_not_right_is_not_sent_and_nothing_is_lost(
    registered: Portal, field: str, value: str
) -> None:
    page = ours(registered).fill(name=PIA.name, email=PIA.email).fill(**{field: value}).choose("role", "reader")
    assert page.press("Uitnodigen").status == 422
    assert field in page.faults()
    assert page.values()["name" if field == "email" else "email"] == [PIA.name if field == "email" else PIA.email]
    assert registered.mails(PIA.email) == []


@pytest.mark.parametrize("role", ["signatory", "service_desk", "board_office", "nonsense", ""])
def test_some_roles_are_not_given_by_an_invitation(registered: Portal, role: str) -> None:
    page = ours(registered)
    page.post(page.address.replace("/mensen", "/uitnodigen"), {"name": PIA.name, "email": PIA.email, "role": role})
    assert page.status == 422
    assert "role" in page.faults()
    assert registered.mails(PIA.email) == []


def test_who_only_reads_reports_invites_nobody(in_force: Portal) -> None:
    tom = ours(in_force, TOM, SCHOOL).sees_not("Collega uitnodigen")
    fields = {"name": PIA.name, "email": PIA.email, "role": "administrator"}
    assert tom.post(tom.address.replace("/mensen", "/uitnodigen"), fields).status == 409
    assert in_force.mails(PIA.email) == []


def test_a_role_ends_after_being_asked_and_at_once(in_force: Portal) -> None:
    tom = in_force.sign_in(TOM).open(f"/organisaties/{in_force.organisation(SCHOOL)}")
    ann = ours(in_force, ANN, SCHOOL).follow("Rol beëindigen: Tom de Wit").sees("Wilt u deze rol beëindigen?")
    ann.press("Ja, beëindig de rol").sees("De rol is beëindigd")
    assert tom.open(tom.address).status == 404
    assert tom.open(f"/rapporten/resultatenmonitor/{SCHOOL}").status == 404


def test_a_role_that_was_ended_twice_is_ended_once(in_force: Portal) -> None:
    address = f"/organisaties/{in_force.organisation(SCHOOL)}/rollen/{membership(in_force, TOM, Role.READER)}/einde"
    pages = [in_force.sign_in(ANN).open(address) for _ in range(2)]
    assert [each.press("Ja, beëindig de rol").status for each in pages] == [200, 200]


def test_a_reader_ends_nobodys_role(in_force: Portal) -> None:
    a_role(in_force, PIA, in_force.organisation(SCHOOL), Role.READER)
    address = f"/organisaties/{in_force.organisation(SCHOOL)}/rollen/{membership(in_force, TOM, Role.READER)}/einde"
    pia = in_force.sign_in(PIA).open("/")
    assert pia.post(address).status == 409
    assert in_force.ask(lambda: access.roles_at(in_force.visitor(TOM), in_force.organisation(SCHOOL))) == {Role.READER}


def test_the_role_of_a_signatory_does_not_end_here(registered: Portal) -> None:
    address = (
        f"/organisaties/{registered.organisation(OURS)}/rollen/{membership(registered, BAS, Role.SIGNATORY)}/einde"
    )
    eva = registered.sign_in(EVA).open(address)
    assert eva.status == 409
    eva.sees("wijziging van de tekenbevoegdheid")


def test_a_role_of_another_organisation_is_not_ended_by_way_of_mine(in_force: Portal) -> None:
    tom = membership(in_force, TOM, Role.READER)
    eva = in_force.sign_in(EVA).open(f"/organisaties/{in_force.organisation(OURS)}/rollen/{tom}/einde")
    assert eva.status == 404


def test_who_was_blocked_or_left_sees_nothing_of_the_organisation(registered: Portal) -> None:
    eva = ours(registered)
    registered.do(
        lambda session: memberships.end_membership(
            session, session.get_one(Membership, membership(registered, EVA, Role.ADMINISTRATOR))
        )
    )
    assert eva.open(eva.address).status == 404


def test_the_search_finds_by_part_of_a_name(in_force: Portal) -> None:
    in_force.sign_in(ANN).open("/organisaties?q=antonius").sees("Antonius").sees_not("Jozefschool")


# --- People, mandates and rights ---------------------------------------------------------------------------------


def test_addresses_are_for_who_manages_or_binds_and_for_the_service_desk(in_force: Portal) -> None:
    ours(in_force, EVA).sees(ANN.email)
    ours(in_force, ANN).sees(EVA.email)
    ours(in_force, SANNE).sees(ANN.email)
    a_role(in_force, PIA, in_force.organisation(OURS), Role.READER)
    pia = ours(in_force, PIA).sees(ANN.name).sees_not(ANN.email)
    assert ANN.email not in pia.open(pia.address + ".csv").response.text
    assert ANN.email in ours(in_force, EVA, part="/mensen.csv").response.text


def test_evidence_is_for_those_who_may_see_it(in_force: Portal) -> None:
    link = ours(in_force, ANN).link("uittreksel Handelsregister")
    for someone in (ANN, EVA, SANNE):
        assert in_force.sign_in(someone).open(link).response.mimetype == "application/pdf"
    a_role(in_force, PIA, in_force.organisation(OURS), Role.READER)
    assert ours(in_force, PIA).open(link).status == 404
    assert in_force.sign_in(IRIS).open(link).status == 404


def test_who_never_came_is_invited_again_and_the_older_link_stops(registered: Portal) -> None:
    invite(ours(registered))
    first = registered.mailed_link(PIA.email, "Uitnodiging")
    page = ours(registered).press("Opnieuw uitnodigen: Pia Groen")
    page.sees("Er is net al een uitnodiging gemaild")
    registered.later(minutes=11)
    ours(registered).press("Opnieuw uitnodigen: Pia Groen").sees("opnieuw gemaild")
    assert registered.browser().open(first).status == 410
    registered.browser().open(registered.mailed_link(PIA.email, "Uitnodiging")).sees("Welkom bij Tekenpoort")


def test_people_are_found_sorted_and_filtered_and_what_ended_is_kept_apart(in_force: Portal) -> None:
    page = ours(in_force, ANN)
    page.open(f"{page.address}?q=jansen").sees(BAS.name).sees_not(EVA.name)
    page.open(f"{page.address.partition('?')[0]}?role=signatory&sort=-name").sees(BAS.name).sees_not(EVA.name)
    assert page.text.index(BAS.name) < page.text.index(ANN.name)
    eva = membership(in_force, EVA, Role.ADMINISTRATOR)
    page.open(f"/organisaties/{in_force.organisation(OURS)}/rollen/{eva}/einde").press("Ja, beëindig de rol")
    page.sees_not(EVA.name).open(f"{page.address}?state=ended").sees(EVA.name, "beëindigd")
    page.open(f"{page.address.partition('?')[0]}?q=niemandheetzo").sees("Niets gevonden")


def test_the_last_who_can_give_roles_stays(portal: Portal) -> None:
    """A support body, say, without signatories: then nobody could ever invite anybody again."""

    def found(session) -> uuid.UUID:  # type: ignore[no-untyped-def]
        organisation = Organisation(kind=Party.SUPPORT_BODY, name="Steunpunt")
        session.add(organisation)
        session.flush()
        return organisation.id

    organisation_id = portal.do(found)
    a_role(portal, PIA, organisation_id, Role.ADMINISTRATOR)
    pia = portal.sign_in(PIA).open(f"/organisaties/{organisation_id}/mensen")
    pia.open(pia.link("Rol beëindigen: Pia Groen"))
    assert pia.status == 409
    pia.sees("Dit is de laatste die hier rollen kan geven")


def at_the_office(portal: Portal, *acts: str) -> uuid.UUID:
    """Pia at the board office of our board, with these rights."""
    a_role(portal, PIA, portal.organisation(OURS), Role.BOARD_OFFICE, acts=list(acts))
    return membership(portal, PIA, Role.BOARD_OFFICE)


def test_rights_at_the_board_office_are_taken_by_an_administrator_and_given_by_a_signatory(in_force: Portal) -> None:
    pia = at_the_office(in_force, "invite", "reports")
    address = f"/organisaties/{in_force.organisation(OURS)}/rollen/{pia}/rechten"
    eva = in_force.sign_in(EVA).open(address).sees("U kunt rechten afnemen")
    eva.choose("acts", "reports").press("Opslaan").sees("zijn gewijzigd", "rapporten lezen")
    assert eva.post(address, {"acts": "order"}).status == 409
    in_force.sign_in(ANN).open(address).choose("acts", "reports", "order").press("Opslaan").sees("bestellen")
    acts = in_force.ask(lambda: reader.get_one(Membership, pia).acts)
    assert acts == ["order", "reports"]


def test_who_lost_the_right_to_invite_invites_nobody_at_the_schools_any_more(in_force: Portal) -> None:
    pia = at_the_office(in_force, "invite")
    page = in_force.sign_in(PIA).open(f"/organisaties/{in_force.organisation(SCHOOL)}/mensen")
    page.sees("Collega uitnodigen").fill(name="Nieuw", email="nieuw@ons.example").choose("role", "reader")
    in_force.sign_in(ANN).open(f"/organisaties/{in_force.organisation(OURS)}/rollen/{pia}/rechten").choose(
        "acts"
    ).press("Opslaan")
    assert page.press("Uitnodigen").status == 409
    assert in_force.mails("nieuw@ons.example") == []


def test_rights_of_another_role_or_organisation_are_not_changed_here(in_force: Portal) -> None:
    eva, tom = membership(in_force, EVA, Role.ADMINISTRATOR), membership(in_force, TOM, Role.READER)
    ann = in_force.sign_in(ANN)
    for each in (eva, tom):
        assert ann.open(f"/organisaties/{in_force.organisation(OURS)}/rollen/{each}/rechten").status == 404


# --- Invitations -------------------------------------------------------------------------------------------------


def test_one_invitation_accepted_twice_at_once_makes_one_account_with_the_first_password(registered: Portal) -> None:
    invite(ours(registered))
    link = registered.mailed_link(PIA.email, "Uitnodiging")
    words = {"name": PIA.name, "function": "Leerkracht"}
    first, second = registered.browser().open(link), registered.browser().open(link)
    good = {"password": PASSWORD, "password_confirm": PASSWORD}
    other = dict.fromkeys(good, "vier blauwe boten in Sneek")
    first.fill(**words, **good).press("Account maken")
    assert second.fill(**words, **other).press("Account maken").status == 410
    second.sees("al gebruikt")
    again = registered.browser().open("/inloggen").fill(email=PIA.email, password=PASSWORD).press("Inloggen")
    again.open("/account").sees(PIA.name)


def test_an_invitation_for_a_new_colleague_opened_by_somebody_who_is_signed_in_changes_nothing(
    registered: Portal,
) -> None:
    """At a shared computer: Eva must not make Pia's account by mistake, nor be signed out by it unasked."""
    invite(ours(registered))
    link = registered.mailed_link(PIA.email, "Uitnodiging")
    eva = registered.sign_in(EVA).open(link).sees("Deze uitnodiging is voor iemand anders", EVA.name)
    words = {"name": "Eva", "function": "x", "password": PASSWORD, "password_confirm": PASSWORD}
    eva.post(link, words)
    assert registered.ask(lambda: people.by_email(reader, PIA.email).password) is None  # type: ignore[union-attr]
    eva.open("/account").sees(EVA.name)
    registered.browser().open(link).sees("Account maken")


# --- The dossier -------------------------------------------------------------------------------------------------


def test_documents_are_listed_found_and_exported(in_force: Portal) -> None:
    page = ours(in_force, EVA, part="/stukken").sees("Bestuursverklaring", "Compleet en verzegeld", "Inschrijving")
    page.open(page.address + "?q=BV-&state=complete").sees("1 stuk", "Bestuursverklaring")
    page.open(page.address.partition("?")[0] + "?q=zo+heet+geen+stuk").sees("Niets gevonden")
    sheet = ours(in_force, EVA, part="/stukken.csv").response
    assert sheet.mimetype == "text/csv"
    assert sheet.text.startswith('\ufeff"Stuk";"Kenmerk"')
    assert "BV-2026-00001" in sheet.text


def test_cases_of_an_organisation_are_for_its_own_people(in_force: Portal) -> None:
    ours(in_force, EVA, part="/zaken?state=decided").sees("BV-2026-00001", "Rond")
    ours(in_force, EVA, part="/zaken?state=open").sees("Niets gevonden")
    assert ours(in_force, IRIS, part="/zaken").status == 404
    assert ours(in_force, ANN, SCHOOL, part="/stukken").status == 404  # she acts for it, and is not of it


def test_a_board_sees_its_schools_with_how_each_stands(in_force: Portal) -> None:
    page = ours(in_force, ANN, part="/scholen").sees("onder uw verklaring", SCHOOL)
    assert page.link("Rooms Katholieke Basisschool Antonius")
    page.open(page.address + "?state=open").sees("Niets gevonden")
    assert SCHOOL in ours(in_force, ANN, part="/scholen.csv").response.text


def test_a_school_sees_under_which_declaration_it_falls_and_how_to_object(in_force: Portal) -> None:
    page = ours(in_force, TOM, SCHOOL, part="").sees(
        "Dit bestuur spreekt voor de school sinds maandag 23 november 2026"
    )
    page.sees("De school kan bezwaar maken").follow("Bezwaar maken tegen de verklaring").sees("Beginnen")


def test_what_may_be_started_here_stands_here_by_itself(in_force: Portal) -> None:
    ours(in_force, ANN, part="").follow("Bestuursverklaring").sees("Wat wij u vragen")
    ours(in_force, TOM, SCHOOL, part="").sees_not("Bestuursverklaring starten")


def test_nothing_of_an_organisation_is_for_others(in_force: Portal) -> None:
    for part in ("", "/mensen", "/mensen.csv", "/stukken", "/stukken.csv", "/zaken", "/zaken.csv", "/scholen"):
        assert ours(in_force, IRIS, part=part).status == 404, part


@pytest.mark.parametrize("odd", ["_scheme=x", "organisation_id=x", "endpoint=x", "sort=x&page=-1", "page=99999999999"])
def test_an_odd_address_is_no_fault_of_ours(in_force: Portal, odd: str) -> None:
    for part in ("/mensen", "/stukken", "/zaken", "/scholen"):
        assert ours(in_force, ANN, part=f"{part}?{odd}").status == 200


def test_inviting_does_not_tell_who_has_an_account_and_by_what_name(registered: Portal) -> None:
    eva = ours(registered)
    form = {"name": "Pia Groen", "email": IRIS.email, "role": "reader"}
    eva.fill(name=form["name"], email=form["email"]).choose("role", form["role"]).press("Uitnodigen")
    eva.open(f"/organisaties/{registered.organisation(OURS)}/mensen").sees("Pia Groen").sees_not(
        IRIS.name, IRIS.function
    )
    spreadsheet = eva.open(f"/organisaties/{registered.organisation(OURS)}/mensen.csv").response.text
    assert "Pia Groen" in spreadsheet and IRIS.name not in spreadsheet
    an_account(registered, IRIS)
    ours(registered).open(f"/organisaties/{registered.organisation(OURS)}/mensen").sees(IRIS.name).sees_not("Pia Groen")
