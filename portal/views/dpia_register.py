"""The register of DPIAs of a board: a line for each decision, and the same as a spreadsheet; a school sees its own."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.catalogue import current
from portal.cases.dpia import own, register
from portal.cases.dpia.outcomes import KINDS
from portal.cases.dpia.register import Line
from portal.database import reader
from portal.documents.sheets import Cell
from portal.dossier.organisation import Rights
from portal.errors import NotFoundError
from portal.views.exports import csv_response, export_url, xlsx_response
from portal.views.home import SHOWN
from portal.views.organisations import WITH_DPIAS, around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, say
from workflows.vocabulary import Party

bp = Blueprint("dpia_register", __name__, url_prefix="/organisaties/<uuid:organisation_id>")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/dpia")
def index(organisation_id: UUID) -> ResponseReturnValue:
    """Every decision there was."""
    rights = _found(organisation_id)
    wish, lines = _chosen(rights)
    who = access.well_known(visitor())
    shown = lines[wish.offset(SHOWN) : wish.offset(SHOWN) + SHOWN]
    return render_template(
        "dpia_register/index.html",
        **around(rights, "dpia"),
        wish=wish,
        rows=[_row(each, who) for each in shown],
        total=len(lines),
        pages=pages_of(len(lines), SHOWN),
        filters=register.FILTERS,
        own_url=_own_url(rights),
        is_board=rights.organisation.kind == Party.BOARD,
        export_url=export_url(".index_csv", wish, organisation_id=organisation_id),
        xlsx_url=export_url(".index_xlsx", wish, organisation_id=organisation_id),
    )


@bp.get("/dpia.csv")
def index_csv(organisation_id: UUID) -> ResponseReturnValue:
    """The register as asked for, as a spreadsheet."""
    return csv_response("dpia-register", *_sheet(_chosen(_found(organisation_id))[1]))


@bp.get("/dpia.xlsx")
def index_xlsx(organisation_id: UUID) -> ResponseReturnValue:
    """The same as a spreadsheet of the other kind."""
    return xlsx_response("dpia-register", *_sheet(_chosen(_found(organisation_id))[1]))


# --- How ---------------------------------------------------------------------------------------------------------


def _found(organisation_id: UUID) -> Rights:
    rights = found(organisation_id, own=True)
    if rights.organisation.kind not in WITH_DPIAS:
        raise NotFoundError
    return rights


def _own_url(rights: Rights) -> str | None:
    """Where a DPIA that was made elsewhere is recorded, for who may do that for this board."""
    workflow = current(own.WORKFLOW)
    may = workflow.concerns(rights.organisation.kind) and rights.roles & set(workflow.started_by)
    if not may:
        return None
    return url_for("cases.begin", workflow_name=workflow.name, organisation=rights.organisation.id)


def _chosen(rights: Rights) -> tuple[Wish, list[Line]]:
    """What is asked for: what holds first, unless asked else."""
    wish = wished(sorts=register.SORTS, first="standing", filters={"state": list(register.FILTERS)})
    lines = register.of(
        reader(),
        rights.organisation,
        at=clock.now(),
        today=clock.today(),
        text=wish.q,
        state=wish.chosen["state"],
        sort=wish.sort,
        descending=wish.descending,
    )
    return wish, lines


def _row(line: Line, who: Visitor) -> dict[str, Any]:
    decision, kind = line.decision, KINDS[line.decision.outcome]
    may_read = access.may_read(decision.case, who)
    return {
        "title": decision.product.title,
        "url": url_for("cases.show", case_id=decision.case_id) if may_read else None,
        "supplier": decision.product.supplier.name,
        "model": line.model,
        "version": line.version,
        "outcome": say(kind.title),
        "state_kind": line.shown_as,
        "state_text": say(register.STATES[line.state]),
        "is_late": decision.is_late,
        "decided": day(clock.day_of(decision.decided_at)),
        "review": day(line.review_on) if line.review_on else "",
        "is_overdue": line.is_overdue,
        "signed_by": line.signed_by,
        "schools": line.schools,
        "reference": decision.case.reference,
    }


def _sheet(lines: list[Line]) -> tuple[list[str], list[list[Cell]]]:
    """A line for each decision; a semicolon parts several things."""
    columns = [
        say("Product"),
        say("Leverancier"),
        say("Model"),
        say("Versie"),
        say("Uitkomst"),
        say("Status"),
        say("Te laat gemaakt"),
        say("Besloten op"),
        say("Opnieuw beoordelen"),
        say("Getekend door"),
        say("Scholen"),
        say("Kenmerk"),
    ]
    return columns, [_cells(each) for each in lines]


def _cells(line: Line) -> list[Cell]:
    decision = line.decision
    return [
        decision.product.title,
        decision.product.supplier.name,
        line.model,
        line.version,
        say(KINDS[decision.outcome].title),
        say(register.STATES[line.state]),
        decision.is_late,
        clock.day_of(decision.decided_at),
        line.review_on,
        "; ".join(line.signed_by),
        "; ".join(line.schools),
        decision.case.reference,
    ]
