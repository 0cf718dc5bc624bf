"""The long lists of one organisation: its documents, its cases, and the schools of a board."""

import datetime as dt
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import clock, dossier
from portal.cases.agreements import elsewhere
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.catalogue import every_workflow
from portal.cases.tables import Document
from portal.database import reader
from portal.dossier import organisation as dossiers
from portal.dossier import tasks
from portal.dossier.organisation import InScope, Rights
from portal.views import document_cards, lists
from portal.views.exports import csv_response, export_url
from portal.views.home import MOST_EXPORTED, SHOWN, STATES, STATES_OF
from portal.views.organisations import around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, visitor
from portal.wording import day, mark, say

bp = Blueprint("organisation_lists", __name__, url_prefix="/organisaties")
DOCUMENT_STATES = {"complete": mark("compleet"), "busy": mark("nog niet compleet")}
SCHOOL_STATES = {
    "declared": mark("onder uw verklaring"),
    "coming": mark("verklaring gaat nog in"),
    "open": mark("niet in een verklaring"),
    "elsewhere": mark("onder een ander bestuur"),
}


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/<uuid:organisation_id>/stukken")
def documents(organisation_id: UUID) -> ResponseReturnValue:
    """Every document of an organisation, with its state."""
    rights = found(organisation_id, own=True)
    wish, page = _documents(organisation_id)
    return render_template(
        "organisations/documents.html",
        **around(rights, "documents"),
        wish=wish,
        rows=[_document(each) for each in page.documents],
        total=page.total,
        pages=pages_of(page.total, SHOWN),
        states=DOCUMENT_STATES,
        elsewhere=[_elsewhere(each) for each in elsewhere.of_boards(reader(), [organisation_id])],
        export_url=export_url(".documents_csv", wish, organisation_id=organisation_id),
    )


def _elsewhere(each: SignedElsewhere) -> dict[str, str]:
    """A file that was signed outside the portal."""
    about = {"organisation_id": each.board_id, "agreement_id": each.id}
    return {
        "title": f"{each.product.title}, {say('versie %(version)s', version=each.version)}",
        "url": url_for("agreements.show", **about),  # type: ignore[arg-type]
        "signed": day(dt.date.fromisoformat(each.signed_on), weekday=True),
        "sha256": each.blob,
        "pdf_url": url_for("agreements.pdf", **about),  # type: ignore[arg-type]
    }


@bp.get("/<uuid:organisation_id>/stukken.csv")
def documents_csv(organisation_id: UUID) -> ResponseReturnValue:
    """The documents as asked for, as a spreadsheet."""
    found(organisation_id, own=True)
    _, page = _documents(organisation_id, everything=True)
    columns = [say("Stuk"), say("Kenmerk"), say("Code"), say("Status"), say("Gemaakt"), say("Controlegetal (SHA-256)")]
    rows = [
        (
            each.title,
            each.case.reference,
            each.code,
            document_cards.state_of(each)[1],
            each.made_at,
            each.current,
        )
        for each in page.documents
    ]
    return csv_response("stukken", columns, rows)


@bp.get("/<uuid:organisation_id>/zaken")
def cases(organisation_id: UUID) -> ResponseReturnValue:
    """Every case of an organisation."""
    rights = found(organisation_id, own=True)
    wish = _wish_for_cases()
    page = _cases(organisation_id, wish, offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "organisations/cases.html",
        **around(rights, "cases"),
        wish=wish,
        rows=[lists.case_row(each) for each in page.cases],
        total=page.total,
        pages=pages_of(page.total, SHOWN),
        states=STATES,
        workflows=lists.workflow_titles(),
        export_url=export_url(".cases_csv", wish, organisation_id=organisation_id),
    )


@bp.get("/<uuid:organisation_id>/zaken.csv")
def cases_csv(organisation_id: UUID) -> ResponseReturnValue:
    """The cases as asked for, as a spreadsheet."""
    found(organisation_id, own=True)
    return lists.cases_as_csv("zaken", _cases(organisation_id, _wish_for_cases(), offset=0, limit=MOST_EXPORTED).cases)


@bp.get("/<uuid:organisation_id>/scholen")
def schools(organisation_id: UUID) -> ResponseReturnValue:
    """The schools of a board, each with how it stands."""
    rights = found(organisation_id, own=True)
    wish, everything, chosen = _schools(rights)
    openable = {each.school.id for each in dossier.acting_for(reader(), person().id, at=clock.now())}
    here = chosen[wish.offset(SHOWN) : wish.offset(SHOWN) + SHOWN]
    return render_template(
        "organisations/schools.html",
        **around(rights, "schools"),
        wish=wish,
        rows=[_school(each, openable) for each in here],
        total=len(chosen) if _narrows(wish) else len(everything),
        pages=pages_of(len(chosen), SHOWN),
        states=SCHOOL_STATES,
        export_url=export_url(".schools_csv", wish, organisation_id=organisation_id),
    )


@bp.get("/<uuid:organisation_id>/scholen.csv")
def schools_csv(organisation_id: UUID) -> ResponseReturnValue:
    """The schools as asked for, as a spreadsheet."""
    _, _, chosen = _schools(found(organisation_id, own=True))
    columns = [say("School"), say("Plaats"), say("Vestigingscode"), say("Status"), say("Vanaf"), say("Tot")]
    rows = [
        (each.name, each.place, each.code, say(SCHOOL_STATES[_state(each)]), each.since, each.until) for each in chosen
    ]
    return csv_response("scholen", columns, rows)


def _documents(organisation_id: UUID, *, everything: bool = False) -> tuple[Wish, dossiers.Documents]:
    wish = wished(sorts=dossiers.DOCUMENT_SORTS, first="-made", filters={"state": list(DOCUMENT_STATES)})
    return wish, dossiers.documents(
        reader(),
        organisation_id,
        text=wish.q,
        state=wish.chosen["state"],
        sort=wish.sort,
        descending=wish.descending,
        offset=0 if everything else wish.offset(SHOWN),
        limit=MOST_EXPORTED if everything else SHOWN,
    )


def _document(document: Document) -> dict[str, Any]:
    kind, text = document_cards.state_of(document)
    return {
        "title": document.title,
        "url": url_for("documents.show", document_id=document.id) if document.current else None,
        "reference": document.case.reference,
        "case_url": url_for("cases.show", case_id=document.case_id),
        "state_kind": kind,
        "state_text": text,
        "signatures": len(document.signatures),
        "made": day(clock.day_of(document.made_at)),
        "pdf_url": url_for("documents.pdf", document_id=document.id) if document.current else None,
    }


def _wish_for_cases() -> Wish:
    filters = {"state": list(STATES), "workflow": list(every_workflow())}
    return wished(sorts=tasks.SORTS, first="-moved", filters=filters)


def _cases(organisation_id: UUID, wish: Wish, *, offset: int, limit: int) -> tasks.Found:
    return dossier.find_cases(
        reader(),
        visitor(),
        organisation_id=organisation_id,
        text=wish.q,
        workflow=wish.chosen["workflow"],
        states=STATES_OF[wish.chosen["state"]],
        sort=wish.sort,
        descending=wish.descending,
        offset=offset,
        limit=limit,
    )


def _schools(rights: Rights) -> tuple[Wish, list[InScope], list[InScope]]:
    wish = wished(sorts=("name", "place", "code", "state"), first="name", filters={"state": list(SCHOOL_STATES)})
    everything = dossiers.schools_of_board(reader(), rights.organisation, at=clock.now())
    wanted, state = wish.q.casefold(), wish.chosen["state"]
    chosen = [
        each
        for each in everything
        if wanted in f"{each.name} {each.place} {each.code}".casefold() and state in ("", _state(each))
    ]
    keys = {
        "name": lambda each: each.name.casefold(),
        "place": lambda each: each.place.casefold(),
        "code": lambda each: each.code,
        "state": _state,
    }
    return wish, everything, sorted(chosen, key=keys[wish.sort], reverse=wish.descending)


def _narrows(wish: Wish) -> bool:
    return bool(wish.q or any(wish.chosen.values()))


def _state(school: InScope) -> str:
    if school.since:
        return "coming" if school.since > clock.now() else "declared"
    return "elsewhere" if school.elsewhere else "open"


def _school(school: InScope, openable: set[UUID]) -> dict[str, Any]:
    state = _state(school)
    text = say(SCHOOL_STATES[state])
    if school.elsewhere:
        text = say("onder %(board)s", board=school.elsewhere)
    elif school.since and state == "coming":
        text = say("vanaf %(day)s", day=day(clock.day_of(school.since), weekday=True))
    return {
        "name": school.name,
        "url": url_for("organisations.show", organisation_id=school.organisation_id)
        if school.organisation_id in openable
        else None,
        "place": school.place,
        "code": school.code,
        "state_kind": {"declared": "done", "coming": "waiting", "elsewhere": "problem"}.get(state, "neutral"),
        "state_text": text,
        "until": day(clock.day_of(school.until), weekday=True) if school.until else "–",
        "register_url": url_for("registration.entry", kind="vestiging", number=school.code),
    }
