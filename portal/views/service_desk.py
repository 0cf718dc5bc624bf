"""The service desk: the queue of registrations with their age, and the judgement of one."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal import clock, dossier
from portal.cases import access, answering, assessing, printing, surroundings
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState, KeptFile
from portal.database import reader
from portal.documents import vault
from portal.errors import InvalidError, NotFoundError
from portal.parties import register
from portal.parties.spelling import clean
from portal.record import jobs, outbox
from portal.views import case_pages
from portal.views.cases import following
from portal.views.documents import pdf_response
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say

bp = Blueprint("service_desk", __name__, url_prefix="/servicedesk")


class AssessForm(Form):
    """The words that go with a judgement."""

    words = TextAreaField(mark("Toelichting"), filters=[clean])


@bp.before_request
def _service_desk_only() -> ResponseReturnValue | None:
    if visitor().person_id is None:
        return sign_in_first()
    if not access.is_service_desk(visitor()):
        raise NotFoundError
    return None


@bp.get("")
def queue() -> ResponseReturnValue:
    """What waits for the service desk, oldest first, and what waits elsewhere."""
    text = clean(request.args.get("q"))[:100].casefold()
    rows = [
        row for row in map(_row, dossier.to_assess(reader())) if text in f"{row['name']} {row['reference']}".casefold()
    ]
    return render_template(
        "service_desk/queue.html",
        rows=rows,
        q=request.args.get("q", ""),
        unfinished=[
            case_pages.document_card(each) | {"case_id": each.case_id}
            for each in dossier.unfinished_documents(reader())
        ],
        jobs_waiting=jobs.waiting(reader()),
        mails=[mail for mail in outbox.mailbox(reader()) if mail.state in ("refused", "uncertain") or mail.cause],
        mail_states=outbox.STATES,
    )


@bp.route("/<uuid:case_id>", methods=["GET", "POST"])
def assess(case_id: UUID) -> ResponseReturnValue:
    """One registration: everything that was answered, the evidence, what stands out, and the judgement."""
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


def _page(case: Case, form: AssessForm) -> str:
    workflow = workflow_of(case)
    answers = workflow.relevant(answering.answers_of(case))
    form.words.label.text = say("Toelichting")
    return render_template(
        "service_desk/assess.html",
        case=case,
        workflow=workflow,
        state=case_pages.state_of(case),
        open=case.state == CaseState.ASSESSING,
        sections=printing.sections(workflow, answers, surroundings.of(reader(), case)),
        evidence=answers.get("authority", {}).get("evidence"),
        signs=_signs(case, answers),
        remarks=workflow.remarks(answers) if workflow.remarks else [],
        form_fields=form,
        errors=[("words", sentence) for sentence in form.words.errors],
    )


def _row(case: Case) -> dict[str, object]:
    answers = answering.answers_of(case)
    days = (clock.now() - (case.submitted_at or case.started_at)).days
    return {
        "reference": case.reference,
        "url": url_for(".assess", case_id=case.id),
        "name": answers.get("details", {}).get("name", ""),
        "by": answers.get("you", {}).get("name", ""),
        "submitted": day(clock.day_of(case.submitted_at or case.started_at), weekday=True),
        "age": say("vandaag") if days == 0 else say("%(days)s dagen", days=days),
        "late": days >= 3,
    }


def _signs(case: Case, answers: dict[str, dict[str, object]]) -> list[dict[str, object]]:
    """What the service desk should look at: signs for and against, never a refusal by itself."""
    party = str(answers.get("party", {}).get("party", ""))
    kind, _, number = party.partition(":")
    signs: list[dict[str, object]] = []
    locations = register.locations_of(number) if kind == "board" else []
    if kind == "location" and (location := register.location(number)):
        locations = [location]
    if party == surroundings.BY_HAND:
        signs.append({"good": False, "text": say("Zelf ingevuld: niet gekozen uit het register.")})
    elif party:
        signs.append({"good": True, "text": say("Gekozen uit het register van DUO.")})
    sites = {_domain(each.website) for each in locations if each.website}
    mine = case.starter_email.rpartition("@")[2]
    if mine in sites:
        signs.append(
            {"good": True, "text": say("Het e-mailadres hoort bij de website van een school (%(site)s).", site=mine)}
        )
    else:
        signs.append(
            {
                "good": False,
                "text": say("Het e-mailadres (%(site)s) is niet dat van een website in het register.", site=mine),
            }
        )
    return signs


def _domain(website: str) -> str:
    return website.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").split("/")[0]
