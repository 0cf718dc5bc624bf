"""New sub-processors: a supplier announces one and sees what each board says; a board agrees, objects, and closes."""

import datetime as dt
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import clock
from portal.cases.agreements import objecting, stands, subprocessors, told
from portal.cases.agreements.stands import STANDS, Stand
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.database import reader
from portal.dossier.organisation import Rights
from portal.errors import InvalidError, NotFoundError
from portal.offers.agreements.annexes import YES_NO
from portal.offers.tables import Product
from portal.views import subprocessor_cards, subprocessor_sheets
from portal.views.desk import spoken, with_faults
from portal.views.exports import csv_response, export_url
from portal.views.home import SHOWN
from portal.views.organisations import around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.subprocessor_forms import AnnounceForm, WordsForm
from portal.views.visitor import visitor
from portal.wording import day, say
from workflows.vocabulary import Party

bp = Blueprint("subprocessors", __name__, url_prefix="/organisaties/<uuid:organisation_id>")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


# --- Lists -------------------------------------------------------------------------------------------------------


@bp.get("/subverwerkers")
def index(organisation_id: UUID) -> ResponseReturnValue:
    """For a board every notice with what it said; for a supplier its own notices with how far they are."""
    rights = _found(organisation_id, Party.BOARD, Party.SUPPLIER)
    if rights.organisation.kind == Party.SUPPLIER:
        return _notices(rights)
    wish, chosen, total = _chosen(organisation_id, shown=SHOWN)
    return render_template(
        "subprocessors/index.html",
        **around(rights, "agreements"),
        wish=wish,
        rows=[subprocessor_cards.line(each, organisation_id) for each in chosen],
        total=total,
        pages=pages_of(total, SHOWN),
        states=STANDS,
        export_url=export_url(".index_csv", wish, organisation_id=organisation_id),
    )


@bp.get("/subverwerkers.csv")
def index_csv(organisation_id: UUID) -> ResponseReturnValue:
    """What a board was told and what it said, as a spreadsheet."""
    _found(organisation_id, Party.BOARD)
    chosen = _chosen(organisation_id, shown=None)[1]
    return csv_response("subverwerkers", *subprocessor_sheets.of_board(chosen))


@bp.get("/subverwerkers/<uuid:notice_id>.csv")
def show_csv(organisation_id: UUID, notice_id: UUID) -> ResponseReturnValue:
    """What every board said of one notice, as a spreadsheet for the supplier."""
    rights = _found(organisation_id, Party.SUPPLIER)
    _, chosen, _ = _progress(_notice_of(rights, notice_id), shown=None)
    return csv_response("subverwerker", *subprocessor_sheets.of_notice(chosen))


def _notices(rights: Rights) -> ResponseReturnValue:
    notices = objecting.of_supplier(reader(), rights.organisation.id)
    counted = told.figures(reader(), [each.id for each in notices], at=clock.now())
    return render_template(
        "subprocessors/notices.html",
        **around(rights, "agreements"),
        rows=[subprocessor_cards.notice_row(each, rights, counted[each.id]) for each in notices],
        announce_url=url_for(".announce", organisation_id=rights.organisation.id)
        if _announced_products(rights)
        else None,
    )


# --- The supplier ------------------------------------------------------------------------------------------------


@bp.route("/subverwerkers/nieuw", methods=["GET", "POST"])
def announce(organisation_id: UUID) -> ResponseReturnValue:
    """Announce a new sub-processor for one product."""
    rights = _found(organisation_id, Party.SUPPLIER)
    products = _announced_products(rights)
    if not products:
        raise NotFoundError
    form = spoken(AnnounceForm(request.form))
    form.product.choices = [(each.name, each.title) for each in products]
    form.in_eea.choices = [(key, say(text)) for key, text in YES_NO]
    if request.method == "GET":
        return _announce_page(rights, form, products, [])
    product = next((each for each in products if each.name == form.product.data), None)
    if product is None:
        raise NotFoundError
    row = {name: str(form[name].data or "") for name in ("name", "task", "data", "country", "in_eea", "basis")}
    form.effective.validate(form)
    try:
        notice_id = subprocessors.announce(
            product.id,
            row,
            effective_on=dt.date.fromisoformat(form.effective.answer) if form.effective.answer else None,
            by=visitor(),
        )
    except InvalidError as fault:
        return _announce_page(rights, form, products, with_faults(form, fault.fields)), fault.status
    flash(say("De besturen met een overeenkomst krijgen bericht."), "done")
    return redirect(url_for(".show", organisation_id=organisation_id, notice_id=notice_id))


@bp.route("/subverwerkers/<uuid:notice_id>/intrekken", methods=["GET", "POST"])
def withdraw(organisation_id: UUID, notice_id: UUID) -> ResponseReturnValue:
    """Take an announcement back, after being asked."""
    rights = _found(organisation_id, Party.SUPPLIER)
    notice = _notice_of(rights, notice_id)
    if not subprocessors.may_announce(visitor(), notice.product):
        raise NotFoundError
    back = url_for(".show", organisation_id=organisation_id, notice_id=notice_id)
    if request.method == "POST":
        subprocessors.withdraw(notice_id, by=visitor())
        flash(say("De aankondiging is ingetrokken. De besturen krijgen bericht."), "done")
        return redirect(back)
    return render_template("subprocessors/withdraw.html", **around(rights, "agreements"), notice=notice, back=back)


@bp.route("/subverwerkers/<uuid:notice_id>/besturen/<uuid:board_id>", methods=["GET", "POST"])
def reply(organisation_id: UUID, notice_id: UUID, board_id: UUID) -> ResponseReturnValue:
    """What one board said, for the supplier, and the answer to its objection."""
    rights = _found(organisation_id, Party.SUPPLIER)
    _notice_of(rights, notice_id)
    answer = objecting.found(reader(), notice_id, board_id)
    form = spoken(WordsForm(request.form))
    form.words.label.text = say("Uw antwoord aan het bestuur")
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            objecting.reply(notice_id, board_id, words=form.words.data or "", by=visitor())
            flash(say("Uw antwoord is verstuurd. Het bestuur sluit het bezwaar af."), "done")
            return redirect(url_for(".show", organisation_id=organisation_id, notice_id=notice_id))
        except InvalidError as fault:
            errors, status = with_faults(form, fault.fields), fault.status
    waits = subprocessor_cards.stand(answer) == Stand.OBJECTED
    return render_template(
        "subprocessors/reply.html",
        **around(rights, "agreements"),
        **subprocessor_cards.page_of(answer),
        whom=answer.board.name,
        back=url_for(".show", organisation_id=organisation_id, notice_id=notice_id),
        form_fields=form,
        errors=errors,
        may_reply=waits and subprocessors.may_announce(visitor(), answer.notice.product),
    ), status


# --- The board ---------------------------------------------------------------------------------------------------


@bp.route("/subverwerkers/<uuid:notice_id>", methods=["GET", "POST"])
def show(organisation_id: UUID, notice_id: UUID) -> ResponseReturnValue:
    """For a board: who it is, both clocks, and what it can say now. For the supplier: what every board said."""
    rights = _found(organisation_id, Party.BOARD, Party.SUPPLIER)
    if rights.organisation.kind == Party.SUPPLIER:
        if request.method == "POST":
            raise NotFoundError
        return _progress_page(rights, _notice_of(rights, notice_id))
    answer = objecting.found(reader(), notice_id, organisation_id)
    form = spoken(WordsForm(request.form))
    form.words.label.text = say("Waarom maakt uw bestuur bezwaar?")
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            flash(_answer(organisation_id, notice_id, form), "done")
            return redirect(url_for(".show", organisation_id=organisation_id, notice_id=notice_id))
        except InvalidError as fault:
            errors, status = with_faults(form, fault.fields), fault.status
    now, may = clock.now(), objecting.may_answer(visitor(), organisation_id)
    return render_template(
        "subprocessors/answer.html",
        **around(rights, "agreements"),
        **subprocessor_cards.page_of(answer),
        back=url_for(".index", organisation_id=organisation_id),
        form_fields=form,
        errors=errors,
        may_agree=may and objecting.may_agree(answer, at=now),
        may_object=may and objecting.may_object(answer, at=now),
        may_drop=may and subprocessor_cards.stand(answer) in (Stand.OBJECTED, Stand.ANSWERED),
        may_uphold=may and objecting.may_uphold(answer, at=now),
        consequence=subprocessor_cards.consequence(answer),
    ), status


def _answer(board_id: UUID, notice_id: UUID, form: WordsForm) -> str:
    """What the pressed button says; gives the sentence that tells it was done."""
    match request.form.get("say", ""):
        case "agree":
            objecting.agree(notice_id, board_id, by=visitor())
            return say("Uw bestuur is akkoord. De leverancier ziet dat.")
        case "object":
            objecting.object_(notice_id, board_id, words=form.words.data or "", by=visitor())
            return say("Het bezwaar is vastgelegd. De leverancier krijgt bericht.")
        case stands.DROPPED | stands.UPHELD as outcome:
            objecting.close(notice_id, board_id, outcome=outcome, by=visitor())
            return say("Het bezwaar is afgesloten.")
    raise NotFoundError


# --- How ---------------------------------------------------------------------------------------------------------


def _found(organisation_id: UUID, *kinds: Party) -> Rights:
    rights = found(organisation_id, own=True)
    if rights.organisation.kind not in kinds:
        raise NotFoundError
    return rights


def _announced_products(rights: Rights) -> list[Product]:
    """The products of this supplier for which the visitor may announce."""
    mine = select(Product).where(Product.supplier_id == rights.organisation.id).order_by(Product.title)
    return [each for each in reader.scalars(mine) if subprocessors.may_announce(visitor(), each)]


def _announce_page(rights: Rights, form: AnnounceForm, products: list[Product], errors: list[tuple[str, str]]) -> str:
    reaches = [(each.title, subprocessors.reach(reader(), each.id)) for each in products]
    return render_template(
        "subprocessors/announce.html",
        **around(rights, "agreements"),
        form_fields=form,
        errors=errors,
        reaches=[(title, each.boards, day(each.earliest, weekday=True)) for title, each in reaches],
        back=url_for(".index", organisation_id=rights.organisation.id),
    )


def _notice_of(rights: Rights, notice_id: UUID) -> SubprocessorNotice:
    notice = reader.get(SubprocessorNotice, notice_id)
    if notice is None or notice.organisation_id != rights.organisation.id:
        raise NotFoundError
    return notice


def _chosen(board_id: UUID, *, shown: int | None) -> tuple[Wish, list[SubprocessorAnswer], int]:
    wish = wished(sorts=told.SORTS, first="-last", filters={"state": list(STANDS)})
    return wish, *told.to_board(reader(), board_id, **_asked(wish, shown))


def _asked(wish: Wish, shown: int | None) -> dict[str, Any]:
    """What an overview asks, as the lists want it: a page, or all of it."""
    return {
        "at": clock.now(),
        "text": wish.q,
        "state": wish.chosen["state"],
        "sort": wish.sort,
        "descending": wish.descending,
        "offset": wish.offset(shown) if shown else 0,
        "limit": shown,
    }


def _progress(notice: SubprocessorNotice, *, shown: int | None) -> tuple[Wish, list[SubprocessorAnswer], int]:
    wish = wished(sorts=told.SORTS_OF_NOTICE, first="board", filters={"state": list(STANDS)})
    return wish, *told.about(reader(), notice.id, **_asked(wish, shown))


def _progress_page(rights: Rights, notice: SubprocessorNotice) -> ResponseReturnValue:
    wish, chosen, total = _progress(notice, shown=SHOWN)
    counted = told.figures(reader(), [notice.id], at=clock.now())[notice.id]
    here: dict[str, Any] = {"organisation_id": rights.organisation.id, "notice_id": notice.id}
    may = subprocessors.may_announce(visitor(), notice.product) and notice.withdrawn_at is None
    return render_template(
        "subprocessors/progress.html",
        **around(rights, "agreements"),
        notice=notice,
        facts=subprocessor_cards.facts(notice, begins_at=notice.effective_at),
        figures=subprocessor_cards.notice_row(notice, rights, counted),
        wish=wish,
        rows=[subprocessor_cards.board_row(each, url_for(".reply", **here, board_id=each.board_id)) for each in chosen],
        total=total,
        pages=pages_of(total, SHOWN),
        states=STANDS,
        export_url=export_url(".show_csv", wish, **here),
        withdraw_url=url_for(".withdraw", **here) if may and notice.effective_at > clock.now() else None,
        back=url_for(".index", organisation_id=rights.organisation.id),
    )
