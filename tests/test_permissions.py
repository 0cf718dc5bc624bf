"""Who may do what: every endpoint for every kind of visitor, compared with the text in permissions.txt.

A change of rights shows in the review of that text. To write it anew:

    WRITE_PERMISSIONS=1 .venv/bin/python -m pytest tests/test_permissions.py
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.cases.catalogue import every_workflow
from portal.cases.offering.tables import Offer
from portal.cases.tables import Case, Comment, Document, KeptFile, OnPaper
from portal.database import reader
from portal.documents import vault
from portal.evidence import dossiers
from portal.offers.publications import PROCESSOR_AGREEMENT, USAGE_TERMS
from portal.offers.tables import Block, Publication, PublicationDraft
from portal.parties.tables import Mandate, Membership
from portal.record.jobs import Job
from portal.record.outbox import Mail
from tests.agreements import FIRST, a_version
from tests.agreements import offer as offer_to_boards
from tests.browser import Browser
from tests.builders import (
    A_PDF,
    ANN,
    EVA,
    IRIS,
    LOTTE,
    OMAR,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_busy_desk,
    a_declaration,
    a_submitted_registration,
)
from tests.guards import SERVICE_DESK, SIGNED_IN, refuse_unlisted
from tests.own_reports import reports_of
from tests.shares import a_share
from tests.suppliers import KIM, Living, a_living_agreement

pytestmark = pytest.mark.any_database
TABLE = Path(__file__).with_name("permissions.txt")
VISITORS: dict[str, Someone | None] = {
    "nobody": None,
    "other board": IRIS,
    "reader": TOM,
    "administrator": EVA,
    "signatory": ANN,
    "service desk": SANNE,
    "rights holder": LOTTE,
    "supplier": KIM,
}
OF_THE_SUPPLIER = " (supplier's)"
"""The pages of living agreements as they stand at the supplier; without it, at our board."""
LAST = ("security.logout", "accounts.sign_out_everywhere")
"""What ends a session comes after everything else."""


def test_every_endpoint_stands_in_exactly_one_access_list(portal: Portal) -> None:
    refuse_unlisted(portal.app)


def test_what_is_for_who_signed_in_asks_a_stranger_to_sign_in(in_force: Portal) -> None:
    a_busy_desk(in_force)
    living = a_living_agreement(in_force)
    stranger = in_force.browser()
    for endpoint in sorted(SIGNED_IN | SERVICE_DESK):
        for method, address in requests(in_force, endpoint, values_in(in_force, living)):
            if method == "GET":
                stranger.send("GET", address)
                assert (stranger.status, stranger.response.location.split("?")[0]) == (302, "/inloggen"), address


@pytest.mark.slow
def test_the_permission_table_is_as_it_was_agreed(copies: Callable[[], AbstractContextManager[Portal]]) -> None:
    table = "\n".join(rows(copies)) + "\n"
    if os.environ.get("WRITE_PERMISSIONS"):
        TABLE.write_text(table)
    assert table == TABLE.read_text(), "the rights have changed: see the docstring of this file"


@pytest.fixture
def copies(installation: Any) -> Callable[[], AbstractContextManager[Portal]]:
    """A portal of its own for each visitor: what one does must not change what the next finds."""
    return lambda: installation.portal("in_force")


def rows(copies: Callable[[], AbstractContextManager[Portal]]) -> Iterator[str]:
    """The table: one line for each endpoint and method, one column for each visitor."""
    columns = [column(copies, someone) for someone in VISITORS.values()]
    yield from (
        "# What each visitor is answered. The cases are a registration, a draft and a declaration of our board;",
        "# 'other board' belongs to another; 'reader' has a role at one of our schools only.",
        "#",
        f"{'endpoint':<42}{'method':<7}" + "".join(f"{name:<15}" for name in VISITORS).rstrip(),
    )
    for key in columns[0]:
        endpoint, method = key
        yield f"{endpoint:<42}{method:<7}" + "".join(f"{each[key]:<15}" for each in columns).rstrip()


def column(copies: Callable[[], AbstractContextManager[Portal]], someone: Someone | None) -> dict[tuple[str, str], str]:
    """What one visitor is answered, by endpoint (with the state of the case) and method."""
    answers: dict[tuple[str, str], str] = {}
    with copies() as portal:
        a_busy_desk(portal)
        a_submitted_registration(portal, "20183", starter=Someone("Xander", "x@elders.example"))
        living = a_living_agreement(portal)
        for state in ("", OF_THE_SUPPLIER, " (draft)", " (to sign)"):
            browser = signed_in(portal, someone)
            values = values_in(portal, living)
            if state == OF_THE_SUPPLIER:
                values |= {"organisation": living.supplier_id}
            elif state:
                case_id = a_declaration(portal, draft=state == " (draft)")
                values |= {"case_id": case_id}
            if state == " (to sign)":
                values |= {"document_id": (document_id := portal.document(case_id).id)}
                a_scan_of(portal, document_id)
            for endpoint in endpoints(portal, state):
                if endpoint in LAST:
                    browser = signed_in(portal, someone)
                for method, address in requests(portal, endpoint, values):
                    turn = f" {address.rpartition('/')[2]}" if endpoint == "turns.take" else ""
                    answers[endpoint + turn + state, method] = answered(browser, method, address)
    return answers


def endpoints(portal: Portal, state: str) -> list[str]:
    """All of them; those of a case also while it is a draft, and while its document waits for signatures."""
    found = sorted({rule.endpoint for rule in portal.app.url_map.iter_rules() if not rule.build_only})
    if state == OF_THE_SUPPLIER:
        return [each for each in found if each.startswith(("agreements.", "subprocessors."))]
    if state == " (draft)":
        about_a_case = ("cases.", "turns.", "comments.")
        return [each for each in found if each.startswith(about_a_case) and each != "cases.begin"]
    if state == " (to sign)":
        return [
            "cases.show", "cases.answer", "documents.show", "documents.pdf", "on_paper.confirm", "on_paper.enter",
            "on_paper.pdf", "on_paper.scan", "signing.sign", "turns.remind", "turns.take",
        ]  # fmt: skip
    return [*(each for each in found if each not in LAST), *LAST]


def values_in(portal: Portal, living: Living) -> dict[str, Any]:
    """One of ours for each name in an address."""
    tom = portal.visitor(TOM).person_id
    comment_id = a_comment(portal, portal.case("board_declaration"))
    share_id = a_share(portal)
    report_id, file_id = reports_of(portal)
    return portal.ask(
        lambda: {
            "comment_id": comment_id,
            "case_id": (case := reader.query(Case).filter_by(workflow="board_declaration").first()).id,  # type: ignore[union-attr]
            "document_id": reader.query(Document).filter_by(case_id=case.id).first().id,  # type: ignore[union-attr]
            "organisation_id": portal.organisation(SCHOOL),
            "membership_id": reader.query(Membership).filter_by(person_id=tom).first().id,  # type: ignore[union-attr]
            "kept_id": None,
            "mandate_id": reader.query(Mandate).filter_by(organisation_id=portal.organisation(OURS)).first().id,  # type: ignore[union-attr]
            "key": "x",
            "person_id": tom,
            "block_id": reader.query(Block).one().id,
            "publication_id": reader.query(Publication).filter_by(kind=USAGE_TERMS).one().id,
            "part_name": "clauses",
            "job_id": reader.query(Job).filter_by(state="done").first().id,  # type: ignore[union-attr]
            "draft_id": None,
            "mail_id": reader.query(Mail).first().id,  # type: ignore[union-attr]
            "step_name": next(iter(every_workflow()["board_declaration"].values())).steps[0].name,
            "workflow_name": "board_declaration",
            "organisation": portal.organisation(OURS),
            "product_name": PRODUCT,
            "code": SCHOOL,
            "report_name": "positie",
            "condition": "terms",
            "board_number": OURS,
            "token": "x",
            "document_code": reader.query(Document).filter_by(case_id=case.id).first().code,  # type: ignore[union-attr]
            "kind": "bestuur",
            "number": OURS,
            "filename": "tokens.css",
            "agreement_id": living.agreement_id,
            "notice_id": living.notice_id,
            "upload_id": living.upload_id,
            "board_id": portal.organisation(OURS),
            "measure_id": uuid.UUID(int=0),
            "share_id": share_id,
            "report_id": report_id,
            "file_id": file_id,
        }
    )


def a_comment(portal: Portal, case_id: uuid.UUID) -> uuid.UUID:
    """A remark about our declaration, which only its people can settle."""
    made = uuid.uuid4()
    author = portal.visitor(ANN).person_id
    comment = Comment(id=made, case_id=case_id, step="scope", question="schools", person_id=author, words="Klopt dit?")
    portal.do(lambda session: session.add(comment))
    return made


def a_scan_of(portal: Portal, document_id: uuid.UUID) -> None:
    """A scan of the document, put down by another than those who visit; nobody stands on it, so nobody decides by it."""
    omar = portal.visitor(OMAR).person_id

    def put_down(session: Session) -> None:
        scan = vault.keep(session, A_PDF)
        row = OnPaper(document_id=document_id, scan=scan, scan_name="scan.pdf", people=[], why="x")
        row.signed_on, row.entered_by = portal.moment.date().isoformat(), omar
        session.add(row)

    portal.do(put_down)


def a_dossier_of_ann(portal: Portal) -> uuid.UUID:
    """A dossier that is still being made."""
    ann, ours = portal.visitor(ANN), portal.organisation(OURS)
    return portal.ask(lambda: dossiers.ask(by=ann, organisation_id=ours))


def offered_values(portal: Portal) -> dict[str, Any]:
    """An agreement that the service desk offered our board, and that nobody withdrew yet."""
    with portal.opened():
        offer = reader.query(Offer).filter_by(withdrawn_at=None).first()
        if offer is not None:
            return {"publication_id": offer.publication_id, "case_id": offer.case_id, "round_id": offer.round_id}
    if not portal.count(Publication, kind="processor_agreement"):
        a_version(portal, FIRST)
    offer_to_boards(portal, OURS, by=SANNE)
    return offered_values(portal)


def requests(portal: Portal, endpoint: str, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for rule in portal.app.url_map.iter_rules(endpoint):
        wanted = {name: (rule.defaults or {}).get(name, values.get(name)) for name in rule.arguments}
        if (
            endpoint == "evidence.of_organisation"
            or endpoint.startswith(("organisation_lists.", "agreements.", "subprocessors."))
            or "mandate_id" in wanted
        ):
            wanted["organisation_id"] = values["organisation"]
        if endpoint in ("evidence.show", "evidence.download"):
            wanted["job_id"] = a_dossier_of_ann(portal)
        if endpoint.startswith(("offering.", "offer_making.")):
            wanted = {name: offered_values(portal)[name] for name in wanted}
        if endpoint == "cases.begin":
            wanted["organisation"] = values["organisation"]
        if endpoint.startswith("service_desk.") and "case_id" in wanted:
            wanted["case_id"] = portal.case("registration")
        if "kept_id" in wanted:
            waiting = wanted["case_id"]
            wanted["kept_id"] = portal.ask(lambda: reader.query(KeptFile).filter_by(case_id=waiting).first().id)  # type: ignore[union-attr]
        kind = PROCESSOR_AGREEMENT if endpoint.startswith("agreement_") else USAGE_TERMS
        if "draft_id" in wanted:  # one that is still there: some addresses end it
            wanted["draft_id"] = portal.ask(lambda: reader.query(PublicationDraft).filter_by(kind=kind).first().id)  # type: ignore[union-attr]
        if endpoint.startswith("agreement_texts."):
            wanted["publication_id"] = portal.ask(lambda: reader.query(Publication).filter_by(kind=kind).one().id)
        with portal.opened(), portal.app.test_request_context():
            address = portal.app.url_for(endpoint, **wanted)
        for method in ("GET", "POST"):
            if method in (rule.methods or ()):
                yield method, address


def signed_in(portal: Portal, someone: Someone | None) -> Browser:
    return portal.sign_in(someone).open("/account") if someone else portal.browser().open("/inloggen")


def answered(browser: Browser, method: str, address: str) -> str:
    """The status, and for a redirect to the page where one signs in that."""
    browser.send(method, address, data={"csrf_token": browser.token} if method == "POST" else None)
    if browser.status == 302:
        return "sign in" if browser.response.location.startswith("/inloggen") else "302"
    return str(browser.status)
