"""An organisation: what is in force and what ends when, its documents, cases and schools, and what one may start."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, dossier
from portal.cases import access
from portal.cases.agreements import objecting, stands, subprocessor_mails
from portal.cases.catalogue import current
from portal.cases.dpia import assessed
from portal.cases.tables import Case
from portal.database import reader
from portal.dossier import holdings, tasks
from portal.dossier import organisation as dossiers
from portal.dossier.holdings import Holding
from portal.dossier.organisation import Rights
from portal.errors import NotFoundError
from portal.parties import mandates, memberships
from portal.parties.authority import rule_sentence
from portal.parties.spelling import clean
from portal.parties.tables import Organisation
from portal.views import evidence, lists
from portal.views.reports import products_with_reports
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, visitor
from portal.wording import day, mark, moment, say
from workflows.vocabulary import PARTY_NAMES, ROLE_NAMES, Party

bp = Blueprint("organisations", __name__, url_prefix="/organisaties")
OPEN_SHOWN = 5
WITH_DPIAS = (Party.BOARD, Party.SCHOOL, Party.LOCATION)
WITH_AGREEMENTS = (Party.BOARD, Party.SCHOOL, Party.LOCATION, Party.SUPPLIER)


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index() -> ResponseReturnValue:
    """Every organisation where one has a role, and every school one may act for."""
    text = clean(request.args.get("q"))[:100].casefold()
    own = memberships.memberships_of(person())
    acting = dossier.acting_for(reader(), person().id, at=clock.now())
    return render_template(
        "organisations/index.html",
        q=request.args.get("q", ""),
        own=[each for each in own if text in each.organisation.name.casefold()],
        acting=[each for each in acting if text in each.school.name.casefold()],
        total=len(own) + len(acting),
        role_names=ROLE_NAMES,
        party_names=PARTY_NAMES,
    )


@bp.get("/<uuid:organisation_id>")
def show(organisation_id: UUID) -> ResponseReturnValue:
    """One organisation at a glance."""
    rights = found(organisation_id)
    now, organisation = clock.now(), rights.organisation
    open_cases = dossier.find_cases(
        reader(),
        visitor(),
        organisation_id=organisation_id,
        states=tasks.OPEN,
        sort="moved",
        descending=False,
        limit=OPEN_SHOWN,
    )
    held = sorted(
        holdings.of_organisation(reader(), organisation_id, at=now),
        key=lambda each: (each.until is None, each.until or each.since, each.title),
    )
    return render_template(
        "organisations/show.html",
        **around(rights, "show"),
        facts=_facts(rights),
        rules=[_rule(each, organisation_id) for each in dossiers.rules(reader(), organisation_id, at=now)],
        held=[_holding(each, rights) for each in held],
        open_cases=[lists.case_row(each) for each in open_cases.cases] if rights.is_own else [],
        open_total=open_cases.total if rights.is_own else 0,
        subprocessors=_subprocessors(rights),
        declared=[_declared(each) for each in dossiers.declarations_over(reader(), organisation_id, at=now)],
        is_school=organisation.kind in (Party.SCHOOL, Party.LOCATION),
        startable=[
            *((say(each.title), _begin(rights, each.name)) for each in dossiers.startable(rights)),
            *_assessments(rights),
        ],
        objection_url=_begin(rights, "request", kind="objection") if dossiers.may_object(rights) else None,
        gates=_gates(rights),
        dossier_url=evidence.offered_for_organisation(organisation_id, visitor()),
    )


# --- What the other pages of an organisation use too ------------------------------------------------------------


def found(organisation_id: UUID, *, own: bool = False) -> Rights:
    """The organisation with what this visitor may do there; `own`: not for who only acts for it."""
    rights = dossier.rights_at(reader(), visitor(), organisation_id)
    if own and not rights.sees_papers:
        raise NotFoundError
    return rights


def around(rights: Rights, current: str) -> dict[str, Any]:
    """What every page of one organisation shows."""
    organisation = rights.organisation
    parts = [
        ("show", "organisations.show", mark("Overzicht")),
        ("people", "colleagues.index", mark("Mensen en rollen")),
    ]
    if rights.sees_papers:
        parts.append(("documents", "organisation_lists.documents", mark("Stukken")))
        parts.append(("cases", "organisation_lists.cases", mark("Zaken")))
        if organisation.kind in WITH_AGREEMENTS:
            parts.append(("agreements", "agreements.index", mark("Overeenkomsten")))
        if organisation.kind in WITH_DPIAS:
            parts.append(("dpia", "dpia_register.index", mark("DPIA’s")))
        if organisation.kind == Party.BOARD:
            parts.append(("measures", "dpia_measures.index", mark("Maatregelen")))
        if organisation.kind == Party.BOARD:
            parts.append(("schools", "organisation_lists.schools", mark("Scholen")))
    return {
        "organisation": organisation,
        "party": say(PARTY_NAMES[Party(organisation.kind)]),
        "parts": [
            {
                "label": say(label),
                "url": url_for(endpoint, organisation_id=organisation.id),
                "current": name == current,
            }
            for name, endpoint, label in parts
        ],
        "acting_for": {"name": organisation.name, "change_url": url_for("organisations.index")}
        if rights.acting and not rights.is_own
        else None,
        "board": rights.acting.board if rights.acting else None,
        "rights": rights,
    }


# --- How ---------------------------------------------------------------------------------------------------------


def _facts(rights: Rights) -> list[dict[str, str]]:
    organisation = rights.organisation
    kind, _, number = (organisation.register_key or "").partition(":")
    rows = [
        (say("Soort"), say(PARTY_NAMES[Party(organisation.kind)])),
        (say("Adres"), organisation.address),
        (say("Bestuursnummer"), organisation.board_number),
        (say("Vestigingscode"), number if kind == "location" else None),
        (say("KvK-nummer"), organisation.kvk),
        (say("Ingeschreven"), _registered(organisation)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _registered(organisation: Organisation) -> str:
    if organisation.registered_at:
        return moment(organisation.registered_at)
    declared = dossiers.declarations_over(reader(), organisation.id, at=clock.now())
    return say("via het bestuur") if any(each.since <= clock.now() for each in declared) else say("nog niet")


def _rule(rule: Any, organisation_id: UUID) -> str:
    at = max(rule.since, clock.now())
    holders = len({each.seat for each in mandates.mandates_at(reader(), organisation_id, at=at)})
    sentence = rule_sentence(rule.rule, holders)
    if rule.since > clock.now():
        return say("Vanaf %(day)s: %(rule)s", day=day(clock.day_of(rule.since), weekday=True), rule=sentence)
    return sentence


def _holding(each: Holding, rights: Rights) -> dict[str, Any]:
    url = None
    if each.agreement_id and rights.sees_papers:
        url = url_for("agreements.show", organisation_id=rights.organisation.id, agreement_id=each.agreement_id)
    elif each.case_id and access.may_read(reader.get_one(Case, each.case_id), visitor()):
        url = url_for("cases.show", case_id=each.case_id)
    return {
        "title": each.title,
        "whom": each.whom,
        "is_mandate": each.kind == holdings.MANDATE,
        "reference": each.reference,
        "schools": each.schools,
        "since": day(clock.day_of(each.since)),
        "until": day(clock.day_of(each.until), weekday=True) if each.until else None,
        "coming": each.since > clock.now(),
        "url": url,
    }


def _declared(each: dossiers.Declared) -> dict[str, Any]:
    case = reader.get_one(Case, each.case_id)
    return {
        "board": each.board,
        "since": day(clock.day_of(each.since), weekday=True),
        "until": day(clock.day_of(each.until), weekday=True) if each.until else None,
        "coming": each.since > clock.now(),
        "reference": case.reference,
        "url": url_for("cases.show", case_id=case.id) if access.may_read(case, visitor()) else None,
    }


def _subprocessors(rights: Rights) -> list[dict[str, str]]:
    """The new sub-processors of which the board can still say something."""
    if rights.organisation.kind != Party.BOARD or not rights.sees_papers:
        return []
    asked = (stands.Stand.OPEN, stands.Stand.NO_CONSENT, stands.Stand.ANSWERED)
    return [
        {
            "title": say("%(name)s voor %(product)s", name=each.notice.name, product=each.notice.product.title),
            "url": url_for("subprocessors.show", organisation_id=each.board_id, notice_id=each.notice_id),
            "status_kind": "todo",
            "status_text": say(stands.STANDS[where]),
            "hint": say("bezwaar tot en met %(day)s", day=day(subprocessor_mails.last_day(each), weekday=True)),
        }
        for each in objecting.of_board(reader(), rights.organisation.id)
        if (where := stands.stand(each, at=clock.now())) in asked
    ]


def _assessments(rights: Rights) -> list[tuple[str, str]]:
    """Where an assessment begins, for who may do that here: with a model from the library."""
    workflow = current(assessed.WORKFLOW)
    may = workflow.concerns(rights.organisation.kind) and rights.roles & set(workflow.started_by)
    title = say("%(title)s: kies een model", title=say(workflow.title))
    return [(title, url_for("models.index"))] if may else []


def _begin(rights: Rights, workflow_name: str, **more: str) -> str:
    values: dict[str, Any] = {"organisation": rights.organisation.id, **more}
    return url_for("cases.begin", workflow_name=workflow_name, **values)


def _gates(rights: Rights) -> list[tuple[str, str]]:
    """The reports of this school, each behind its gate."""
    kind, _, code = (rights.organisation.register_key or "").partition(":")
    if kind != "location" or not (rights.is_own or rights.acting):
        return []
    return [
        (product.title, url_for("reports.gate", product_name=product.name, code=code))
        for product in products_with_reports()
    ]
