"""Offering a version: which boards, by when; what it will do; and how far the worker is with it."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import Form, SelectChoice, TextAreaField

from portal.cases.fields import DayField, Radios
from portal.cases.offering import choosing, making
from portal.cases.offering.tables import Offer, OfferRound
from portal.database import reader
from portal.errors import InvalidError, NotFoundError, PortalError
from portal.offers.tables import Publication
from portal.parties.spelling import clean, clean_lines
from portal.parties.tables import Organisation
from portal.record import jobs
from portal.views.desk import spoken, with_faults
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import mark, say

bp = Blueprint("offer_making", __name__, url_prefix="/aanbod")
SELECTION, NUMBERS, PRODUCT, EARLIER = "selection", "numbers", "product", "earlier"
WHOM = {
    SELECTION: mark("Besturen die ik hieronder kies"),
    NUMBERS: mark("Een lijst met bestuursnummers"),
    PRODUCT: mark("Alle besturen die dit product gebruiken"),
    EARLIER: mark("Alle besturen met een eerdere versie van kracht"),
}
FOUND_AT_MOST = 30
NAMED_AT_MOST = 20


class OfferForm(Form):
    """To whom, and by when."""

    whom = Radios(mark("Aan welke besturen?"), choices=[], default=SELECTION, validate_choice=False)
    numbers = TextAreaField(mark("Bestuursnummers"), filters=[clean_lines], render_kw={"rows": 4})
    deadline = DayField(mark("Antwoord graag uiterlijk op"), required=False, earliest=None)


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.route("/<uuid:publication_id>/aanbieden", methods=["GET", "POST"])
def choose(publication_id: UUID) -> ResponseReturnValue:
    """Choose boards and a day, see what it comes to, and offer exactly that."""
    publication = making.find(reader(), publication_id, visitor())
    choosing.refuse_outdated(reader(), publication)
    form, deed = _form(request.form), request.form.get("do", "find")
    if request.method == "GET" or deed == "find":
        return _choose_page(publication, form)
    try:
        boards, deadline = _boards(publication, form), _deadline(form)
    except InvalidError as fault:
        return _choose_page(publication, form, errors=with_faults(form, fault.fields)), fault.status
    if deed != "offer" or request.form.get("seen") != _digest(boards):
        return _confirm_page(publication, form, boards, deadline, changed=deed == "offer")
    try:
        making.ask(_round_id(), publication.id, boards, deadline=deadline, by=visitor())
    except InvalidError as fault:
        return _choose_page(publication, form, errors=with_faults(form, fault.fields)), fault.status
    return redirect(url_for(".round", round_id=_round_id()))


@bp.get("/ronde/<uuid:round_id>")
def round(round_id: UUID) -> ResponseReturnValue:
    """How far a round is, and which boards were passed over."""
    made = reader.get(OfferRound, round_id)
    if made is None:
        raise NotFoundError
    making.find(reader(), made.publication_id, visitor())
    done = making.done(reader(), made)
    skipped = (
        select(Offer)
        .join(Organisation, Offer.organisation_id == Organisation.id)
        .where(Offer.round_id == made.id, Offer.skipped != "")
        .order_by(Organisation.name)
        .options(selectinload(Offer.organisation))
    )
    passed_over = [(each.organisation.name, say(making.SKIPPED[each.skipped])) for each in reader.scalars(skipped)]
    start = done - done % making.AT_ONCE
    job = jobs.find(reader(), f"{making.OFFER}:{made.id}:{start}")
    return render_template(
        "offering/round.html",
        publication=made.publication,
        round=made,
        done=done,
        total=len(made.boards),
        busy=done < len(made.boards) and made.stopped_at is None,
        passed_over=passed_over,
        offered=done - len(passed_over),
        cause=job.cause if job else "",
    )


# --- How ---------------------------------------------------------------------------------------------------------


def _form(sent: Any) -> OfferForm:
    form = OfferForm(sent)
    form.whom.choices = [SelectChoice(value, say(label)) for value, label in WHOM.items()]
    made: OfferForm = spoken(form)
    made.numbers.description = say("Elk nummer op een eigen regel, of met komma's ertussen.")
    made.deadline.description = say("Mag leeg blijven. Na deze dag gebeurt er niets vanzelf.")
    return made


def _chosen() -> list[uuid.UUID]:
    """The boards whose box was ticked."""
    found = []
    for text in request.form.getlist("boards"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _boards(publication: Publication, form: OfferForm) -> list[uuid.UUID]:
    match form.whom.data:
        case str() as whom if whom == SELECTION:
            boards = _chosen()
            missing = {"boards": say("Vink ten minste één bestuur aan.")}
        case str() as whom if whom == NUMBERS:
            boards, missing = choosing.with_numbers(reader(), form.numbers.data or ""), {}
        case str() as whom if whom == PRODUCT:
            boards = choosing.with_product(reader(), publication.product)
            missing = {"whom": say("Er is nog geen bestuur dat dit product gebruikt.")}
        case str() as whom if whom == EARLIER:
            boards = choosing.with_earlier_version(reader(), publication)
            missing = {"whom": say("Bij geen bestuur is een eerdere versie van kracht.")}
        case _:
            raise InvalidError("", {"whom": say("Kies aan welke besturen.")})
    if not boards:
        raise InvalidError("", missing)
    if len(boards) > choosing.MOST:
        raise InvalidError("", {"whom": say("Kies hooguit %(most)s besturen tegelijk.", most=choosing.MOST)})
    return boards


def _deadline(form: OfferForm) -> dt.date | None:
    form.deadline.validate(form)
    if form.deadline.sentences:
        raise InvalidError("", {"deadline": form.deadline.sentences[0]})
    deadline = dt.date.fromisoformat(form.deadline.answer) if form.deadline.answer else None
    if faults := making.deadline_faults(deadline):
        raise InvalidError("", faults)
    return deadline


def _round_id() -> UUID:
    try:
        return UUID(request.form.get("round", ""))
    except ValueError:
        raise NotFoundError from None


def _digest(boards: Sequence[uuid.UUID]) -> str:
    """The boards that were on the screen, in few letters: what was looked at is what is done."""
    return hashlib.sha256(",".join(sorted(map(str, boards))).encode()).hexdigest()[:32]


def _choose_page(publication: Publication, form: OfferForm, *, errors: Any = ()) -> str:
    q = clean(request.form.get("q", ""))[:100]
    chosen = _chosen()
    ticked = list(reader.scalars(choosing.registered().where(Organisation.id.in_(chosen)))) if chosen else []
    found = list(reader.scalars(choosing.registered(q).limit(FOUND_AT_MOST + 1)))
    return render_template(
        "offering/choose.html",
        publication=publication,
        form_fields=form,
        q=q,
        ticked=ticked,
        found=[each for each in found[:FOUND_AT_MOST] if each.id not in chosen],
        more=len(found) > FOUND_AT_MOST,
        errors=list(errors),
    )


def _confirm_page(
    publication: Publication, form: OfferForm, boards: list[uuid.UUID], deadline: dt.date | None, *, changed: bool
) -> ResponseReturnValue:
    named = choosing.registered().where(Organisation.id.in_(boards[:NAMED_AT_MOST]))
    page = render_template(
        "offering/confirm.html",
        publication=publication,
        form_fields=form,
        boards=boards if form.whom.data == SELECTION else [],
        count=len(boards),
        names=[each.name for each in reader.scalars(named)],
        deadline=deadline,
        effect=choosing.effect(reader(), publication) if form.whom.data == EARLIER else None,
        seen=_digest(boards),
        round_id=uuid.uuid4(),
        changed=changed,
    )
    return page, PortalError.status if changed else 200
