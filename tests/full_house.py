"""A house where everything is going on, so that every page has something to show; for whoever looks at them all."""

import datetime as dt
import json
import uuid
from dataclasses import replace
from typing import Any

from portal.cases import answering, assessing, commenting, on_paper, starting
from portal.cases.dpia.tables import DpiaMeasure
from portal.cases.tables import Case, Comment
from portal.database import reader
from portal.documents import vault
from portal.evidence import dossiers
from portal.offers import drafting, publications
from portal.offers.publications import DPIA_MODEL, PROCESSOR_AGREEMENT, USAGE_TERMS
from portal.offers.tables import Block, Product, Publication, PublicationDraft
from portal.parties.tables import Mandate, Membership, Organisation
from portal.record.outbox import Mail
from tests import dpia
from tests.agreements import EXAMPLE, FIRST, case_of, offer
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    FEMKE,
    IRIS,
    LOTTE,
    NOOR,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    THEIRS,
    TOM,
    Portal,
    Someone,
    a_busy_desk,
    a_declaration,
    a_draft,
    a_rights_holder,
    a_role,
    a_submitted_registration,
    accepted_terms,
    answers_for_registration,
    sign,
)
from tests.own_reports import reports_of
from tests.shares import a_share
from tests.suppliers import a_living_agreement, the_product
from tests.test_organisation_change import INVOICES, a_change
from tests.test_paper import TIM, confirm
from tests.test_permissions_to_disclose import DAAN
from tests.test_permissions_to_disclose import asked as a_permission
from tests.test_two_sides import SAM, a_supplier_of
from workflows.dpia_facts import Outcome
from workflows.vocabulary import Party, Role

XANDER = Someone("Xander Post", "xander@elders.example", "Bestuurder")
PIA = Someone("Pia Groen", "pia@ons.example")
NEW = Someone("Nora Smit", "nora@ons.example", "Leerkracht")
FORGOT = "/wachtwoord-vergeten"

House = dict[str, Any]
"""Addresses and ids in the house, by name."""


def full_house(portal: Portal) -> House:
    """Everything that a page can show is going on: drafts, what waits for others, a campaign, a block, a new version."""
    accepted_terms(portal, TOM)
    accepted_terms(portal, ANN)
    reading = _a_draft_of_terms(portal, EVA)
    a_busy_desk(portal)
    terms = (publications.SHIPPED / "usage_terms_2026-11.toml").read_text().replace("2026-11-01", "2026-11-23")
    terms = terms.replace(
        "grace_days = 0", "grace_days = 14"
    )  # the gate stays open for who accepted the version before
    newer = terms.replace('version = "2026-11"', 'version = "2027-01"').replace(
        "Delen met anderen mag niet.", "Delen met anderen mag nooit."
    )
    with portal.later(hours=1).opened():
        drafting.publish_file(newer, product_name=PRODUCT)
    portal.work()
    declared = portal.case("board_declaration")
    to_sign = a_declaration(portal, board=THEIRS, by=IRIS, real=True)
    draft = a_declaration(portal, draft=True)
    queued = a_submitted_registration(portal, "20183", starter=XANDER)
    portal.later(minutes=1)
    begun = a_draft(portal, answers_for_registration("41573", starter=NOOR), starter=NOOR)
    a_role(portal, NOOR, portal.organisation(SCHOOL), Role.READER)
    portal.do(lambda session: session.add(_a_remark(portal, draft)))
    portal.work()
    portal.browser().open(FORGOT).fill(email=TOM.email).press("Stuur mij een link")
    invited = portal.sign_in(ANN).open(f"/organisaties/{portal.organisation(SCHOOL)}/mensen")
    invited.fill(name=NEW.name, email=NEW.email).choose("role", "reader").press("Uitnodigen")
    a_role(portal, PIA, portal.organisation(OURS), Role.BOARD_OFFICE, acts=["reports"])
    decided_on_paper = _on_paper(portal)
    on_paper_now = _a_scan(portal, a_change(portal, "invoices", invoices=INVOICES))
    stuck = _without_time_stamps(portal, a_change(portal, "invoices", by=IRIS, board=THEIRS, invoices=INVOICES))
    dossier = _a_dossier(portal, declared)
    portal.work()
    round_id = _an_offer(portal)
    agreement_case = case_of(portal)
    living = a_living_agreement(portal)
    later = _a_later_agreement(portal)
    models = _models(portal)
    dpia_case, dpia_draft = _dpias(portal)
    asked = _a_dossier(portal, draft)
    share = a_share(portal)
    own_report, own_file = reports_of(portal)
    permission = _under_conditions(portal)
    tom, pia = (portal.visitor(each).person_id for each in (TOM, PIA))
    return portal.ask(
        lambda: {
            "board": portal.organisation(OURS),
            "school": portal.organisation(SCHOOL),
            "report": f"/rapporten/{PRODUCT}/{SCHOOL}",
            "product": f"/servicedesk/producten/{PRODUCT}",
            "declared": declared,
            "to_sign": to_sign,
            "draft": draft,
            "queued": queued,
            "reading": reading,
            "accepted": reader.query(Case).filter_by(workflow="usage_terms", person_id=tom).one().id,
            "document": portal.document(declared).id,
            "code": portal.document(declared).code,
            "pdf": vault.content(portal.document(declared).current or ""),
            "on_paper": on_paper_now,
            "unfinished_pdf": vault.content(portal.document(to_sign).current or ""),
            "paper_code": portal.document(decided_on_paper).code,
            "stuck": stuck,
            "receipt": "/verify/logboek?size={size}&head={head}".format_map(portal.document(declared).facts["ledger"]),
            "agreement_case": agreement_case,
            "round": round_id,
            **models,
            "dpia": dpia_case,
            "dpia_draft": dpia_draft,
            "measure": reader.query(DpiaMeasure).filter_by(thing="M1").one().id,
            "supplier": living.supplier_id,
            "living": living.agreement_id,
            "notice": living.notice_id,
            "claimed": living.claimed_id,
            "their_board": portal.organisation(THEIRS),
            "upload": living.upload_id,
            "dossier": dossier,
            "dossier_asked": asked,
            "to_read": portal.document(to_sign).id,
            "tom": tom,
            "pia": pia,
            "permission": permission,
            "membership": reader.query(Membership).filter_by(person_id=tom).one().id,
            "office": reader.query(Membership).filter_by(person_id=pia, acts=["reports"]).one().id,
            "block": reader.query(Block).one().id,
            "newer": reader.query(Publication).filter_by(version="2027-01").one().id,
            "agreement": reader.query(Publication).filter_by(kind=PROCESSOR_AGREEMENT, version=FIRST).one().id,
            "later_agreement": later,
            "concept": reader.query(PublicationDraft).filter_by(kind=USAGE_TERMS).first().id,  # type: ignore[union-attr]
            "agreement_concept": reader.query(PublicationDraft).filter_by(kind=PROCESSOR_AGREEMENT).first().id,  # type: ignore[union-attr]
            "mail": reader.query(Mail).first().id,  # type: ignore[union-attr]
            "mandate": reader.query(Mandate).first().id,  # type: ignore[union-attr]
            "begun": begun,
            "share": share,
            "own_report": own_report,
            "own_file": own_file,
            "go_on": portal.mailed_link(NOOR.email, "Ga verder"),
            "invitation": portal.mailed_link(NEW.email, "Uitnodiging"),
            "reset": portal.mailed_link(TOM.email, "Een nieuw wachtwoord"),
        }
    )


def _a_draft_of_terms(portal: Portal, someone: Someone) -> Any:
    """Somebody who began to read the terms, and was called away."""
    visitor = portal.visitor(someone)
    with portal.opened():
        product = reader.query(Product).filter_by(name=PRODUCT).one()
        case_id = starting.start("usage_terms", by=visitor, product_id=product.id)
        keys = [each["id"] for each in reader.get_one(Case, case_id).publication.body["clauses"] if each["key"]]  # type: ignore[union-attr]
        answering.answer(case_id, "read", {"confirmed": keys}, by=visitor, seen=0, follow=portal.follow)
    return case_id


def _under_conditions(portal: Portal) -> uuid.UUID:
    """A permission that each rights holder gives under conditions, which Tom has not accepted yet."""
    a_rights_holder(portal, DAAN, "Ministerie van OCW")
    case_id = a_permission(portal, "commercial")
    words = "Noem de bron bij elk cijfer.\nStuur ons het artikel voordat het verschijnt."
    for visitor in (portal.visitor(LOTTE), portal.visitor(DAAN)):
        with portal.opened():
            assessing.assess(case_id, verdict="conditions", words=words, by=visitor, follow=portal.follow)
    portal.work()
    return case_id


def _an_offer(portal: Portal) -> uuid.UUID:
    """An agreement that both boards were offered twice; one of them asked its supplier something."""
    a_supplier_of(portal, SAM)
    offer(portal)
    round_id, ann, case_id = offer(portal), portal.visitor(ANN), case_of(portal)
    words = "Waarom bewaart u dit twee jaar na het einde?"
    with portal.later(minutes=1).opened():
        commenting.comment(case_id, step="content", question="retention", words=words, by=ann, to_supplier=True)
    return round_id


def _a_later_agreement(portal: Portal) -> uuid.UUID:
    """A next version of the agreement, from tomorrow on."""
    said = json.loads(EXAMPLE.read_text(encoding="utf-8")) | {"version": "2027-03"}
    tomorrow = portal.moment.date() + dt.timedelta(days=1)
    with portal.opened():
        return drafting.publish_file(
            json.dumps(said), product_name=PRODUCT, kind=PROCESSOR_AGREEMENT, since=tomorrow
        ).id


def _a_scan(portal: Portal, case_id: uuid.UUID) -> uuid.UUID:
    """The document of a case, of which a signed print was put down: a colleague is to confirm it."""
    document, desk = portal.document(case_id), portal.visitor(SANNE)
    people = [str(portal.visitor(each).person_id) for each in (ANN, BAS)]
    scan = {"scan": A_PDF, "name": "scan.pdf", "why": "Geen telefoon.", "signed_on": portal.moment.date()}
    with portal.opened():
        on_paper.put_down(document.id, people=people, stated=True, by=desk, **scan)  # type: ignore[arg-type]
    return document.id


def _on_paper(portal: Portal) -> uuid.UUID:
    """A case that was decided on paper: put down by one, confirmed by a colleague."""
    case_id = a_change(portal, "invoices", invoices=INVOICES)
    operator = portal.ask(lambda: reader.query(Organisation).filter_by(kind=Party.OPERATOR).one().id)
    a_role(portal, TIM, operator, Role.SERVICE_DESK)
    confirm(portal, _a_scan(portal, case_id))
    portal.work()
    return case_id


def _without_time_stamps(portal: Portal, case_id: uuid.UUID) -> uuid.UUID:
    """A case whose signature cannot be sealed yet, since no time stamp is to be had."""
    working = portal.worker.sealer
    portal.worker.sealer = replace(working, time_stamp_urls=("http://127.0.0.1:9/",))
    sign(portal, case_id, IRIS)
    portal.work()
    portal.worker.sealer = working
    return case_id


def _a_dossier(portal: Portal, case_id: uuid.UUID) -> uuid.UUID:
    asker = portal.visitor(ANN)
    with portal.opened():
        return dossiers.ask(by=asker, case_id=case_id)


def _models(portal: Portal) -> House:
    """A model DPIA, a version of it that is still to take effect, and the draft of another."""
    first, product = dpia.a_model(portal), the_product(portal)
    text: Any = dpia.SmallModel("2.0", parts=dpia.a_body(summary="Een tweede versie van het kleine model."))
    later = portal.moment.date() + dt.timedelta(days=30)
    second = portal.do(
        lambda session: (
            publications.publish(session, product, text, since=later, grace_days=0, by=None, kind=DPIA_MODEL).id
        )
    )
    by = portal.visitor(SANNE).person_id
    assert by is not None
    with portal.opened():
        draft = drafting.begin(PRODUCT, text=None, by=by, kind=DPIA_MODEL)
    return {"model": first, "later_model": second, "model_draft": draft}


def _dpias(portal: Portal) -> tuple[uuid.UUID, uuid.UUID]:
    """One that was decided, with measures still to be carried out, and one that is half-way."""
    a_role(portal, PIA, portal.organisation(OURS), Role.PRIVACY_OFFICER)
    a_role(portal, FEMKE, portal.organisation(OURS), Role.FG)
    case_id = dpia.assessment(portal, Outcome.MEASURES_FIRST, by=PIA)
    dpia.advised(portal, case_id)
    dpia.signed(portal, dpia.decided(portal, case_id), ANN, BAS)
    return case_id, dpia.assessment(portal, until="comparison", by=PIA)


def _a_remark(portal: Portal, case_id: Any) -> Comment:
    author = portal.visitor(EVA).person_id
    return Comment(
        case_id=case_id, step="scope", question="schools", person_id=author, words="Hoort de Jozefschool erbij?"
    )
