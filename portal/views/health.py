"""The health of the installation, for the service desk: each part with a judgement, and what can be tried again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import retrying
from portal.cases.tables import DocumentState
from portal.database import act, reader
from portal.errors import RefusedError
from portal.record import heads, jobs, outbox
from portal.upkeep import health
from portal.views import document_cards
from portal.views.desk import actor, only_service_desk
from portal.views.sign_in import own_path
from portal.views.visitor import settings, visitor
from portal.wording import mark, moment, say

bp = Blueprint("health", __name__, url_prefix="/servicedesk/gezondheid")
bp.before_request(only_service_desk)
STATES = {
    health.GOOD: ("done", mark("in orde")),
    health.LOOK: ("waiting", mark("kijk hiernaar")),
    health.WRONG: ("problem", mark("nu regelen")),
}
WORST_FIRST = (health.WRONG, health.LOOK, health.GOOD)
WORK = {
    "make": mark("Stuk maken"),
    "seal": mark("Handtekening verzegelen"),
    "invite": mark("De andere partij vragen om te tekenen"),
    "reissue": mark("Stukken opnieuw klaarzetten om te tekenen"),
    "send": mark("Mail versturen"),
    "remind": mark("Herinneringen van vandaag"),
    "campaign": mark("Campagne van een nieuwe versie"),
    "offer": mark("Verwerkersovereenkomst aanbieden"),
    "remind_offers": mark("Herinneren aan een aanbod"),
    "withdraw_offers": mark("Aanbod intrekken"),
    "subprocessor": mark("Nieuwe subverwerker melden"),
    "announce_report": mark("Nieuw rapport melden"),
    "lift": mark("Blokkade opheffen"),
    "verify": mark("Alles nalezen"),
    "renew": mark("Kijken wat afloopt"),
    "renew_one": mark("Tijdstempel vernieuwen"),
    "head": mark("Stand van het logboek bewaren"),
    "dossier": mark("Dossier maken"),
    "erase": mark("Gegevens wissen die niet meer nodig zijn"),
}


@bp.get("")
def show() -> ResponseReturnValue:
    """Everything at a glance, and below it what did not go well."""
    items = sorted(health.look(reader(), settings()), key=lambda each: WORST_FIRST.index(each.state))
    to_make = [each for each in health.waiting_documents(reader()) if each.state == DocumentState.ASKED]
    return render_template(
        "service_desk/health.html",
        items=[_item(each) for each in items],
        wrong=sum(each.state == health.WRONG for each in items),
        to_look_at=sum(each.state == health.LOOK for each in items),
        jobs=[_job(each) for each in health.failing_jobs(reader())],
        mails=health.lost_mails(reader()),
        mail_states=outbox.STATES,
        documents=[document_cards.card(each) for each in to_make],
        waiting=[_waiting(each) for each in health.waiting_outside(reader())],
        heads=heads.latest(reader()),
    )


@bp.post("/taken/<uuid:job_id>/nu")
def hurry(job_id: UUID) -> ResponseReturnValue:
    """Try failing work now."""
    with act() as session:
        tried = jobs.hurry_one(session, job_id)
    if not tried:
        raise RefusedError("Deze taak is al klaar, of er wordt nu aan gewerkt.")
    flash(say("De taak wordt nu opnieuw geprobeerd."), "done")
    return redirect(url_for(".show"))


@bp.post("/stukken/<uuid:document_id>/nu")
def retry(document_id: UUID) -> ResponseReturnValue:
    """Try now what something outside kept waiting."""
    retrying.retry(document_id, by=visitor())
    flash(say("Het stuk wordt nu opnieuw geprobeerd."), "done")
    return redirect(own_path(request.form.get("next")) or url_for(".show"))


@bp.post("/mails/<uuid:mail_id>/opnieuw")
def send_again(mail_id: UUID) -> ResponseReturnValue:
    """Send a mail once more that did not arrive, or perhaps did not."""
    with act() as session:
        outbox.send_again(session, mail_id, by=actor())
    flash(say("De mail wordt opnieuw verstuurd."), "done")
    return redirect(url_for(".show"))


def _item(each: health.Item) -> dict[str, Any]:
    kind, text = STATES[each.state]
    return {"title": say(each.title), "status": (kind, say(text)), "sentence": say(each.sentence, **each.values)}


def _waiting(each: health.Waiting) -> dict[str, Any]:
    document = each.document
    return {
        "id": document.id,
        "title": f"{document.title} {document.facts['reference']}",
        "state": document_cards.state_of(document),
        "cause": document.cause,
        "since": moment(document.waits_since or document.made_at),
        "tries": each.tries,
        "tried_at": moment(each.tried_at) if each.tried_at else None,
    }


def _job(each: jobs.Job) -> dict[str, Any]:
    return {
        "id": each.id,
        "what": say(WORK[each.kind]) if each.kind in WORK else each.kind,
        "asked": moment(each.asked_at),
        "attempts": each.attempts,
        "cause": each.cause,
    }
