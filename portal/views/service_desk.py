"""The service desk: what waits for its judgement, the judgement of one case, and every open case of the house."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal import clock
from portal.cases import access, assessing, printing, refusals, surroundings
from portal.cases.catalogue import every_workflow, workflow_of
from portal.cases.tables import Case, CaseState, KeptFile
from portal.database import reader
from portal.documents import vault
from portal.dossier import desk, tasks
from portal.errors import InvalidError, NotFoundError
from portal.parties import register
from portal.parties.spelling import clean_lines
from portal.views import case_pages, lists
from portal.views.cases import following
from portal.views.desk import MOST_EXPORTED, SHOWN, only_service_desk
from portal.views.documents import pdf_response
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.visitor import visitor
from portal.wording import day, mark, say, sentence

bp = Blueprint("service_desk", __name__, url_prefix="/servicedesk")
bp.before_request(only_service_desk)
LATE = 3
"""After so many days in the queue a case stands out."""


class AssessForm(Form):
    """The words that go with a judgement."""

    words = TextAreaField(mark("Toelichting"), filters=[clean_lines])


@bp.get("")
def queue() -> ResponseReturnValue:
    """What waits for the service desk, the longest waiting first."""
    wish, rows = _queue()
    return render_template(
        "service_desk/queue.html",
        wish=wish,
        rows=rows[wish.offset(SHOWN) :][:SHOWN],
        total=len(rows),
        pages=pages_of(len(rows), SHOWN),
        export_url=export_url(".queue_csv", wish),
        workflows=lists.workflow_titles(),
    )


@bp.get("/wachtrij.csv")
def queue_csv() -> ResponseReturnValue:
    """The queue as a spreadsheet."""
    columns = [
        say("Organisatie"),
        say("Procedure"),
        say("Kenmerk"),
        say("Ingestuurd door"),
        say("Ingestuurd"),
        say("Dagen"),
    ]
    _, rows = _queue()
    cells = [
        (each["name"], each["title"], each["reference"], each["by"], each["moved_at"], each["days"]) for each in rows
    ]
    return csv_response("wachtrij", columns, cells)


@bp.get("/zaken")
def open_cases() -> ResponseReturnValue:
    """Every open case of the house: who must act, and since when."""
    wish = _wish_for_cases()
    found = _found(wish, offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "service_desk/open_cases.html",
        wish=wish,
        rows=[_case_row(each) for each in found.cases],
        total=found.total,
        pages=pages_of(found.total, SHOWN),
        workflows=lists.workflow_titles(),
        export_url=export_url(".open_cases_csv", wish),
        states={state.value: case_pages.CASE_STATES[state][1] for state in tasks.OPEN},
    )


@bp.get("/zaken.csv")
def open_cases_csv() -> ResponseReturnValue:
    """The open cases as asked for, as a spreadsheet."""
    return lists.cases_as_csv("open-zaken", _found(_wish_for_cases(), offset=0, limit=MOST_EXPORTED).cases)


@bp.route("/<uuid:case_id>", methods=["GET", "POST"])
def assess(case_id: UUID) -> ResponseReturnValue:
    """One case: everything that was answered, the evidence, what stands out, and the judgement."""
    case = access.find(case_id, reader=visitor())
    if not access.may_assess(case, visitor()):
        raise NotFoundError
    form = AssessForm(request.form)
    if request.method == "POST":
        try:
            assessing.assess(
                case_id,
                verdict=request.form.get("verdict", ""),
                words=form.words.data or "",
                by=visitor(),
                follow=following(),
            )
        except InvalidError as fault:
            form.words.errors = [next(iter(fault.fields.values()))]
            return _page(case, form), fault.status
        flash(say("De beoordeling van %(reference)s is vastgelegd.", reference=case.reference), "done")
        return redirect(url_for(".queue"))
    return _page(case, form)


@bp.get("/<uuid:case_id>/bewijs/<uuid:kept_id>")
def evidence(case_id: UUID, kept_id: UUID) -> ResponseReturnValue:
    """An evidence file of a registration."""
    access.find(case_id, reader=visitor())
    kept = reader.get(KeptFile, kept_id)
    if kept is None or kept.case_id != case_id:
        raise NotFoundError
    return pdf_response(vault.content(kept.blob), "bewijs.pdf")


# --- How ---------------------------------------------------------------------------------------------------------


def _queue() -> tuple[Wish, list[dict[str, Any]]]:
    filters = {"workflow": list(every_workflow())}
    wish = wished(sorts=("name", "title", "by", "moved_at"), first="moved_at", filters=filters)
    rows = [_row(each) for each in desk.queue(reader())]
    kept = [
        row
        for row in rows
        if wish.chosen["workflow"] in ("", row["workflow"])
        and wish.q.casefold() in f"{row['name']} {row['reference']} {row['by']} {row['title']}".casefold()
    ]
    return wish, sorted(kept, key=lambda row: _order(row[wish.sort]), reverse=wish.descending)


def _order(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _row(case: Case) -> dict[str, Any]:
    answers = access.answers_of(case)
    days = (clock.today() - clock.day_of(case.moved_at)).days
    return {
        "reference": case.reference,
        "url": url_for(".assess", case_id=case.id),
        "workflow": case.workflow,
        "title": say(workflow_of(case).title),
        "name": case.organisation.name if case.organisation else str(answers.get("details", {}).get("name", "")),
        "by": str(answers.get("you", {}).get("name", ""))
        or (case.starter.name if case.starter else case.starter_email),
        "moved_at": case.moved_at,
        "submitted": day(clock.day_of(case.moved_at), weekday=True),
        "days": days,
        "age": say("vandaag") if days == 0 else say("1 dag") if days == 1 else say("%(days)s dagen", days=days),
        "late": days >= LATE,
    }


def _wish_for_cases() -> Wish:
    filters = {"state": [each.value for each in tasks.OPEN], "workflow": list(every_workflow())}
    return wished(sorts=tasks.SORTS, first="moved", filters=filters)


def _found(wish: Wish, *, offset: int, limit: int) -> tasks.Found:
    return desk.open_cases(
        reader(),
        text=wish.q,
        workflow=wish.chosen["workflow"],
        state=wish.chosen["state"],
        sort=wish.sort,
        descending=wish.descending,
        offset=offset,
        limit=limit,
    )


def _case_row(case: Case) -> dict[str, Any]:
    """A line of the open cases: without a link, since a case that is not for the service desk stays shut to it."""
    days = (clock.today() - clock.day_of(case.moved_at)).days
    row = lists.case_row(case)
    return row | {"days": days, "whom": row["whom"] or (case.starter.name if case.starter else case.starter_email)}


def _page(case: Case, form: AssessForm) -> str:
    workflow = workflow_of(case)
    answers = workflow.relevant(access.answers_of(case))
    form.words.label.text = say("Toelichting")
    return render_template(
        "service_desk/assess.html",
        case=case,
        workflow=workflow,
        state=case_pages.state_of(case),
        open=case.state == CaseState.ASSESSING,
        sections=printing.sections(workflow, answers, surroundings.of(reader(), case)),
        evidence=next((step["evidence"] for step in answers.values() if step.get("evidence")), None),
        signs=list(_signs(case, answers)) if "party" in answers else [],
        remarks=[sentence(each) for each in workflow.remarks(answers)] if workflow.remarks else [],
        form_fields=form,
        errors=[("words", sentence) for sentence in form.words.errors],
    )


def _signs(case: Case, answers: dict[str, dict[str, object]]) -> Iterable[dict[str, object]]:
    """What the service desk should look at: signs for and against, never a refusal by itself."""
    party = str(answers.get("party", {}).get("party", ""))
    kind, _, number = party.partition(":")
    locations = register.locations_of(number) if kind == "board" else []
    if kind == "location" and (location := register.location(number)):
        locations = [location]
    if party == refusals.BY_HAND:
        yield {"good": False, "text": say("Zelf ingevuld: niet gekozen uit het register.")}
    elif party:
        yield {"good": True, "text": say("Gekozen uit het register van DUO.")}
    mine = case.starter_email.rpartition("@")[2]
    if mine in {_domain(each.website) for each in locations if each.website}:
        sentence = say("Het e-mailadres hoort bij de website van een school (%(site)s).", site=mine)
        yield {"good": True, "text": sentence}
    else:
        sentence = say("Het e-mailadres (%(site)s) is niet dat van een website in het register.", site=mine)
        yield {"good": False, "text": sentence}


def _domain(website: str) -> str:
    return website.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").split("/")[0]
