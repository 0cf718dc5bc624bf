"""Te tekenen: several documents read, and signed in one sitting with one code."""

import uuid

from portal import clock
from portal.cases.tables import Signature
from portal.parties.tables import Mandate
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    IRIS,
    OMAR,
    OURS,
    PASSWORD,
    THEIRS,
    Portal,
    a_declaration,
    a_role,
    a_submitted_registration,
    accept,
    an_account,
)
from workflows.vocabulary import Role


def two_for_omar(portal: Portal) -> tuple[uuid.UUID, uuid.UUID]:
    """Omar signs alone for their board, and got a mandate at ours: a declaration of each waits for him."""
    a_role(portal, OMAR, portal.organisation(OURS), Role.SIGNATORY)

    def mandate(session) -> None:  # type: ignore[no-untyped-def]
        session.add(
            Mandate(
                organisation_id=portal.organisation(OURS),
                person_id=portal._person(OMAR).id,
                counts="joint",
                basis="statutes",
                evidence="0" * 64,
                since=clock.now(),
            )
        )

    portal.do(mandate)
    ours = a_declaration(portal, real=True)
    theirs = a_declaration(portal, board=THEIRS, by=IRIS, real=True)
    return ours, theirs


def read_both(portal: Portal, browser: Browser, cases: tuple[uuid.UUID, uuid.UUID]) -> Browser:
    for case_id in cases:
        browser.open(f"/tekenen/{portal.document(case_id).id}")
    return browser.open("/tekenen")


def test_two_documents_are_read_and_signed_with_one_code(registered: Portal) -> None:
    cases = two_for_omar(registered)
    omar = registered.sign_in(OMAR).open("/tekenen").sees("Nog niet gelezen").sees_not("Teken nu")
    read_both(registered, omar, cases).sees("Gelezen")
    omar.fill(typed_name=OMAR.name, code=registered.code(OMAR)).press("Teken nu")
    omar.sees("Uw handtekening staat onder 2 stukken", "Wacht op anderen", "Van kracht")
    assert registered.count(Signature) == 2
    assert registered.state(cases[1]) == "decided"
    omar.open("/tekenen").sees("Er wacht niets op uw handtekening")
    registered.work()
    assert all(each.revision for case in cases for each in registered.document(case).signatures)


def test_what_was_not_opened_cannot_be_signed_along(registered: Portal) -> None:
    ours, theirs = two_for_omar(registered)
    omar = registered.sign_in(OMAR).open(f"/tekenen/{registered.document(ours).id}").open("/tekenen")
    documents = {each: registered.document(each) for each in (ours, theirs)}
    fields = {f"seen-{each.id}": each.certified for each in documents.values()}
    omar.post(
        "/tekenen",
        {
            "document": [str(each.id) for each in documents.values()],
            **fields,
            "typed_name": OMAR.name,
            "code": registered.code(OMAR),
        },
    )
    assert omar.status == 422
    omar.sees("nog niet geopend")
    assert registered.count(Signature) == 0


def test_where_one_cannot_be_signed_none_is(registered: Portal) -> None:
    ours, theirs = two_for_omar(registered)
    omar = read_both(registered, registered.sign_in(OMAR), (ours, theirs))
    ann = registered.sign_in(ANN).open(f"/zaken/{ours}").follow("Terugsturen")
    ann.fill(words="Er ontbreekt een school.").press("Ja, terugsturen")
    omar.fill(typed_name=OMAR.name, code=registered.code(OMAR)).press("Teken nu")
    assert omar.status == 409
    assert registered.count(Signature) == 0
    assert registered.state(theirs) == "signing"


def test_one_left_out_is_not_signed(registered: Portal) -> None:
    ours, theirs = two_for_omar(registered)
    omar = read_both(registered, registered.sign_in(OMAR), (ours, theirs))
    omar.choose("document", str(registered.document(theirs).id))
    omar.fill(typed_name=OMAR.name, code=registered.code(OMAR)).press("Teken nu").sees("vastgelegd")
    assert [each.typed_name for each in registered.document(theirs).signatures] == [OMAR.name]
    assert registered.document(ours).signatures == []


def test_a_wrong_code_keeps_the_choice_and_the_name(registered: Portal) -> None:
    cases = two_for_omar(registered)
    omar = read_both(registered, registered.sign_in(OMAR), cases)
    omar.fill(typed_name=OMAR.name, code="000000").press("Teken nu")
    assert omar.status == 422
    assert "Deze code klopt niet" in omar.faults()["code"]
    assert omar.values()["typed_name"] == [OMAR.name]
    assert len(omar.values()["document"]) == 2


def test_nothing_chosen_is_said(registered: Portal) -> None:
    cases = two_for_omar(registered)
    omar = read_both(registered, registered.sign_in(OMAR), cases).choose("document")
    omar.fill(typed_name=OMAR.name, code=registered.code(OMAR)).press("Teken nu")
    assert omar.status == 422
    omar.sees("Kies ten minste één stuk.")


def test_the_card_says_what_it_is_and_what_changed_since_last_time(in_force: Portal) -> None:
    schools = [each for each in ("03KF00",)]
    a_declaration(in_force, *schools, real=True)
    ann = in_force.sign_in(ANN).open("/tekenen")
    ann.sees("1 school of vestiging", "vorige keer:", "Deze 2 tekenbevoegden tekenen gezamenlijk.", "vervalt op")


def test_a_stranger_cannot_sign_along(registered: Portal) -> None:
    case_id = a_declaration(registered, real=True)
    document = registered.document(case_id)
    iris = (
        registered.sign_in(IRIS)
        .open("/")
        .post(
            "/tekenen",
            {
                "document": str(document.id),
                f"seen-{document.id}": document.certified,
                "typed_name": IRIS.name,
                "code": registered.code(IRIS),
            },
        )
    )
    assert iris.status == 404


# --- Invited while signing ---------------------------------------------------------------------------------------


def test_an_invited_signatory_makes_an_account_and_signs_in_one_go(portal: Portal) -> None:
    accept(portal, a_submitted_registration(portal))
    an_account(portal, ANN)
    case_id = a_declaration(portal, real=True)
    bas = portal.browser().open(portal.mailed_link(BAS.email, "Te tekenen"))
    assert bas.address.startswith("/uitnodiging/")
    bas.fill(password=PASSWORD, password_confirm=PASSWORD).press("Account maken").sees("Dit is eerst nodig")
    key = "".join(next(iter(bas.all("code"))).itertext())
    bas.fill(code=portal.code_of_key(key)).press("App koppelen").sees("Uw app is gekoppeld")
    bas.follow("Nu niet").sees("Lees en teken")
    assert bas.address == f"/tekenen/{portal.document(case_id).id}"
    bas.fill(typed_name=BAS.name, code=portal.code(BAS)).press("Teken nu").sees("vastgelegd")
    assert [each.typed_name for each in portal.document(case_id).signatures] == [BAS.name]
