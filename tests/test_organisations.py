"""Organisations: their people and roles, inviting a colleague, ending a role, and what is in force."""

import uuid

import pytest

from portal.database import reader
from portal.parties import people
from portal.parties.tables import Membership
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, OURS, SCHOOL, TOM, Portal, Someone, a_role, an_account
from workflows.vocabulary import Role

PIA = Someone("Pia Groen", "pia@ons.example", "Leerkracht")


def ours(portal: Portal, someone: Someone = EVA, organisation: str = OURS) -> Browser:
    return portal.sign_in(someone).open(f"/organisaties/{portal.organisation(organisation)}")


def invite(browser: Browser, someone: Someone = PIA, role: str = "reader") -> Browser:
    return browser.fill(name=someone.name, email=someone.email).choose("role", role).press("Uitnodigen")


def membership(portal: Portal, someone: Someone, role: Role) -> uuid.UUID:
    query = portal.ask(lambda: reader.query(Membership).filter_by(role=role).all())
    return next(each.id for each in query if each.person_id == portal.visitor(someone).person_id)


def test_an_organisation_shows_its_people_its_rule_and_what_is_in_force(in_force: Portal) -> None:
    page = ours(in_force).sees(ANN.name, BAS.name, "Deze 2 tekenbevoegden tekenen gezamenlijk.", "van kracht")
    page.sees("Inschrijving", "Bestuursverklaring", "bestuursnummer 28849")


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
    page.post(page.address + "/uitnodigen", {"name": PIA.name, "email": PIA.email, "role": role})
    assert page.status == 422
    assert "role" in page.faults()
    assert registered.mails(PIA.email) == []


def test_who_only_reads_reports_invites_nobody(in_force: Portal) -> None:
    tom = ours(in_force, TOM, SCHOOL).sees_not("Collega uitnodigen")
    fields = {"name": PIA.name, "email": PIA.email, "role": "administrator"}
    assert tom.post(tom.address + "/uitnodigen", fields).status == 409
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
    assert in_force.ask(lambda: people.has_role(people.by_email(reader, TOM.email), in_force.organisation(SCHOOL)))  # type: ignore[arg-type]


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
        lambda session: people.end_membership(
            session, session.get_one(Membership, membership(registered, EVA, Role.ADMINISTRATOR))
        )
    )
    assert eva.open(eva.address).status == 404


def test_the_search_finds_by_part_of_a_name(in_force: Portal) -> None:
    in_force.sign_in(ANN).open("/organisaties?q=antonius").sees("Antonius").sees_not("Jozefschool")
