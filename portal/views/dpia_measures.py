"""The measures of a board over all its decisions on DPIAs: a line for each, its evidence, and who says it is enough."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField, TextAreaField

from portal import clock
from portal.cases.dpia import measure_lines, measures
from portal.cases.dpia.measure_lines import Line
from portal.cases.dpia.tables import DpiaMeasure
from portal.cases.fields import DayField
from portal.database import reader
from portal.documents import vault
from portal.documents.sheets import Cell
from portal.dossier.organisation import Rights
from portal.errors import InvalidError, NotFoundError
from portal.outcomes import dpia as outcomes
from portal.parties.spelling import clean, clean_lines
from portal.views.desk import spoken, with_faults
from portal.views.documents import pdf_response
from portal.views.exports import csv_response, export_url, xlsx_response
from portal.views.home import SHOWN
from portal.views.organisations import around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sent_files import sent_pdf
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, moment, say
from workflows.vocabulary import Party

bp = Blueprint("dpia_measures", __name__, url_prefix="/organisaties/<uuid:organisation_id>/maatregelen")


class ChangeForm(Form):
    """Who sees to a measure, and by when."""

    owner = StringField(mark("Wie zorgt ervoor?"), filters=[clean], render_kw={"maxlength": 200})
    owner_email = StringField(mark("E-mailadres"), filters=[clean], render_kw={"type": "email", "maxlength": 254})
    due = DayField(mark("Klaar op"), required=True, earliest=None)
    why = TextAreaField(mark("Waarom verandert dit?"), filters=[clean_lines], render_kw={"rows": 3})


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index(organisation_id: UUID) -> ResponseReturnValue:
    """Every measure, what is overdue first."""
    rights = _board(organisation_id)
    wish, lines = _chosen(rights)
    return render_template(
        "dpia_measures/index.html",
        **around(rights, "measures"),
        wish=wish,
        rows=[_row(each) for each in lines[wish.offset(SHOWN) : wish.offset(SHOWN) + SHOWN]],
        total=len(lines),
        pages=pages_of(len(lines), SHOWN),
        filters=measure_lines.STATES,
        export_url=export_url(".index_csv", wish, organisation_id=organisation_id),
        xlsx_url=export_url(".index_xlsx", wish, organisation_id=organisation_id),
    )


@bp.get("/lijst.csv")
def index_csv(organisation_id: UUID) -> ResponseReturnValue:
    """The list as asked for, as a spreadsheet."""
    return csv_response("maatregelen", *_sheet(_chosen(_board(organisation_id))[1]))


@bp.get("/lijst.xlsx")
def index_xlsx(organisation_id: UUID) -> ResponseReturnValue:
    """The same as a spreadsheet of the other kind."""
    return xlsx_response("maatregelen", *_sheet(_chosen(_board(organisation_id))[1]))


@bp.get("/<uuid:measure_id>")
def show(organisation_id: UUID, measure_id: UUID) -> ResponseReturnValue:
    """One measure, its evidence, and what one can do about it."""
    return _page(_board(organisation_id), _measure(organisation_id, measure_id))


@bp.post("/<uuid:measure_id>/bewijs")
def hand_in(organisation_id: UUID, measure_id: UUID) -> ResponseReturnValue:
    """Show that it was done."""
    rights, text = _board(organisation_id), clean_lines(request.form.get("text"))
    try:
        measures.hand_in(measure_id, organisation_id, text=text, file=sent_pdf("file"), by=visitor())
    except InvalidError as fault:
        return _page(rights, _measure(organisation_id, measure_id), faults=fault.fields, typed={"text": text}), 422
    flash(say("Het bewijs is aangeleverd. Een privacy officer beoordeelt het."), "done")
    return redirect(url_for(".show", organisation_id=organisation_id, measure_id=measure_id))


@bp.post("/<uuid:measure_id>/oordeel")
def judge(organisation_id: UUID, measure_id: UUID) -> ResponseReturnValue:
    """The evidence is enough, or it goes back with the reason."""
    rights, words = _board(organisation_id), clean_lines(request.form.get("words"))
    seen = request.form.get("seen", "")
    try:
        if request.form.get("verdict") == "accept":
            measures.accept(measure_id, organisation_id, seen=seen, by=visitor(), settle=outcomes.settle)
            flash(say("Het bewijs is geaccepteerd."), "done")
        else:
            measures.send_back(measure_id, organisation_id, words=words, seen=seen, by=visitor())
            flash(say("Het bewijs is teruggestuurd."), "done")
    except InvalidError as fault:
        return _page(rights, _measure(organisation_id, measure_id), faults=fault.fields, typed={"words": words}), 422
    return redirect(url_for(".show", organisation_id=organisation_id, measure_id=measure_id))


@bp.post("/<uuid:measure_id>/wijzigen")
def change(organisation_id: UUID, measure_id: UUID) -> ResponseReturnValue:
    """Somebody else sees to it, or by another day."""
    rights, form = _board(organisation_id), spoken(ChangeForm(request.form))
    form.due.validate(form)
    try:
        if form.due.sentences:
            raise InvalidError("", {"due": form.due.sentences[0]})
        measures.change(
            measure_id,
            organisation_id,
            owner=form.owner.data or "",
            owner_email=form.owner_email.data or "",
            due_on=measure_lines.day_of(form.due.answer),
            why=form.why.data or "",
            by=visitor(),
        )
    except InvalidError as fault:
        return _page(rights, _measure(organisation_id, measure_id), faults=fault.fields, form=form), 422
    flash(say("De maatregel is gewijzigd."), "done")
    return redirect(url_for(".show", organisation_id=organisation_id, measure_id=measure_id))


@bp.get("/<uuid:measure_id>/bewijs.pdf")
def evidence(organisation_id: UUID, measure_id: UUID) -> Response:
    """The file that was handed in."""
    _board(organisation_id)
    measure = _measure(organisation_id, measure_id)
    if not measure.blob:
        raise NotFoundError
    return pdf_response(vault.content(measure.blob), "bewijs.pdf")


# --- How ---------------------------------------------------------------------------------------------------------


def _board(organisation_id: UUID) -> Rights:
    rights = found(organisation_id, own=True)
    if rights.organisation.kind != Party.BOARD:
        raise NotFoundError
    return rights


def _measure(organisation_id: UUID, measure_id: UUID) -> DpiaMeasure:
    reader.expire_all()
    return measures.find(reader(), measure_id, organisation_id)


def _chosen(rights: Rights) -> tuple[Wish, list[Line]]:
    wish = wished(sorts=measure_lines.SORTS, first="due", filters={"state": list(measure_lines.STATES)})
    lines = measure_lines.of(reader(), rights.organisation.id, today=clock.today())
    chosen = measure_lines.chosen(
        lines, text=wish.q, state=wish.chosen["state"], sort=wish.sort, descending=wish.descending
    )
    return wish, chosen


def _row(line: Line) -> dict[str, Any]:
    measure = line.measure
    return {
        "text": measure.text,
        "url": url_for(".show", organisation_id=measure.decision.organisation_id, measure_id=measure.id),
        "product": measure.decision.product.title,
        "reference": measure.decision.case.reference,
        "owner": measure.owner,
        "due": day(line.due_on, weekday=True) if line.due_on else "",
        "is_critical": measure.is_critical,
        "status_kind": line.shown_as,
        "status_text": say(measure_lines.STATES[line.state]),
    }


def _page(
    rights: Rights,
    measure: DpiaMeasure,
    *,
    faults: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    form: Form | None = None,
) -> str:
    line = measure_lines.line(reader(), measure, today=clock.today())
    if form is None:
        year, month, number = (measure.due_on or "--").split("-")
        due = {"day": number.lstrip("0"), "month": month.lstrip("0"), "year": year}
        form = spoken(ChangeForm(data={"owner": measure.owner, "owner_email": measure.owner_email, "due": due}))
    elif faults:
        with_faults(form, faults)
    return render_template(
        "dpia_measures/show.html",
        **around(rights, "measures"),
        measure=measure,
        row=_row(line),
        model_says=measure_lines.asked_evidence(measure),
        handed_in=moment(measure.handed_in_at) if measure.handed_in_at else "",
        accepted=moment(measure.accepted_at) if measure.accepted_at else "",
        case_url=url_for("cases.show", case_id=measure.decision.case_id),
        may_hand_in=line.state != measure_lines.OVER and measures.may_hand_in(measure, visitor()),
        may_judge=line.state != measure_lines.OVER and measures.may_judge(measure, visitor()),
        may_change=line.state != measure_lines.OVER and measures.may_change(measure, visitor()),
        waits_for_another=measure.handed_in_by == visitor().person_id and measure.accepted_at is None,
        seen=measures.version_of(measure),
        typed=typed or {},
        faults=faults or {},
        form_fields=form,
        errors=list((faults or {}).items()),
    )


def _sheet(lines: list[Line]) -> tuple[list[str], list[list[Cell]]]:
    columns = [say("Product"), say("Maatregel"), say("Kritiek"), say("Eigenaar"), say("E-mailadres"), say("Klaar op")]
    columns += [say("Staat"), say("Bewijs"), say("Bestand"), say("Kenmerk")]
    return columns, [
        [
            each.measure.decision.product.title,
            each.measure.text,
            each.measure.is_critical,
            each.measure.owner,
            each.measure.owner_email,
            each.due_on,
            say(measure_lines.STATES[each.state]),
            each.measure.evidence_text,
            each.measure.file_name,
            each.measure.decision.case.reference,
        ]
        for each in lines
    ]
