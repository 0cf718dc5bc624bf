"""Permission to publish or to use commercially: each rights holder decides, and sharing rests on it (R004-03, -05, -06)."""

import datetime as dt
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import audit, clock
from portal.cases import agreeing, assessing
from portal.cases.tables import Case, Document, InForce
from portal.database import reader
from portal.errors import PortalError
from portal.offers.tables import Product
from portal.reports.share_tables import Share
from tests.browser import Browser
from tests.builders import (
    IRIS,
    LOTTE,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_rights_holder,
    a_role,
    accepted_terms,
)
from workflows.vocabulary import Role

DAAN = Someone("Daan Prins", "daan@ocw.example")
KIM = Someone("Kim Peters", "kim@krant.example")
BEGIN = f"/zaken/begin/disclosure_permission?product={PRODUCT}"
SHARE = f"/rapporten/{PRODUCT}/{SCHOOL}/schoolkaart/delen"
LIST = f"/rechthebbenden/{PRODUCT}/toestemmingen"
REQUEST = {"what": "De schoolkaart.", "where": "In de krant van mei.", "purpose": "Een artikel over onze school."}


@pytest.fixture
def holders(in_force: Portal) -> Iterator[Portal]:
    """Tom reads the reports; Lotte and Daan each work for a rights holder."""
    a_rights_holder(in_force)
    a_rights_holder(in_force, DAAN, "Ministerie van OCW")
    accepted_terms(in_force, TOM)
    yield in_force


def asked(portal: Portal, kind: str = "publication", days: int = 30, **typed: str) -> uuid.UUID:
    """Tom asks and sends it."""
    page = portal.sign_in(TOM).open(BEGIN).press("Beginnen")
    page.follow("Wat wilt u doen?")
    page.choose("kind", kind).fill(**{**REQUEST, **typed}).press("Opslaan en verder")
    until = clock.day_of(portal.moment) + dt.timedelta(days=days)
    page.fill(
        name=KIM.name, **{"until-day": f"{until.day}", "until-month": f"{until.month}", "until-year": f"{until.year}"}
    )
    page.press("Opslaan en verder").press("Aanvraag versturen")
    portal.work()
    return newest(portal)


def newest(portal: Portal) -> uuid.UUID:
    found: uuid.UUID = portal.ask(
        lambda: (
            reader.query(Case.id).filter_by(workflow="disclosure_permission").order_by(Case.reference.desc()).first()[0]
        )
    )
    return found


def decided(portal: Portal, case_id: uuid.UUID, by: Someone, verdict: str = "Akkoord", words: str = "") -> Browser:
    page = portal.sign_in(by).open(f"/zaken/{case_id}/oordeel").fill(words=words).press(verdict)
    portal.work()
    return page


def state(portal: Portal, case_id: uuid.UUID) -> str:
    found: str = portal.ask(lambda: reader.get_one(Case, case_id).state)
    return found


def given(portal: Portal) -> uuid.UUID:
    case_id = asked(portal)
    decided(portal, case_id, LOTTE)
    decided(portal, case_id, DAAN)
    assert state(portal, case_id) == "decided"
    return case_id


def is_running(portal: Portal, case_id: uuid.UUID) -> bool:
    rows = portal.ask(lambda: reader.query(InForce).filter_by(case_id=case_id).all())
    return any(each.since <= portal.moment < each.until for each in rows)


def shared(portal: Portal, case_id: uuid.UUID, kind: str = "link") -> Browser:
    page = portal.sign_in(TOM).open(SHARE).choose("whom", "another").choose("kind", kind)
    page.choose("group", str(case_id))
    typed = {"recipient": KIM.name, "recipient_organisation": "De Krant", "recipient_email": KIM.email}
    return page.fill(**typed, purpose="Het artikel in de krant.").press("Maak het klaar")


def heard(portal: Portal, to: str, subject: str) -> bool:
    return any(subject in each for each in portal.mails(to))


def found(portal: Portal) -> tuple[object, ...]:
    with portal.opened():
        return tuple(audit.verify(portal.settings).findings)


# --- Asking and deciding -----------------------------------------------------------------------------------------


def test_it_holds_only_when_each_rights_holder_approved_and_until_the_day_that_was_asked(holders: Portal) -> None:
    """R004-06"""
    case_id = asked(holders)
    decided(holders, case_id, LOTTE)
    assert state(holders, case_id) == "assessing" and not is_running(holders, case_id)
    decided(holders, case_id, DAAN)
    assert is_running(holders, case_id)
    assert found(holders) == ()
    document = holders.ask(lambda: reader.query(Document).filter_by(case_id=case_id).one())
    assert document.state == "complete"
    assert [each["for"] for each in document.facts["assessments"]] == ["Centerdata", "Ministerie van OCW"]
    holders.later(days=31)
    assert not is_running(holders, case_id)


def test_one_refusal_ends_it_and_the_other_holder_hears_that(holders: Portal) -> None:
    case_id = asked(holders)
    decided(holders, case_id, LOTTE, "Weigeren", "De cijfers zijn nog niet definitief.")
    assert state(holders, case_id) == "refused"
    assert heard(holders, TOM.email, "geweigerd") and heard(holders, DAAN.email, "Niet meer nodig")
    decided_late = holders.visitor(DAAN)
    with holders.opened(), pytest.raises(PortalError):
        assessing.assess(case_id, verdict="accept", words="", by=decided_late, follow=holders.follow)
    assert found(holders) == ()


def test_commercial_use_is_never_approved_without_conditions_that_the_requester_accepts(holders: Portal) -> None:
    """R004-05"""
    case_id = asked(holders, "commercial")
    lotte = holders.visitor(LOTTE)
    with holders.opened(), pytest.raises(PortalError):
        assessing.assess(case_id, verdict="accept", words="", by=lotte, follow=holders.follow)
    decided(holders, case_id, LOTTE, "Akkoord onder voorwaarden", "Noem de bron.\nAlleen dit jaar.")
    decided(holders, case_id, DAAN, "Akkoord onder voorwaarden", "<b>Geen</b> namen van scholen.")
    assert state(holders, case_id) == "agreeing" and not is_running(holders, case_id)
    page = holders.sign_in(TOM).open(f"/zaken/{case_id}").follow("Lees de voorwaarden")
    page.sees("Noem de bron.", "Alleen dit jaar.", "<b>Geen</b> namen van scholen.")
    page.fill(name="Iemand Anders").press("Ik ga akkoord met deze voorwaarden").sees("Typ uw naam zoals")
    page.fill(name=TOM.name).press("Ik ga akkoord met deze voorwaarden").sees("De toestemming geldt nu")
    holders.work()
    assert is_running(holders, case_id) and found(holders) == ()
    document = holders.ask(lambda: reader.query(Document).filter_by(case_id=case_id).one())
    assert document.facts["agreed_at"]


def test_who_declines_the_conditions_ends_it(holders: Portal) -> None:
    case_id = asked(holders)
    decided(holders, case_id, LOTTE, "Akkoord onder voorwaarden", "Noem de bron.")
    decided(holders, case_id, DAAN)
    holders.sign_in(TOM).open(f"/zaken/{case_id}/afwijzen").press("Ja, ik ga niet akkoord")
    assert state(holders, case_id) == "declined" and not is_running(holders, case_id)
    tom = holders.visitor(TOM)
    with holders.opened(), pytest.raises(PortalError):
        agreeing.agree(case_id, typed_name=TOM.name, seen="", by=tom, follow=holders.follow)
    assert found(holders) == ()


def test_one_person_decides_for_one_holder_and_nobody_on_their_own_request(holders: Portal) -> None:
    a_rights_holder(holders, LOTTE, "Ministerie van OCW")
    case_id = asked(holders)
    decided(holders, case_id, LOTTE)
    lotte = holders.visitor(LOTTE)
    with holders.opened():
        assessing.assess(case_id, verdict="accept", words="", by=lotte, follow=holders.follow)  # pressed twice
    assert state(holders, case_id) == "assessing"
    a_rights_holder(holders, TOM, "Ministerie van OCW")
    tom, sanne = holders.visitor(TOM), holders.visitor(SANNE)
    for each in (tom, sanne):
        with holders.opened(), pytest.raises(PortalError):
            assessing.assess(case_id, verdict="accept", words="", by=each, follow=holders.follow)
    decided(holders, case_id, DAAN)
    assert state(holders, case_id) == "decided"


def test_two_holders_at_the_same_moment_make_one_outcome(holders: Portal) -> None:
    case_id = asked(holders)
    people = [holders.visitor(LOTTE), holders.visitor(DAAN)]

    def yes(who: object) -> None:
        with holders.opened():
            assessing.assess(case_id, verdict="accept", words="", by=who, follow=holders.follow)  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as both:
        list(both.map(yes, people))
    assert state(holders, case_id) == "decided"
    assert holders.ask(lambda: reader.query(InForce).filter_by(case_id=case_id).count()) == 1
    assert found(holders) == ()


def test_without_terms_or_without_rights_holders_nothing_begins(holders: Portal) -> None:
    a_role(holders, IRIS, holders.organisation(SCHOOL), Role.READER)
    holders.sign_in(IRIS).open(BEGIN).press("Beginnen").sees("Ga eerst akkoord met de gebruiksvoorwaarden")
    holders.do(lambda session: setattr(session.query(Product).one(), "rights_holders", []))
    holders.sign_in(TOM).open(BEGIN).press("Beginnen").sees("geen rechthebbenden")


# --- Sharing under it --------------------------------------------------------------------------------------------


def test_outside_the_closed_list_one_shares_only_under_a_permission_of_ones_own(holders: Portal) -> None:
    """R004-03"""
    case_id = given(holders)
    shared(holders, case_id).sees("Onder toestemming TP-")
    share = holders.ask(lambda: reader.query(Share).one())
    assert share.permission_id == case_id and share.group == "permitted"
    assert found(holders) == ()


def test_a_permission_that_is_over_or_of_somebody_else_opens_nothing(holders: Portal) -> None:
    case_id = given(holders)
    form = holders.sign_in(TOM).open(SHARE)
    holders.sign_in(LOTTE).open(f"/zaken/{case_id}/toestemming-intrekken").fill(words="Er staat een fout in.").press(
        "Ja, toestemming intrekken"
    )
    form.choose("whom", "another").choose("kind", "pdf").choose("group", str(case_id))
    form.fill(recipient=KIM.name, recipient_organisation="De Krant", purpose="Het artikel in de krant.")
    form.press("Maak het klaar").sees("geldt niet (meer)")
    assert holders.ask(lambda: reader.query(Share).count()) == 0
    assert heard(holders, TOM.email, "Toestemming ingetrokken")
    assert found(holders) == ()
    page = holders.sign_in(TOM).open(f"/zaken/{case_id}").sees("Ingetrokken", "Deze toestemming geldt niet meer")
    page.sees_not("Rond Kenmerk")


@pytest.mark.parametrize("by", ["holder", "requester", "time"])
def test_what_was_sent_under_it_is_shut_when_it_ends(holders: Portal, by: str) -> None:
    case_id = asked(holders, days=2)
    decided(holders, case_id, LOTTE)
    decided(holders, case_id, DAAN)
    shared(holders, case_id)
    holders.work()
    link = holders.mailed_link(KIM.email, "Een rapport van")
    match by:
        case "holder":
            page = holders.sign_in(LOTTE).open(f"/zaken/{case_id}/toestemming-intrekken")
            page.press("Ja, toestemming intrekken").sees("Schrijf op waarom")
            page.fill(words="Er staat een fout in.").press("Ja, toestemming intrekken")
        case "requester":
            holders.sign_in(TOM).open(f"/zaken/{case_id}/akkoord-intrekken").press("Ja, toestemming beëindigen")
        case _:
            holders.later(days=4)
    holders.work()
    if by != "time":
        assert heard(holders, KIM.email, "Teruggevraagd")
    page = Browser(holders, expects_fault=True).open(link)
    assert ("Deze link werkt niet meer" if by == "time" else "teruggevraagd") in page.text
    assert found(holders) == ()


# --- The list of a product ---------------------------------------------------------------------------------------


def test_rights_holders_see_what_waits_runs_and_is_over_and_nobody_else(holders: Portal) -> None:
    holders.sign_in(LOTTE).open(LIST).sees("Nog geen toestemmingen")
    case_id = asked(holders)
    holders.sign_in(LOTTE).open(LIST).sees("wacht op besluit").sees(TOM.name)
    decided(holders, case_id, LOTTE)
    decided(holders, case_id, DAAN)
    assert "geldt" in holders.sign_in(DAAN).open(f"{LIST}?state=running").text
    assert TOM.name in holders.sign_in(DAAN).open(f"{LIST}.csv").response.text
    assert holders.sign_in(TOM).open(LIST).status == 404
