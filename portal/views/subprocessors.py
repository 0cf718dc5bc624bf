"""New sub-processors: a supplier announces one and sees what each board says; a board agrees, objects, and closes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import Form, SelectField, StringField, TextAreaField

from portal import clock
from portal.cases.agreements import objecting, register, subprocessors, told
from portal.cases.agreements.objecting import STANDS, Stand
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.cases.fields import DayField, Radios
from portal.database import reader
from portal.dossier.organisation import Rights
from portal.errors import InvalidError, NotFoundError
from portal.offers.agreements.annexes import YES_NO, shown
from portal.offers.tables import Product
from portal.parties.spelling import clean, clean_lines
from portal.views.desk import spoken, with_faults
from portal.views.exports import csv_response, export_url
from portal.views.home import SHOWN
from portal.views.organisations import around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, moment, say
from workflows.vocabulary import Party

bp = Blueprint("subprocessors", __name__, url_prefix="/organisaties/<uuid:organisation_id>")
KINDS = {
    Stand.OPEN: "todo",
    Stand.AGREED: "done",
    Stand.SILENT: "done",
    Stand.NO_CONSENT: "problem",
    Stand.OBJECTED: "waiting",
    Stand.ANSWERED: "waiting",
    Stand.DROPPED: "done",
    Stand.UPHELD: "problem",
    Stand.WITHDRAWN: "neutral",
}


class AnnounceForm(Form):
    """Who the sub-processor is and from which day: the columns of the annex."""

    product = SelectField(mark("Product"), choices=[])
    name = StringField(mark("Naam"), filters=[clean])
    task = StringField(mark("Taak"), filters=[clean])
    data = TextAreaField(mark("Gegevens"), filters=[clean_lines], render_kw={"rows": 3, "maxlength": 2000})
    country = StringField(mark("Land"), filters=[clean])
    in_eea = Radios(mark("Binnen de EER?"), choices=[])
    basis = StringField(mark("Grond voor doorgifte"), filters=[clean])
    effective = DayField(mark("Eerste dag"), required=True, earliest=None)


class WordsForm(Form):
    """A reason, or an answer."""

    words = TextAreaField(
        mark("Toelichting"), filters=[clean_lines], render_kw={"rows": 4, "maxlength": objecting.LONGEST}
    )


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
        rows=[_line(each, organisation_id) for each in chosen],
        total=total,
        pages=pages_of(total, SHOWN),
        states=STANDS,
        export_url=export_url(".index_csv", wish, organisation_id=organisation_id),
    )


@bp.get("/subverwerkers.csv")
def index_csv(organisation_id: UUID) -> ResponseReturnValue:
    """What a board was told and what it said, as a spreadsheet."""
    _found(organisation_id, Party.BOARD)
    columns = [say("Subverwerker"), say("Product"), say("Leverancier"), say("Taak"), say("Gegevens"), say("Land")]
    columns += [say("Binnen de EER?"), say("Grond voor doorgifte"), say("Bezwaar tot en met"), say("Eerste dag")]
    columns += [say("Status"), say("Bezwaar"), say("Antwoord")]
    rows = [
        (
            each.notice.name,
            each.notice.product.title,
            each.notice.supplier.name,
            each.notice.task,
            each.notice.data,
            each.notice.country,
            each.notice.in_eea == "yes",
            each.notice.basis,
            subprocessors.last_day(each),
            clock.day_of(each.begins_at),
            say(STANDS[_stand(each)]),
            each.words,
            each.reply,
        )
        for each in _chosen(organisation_id, shown=None)[1]
    ]
    return csv_response("subverwerkers", columns, rows)


@bp.get("/subverwerkers/<uuid:notice_id>.csv")
def show_csv(organisation_id: UUID, notice_id: UUID) -> ResponseReturnValue:
    """What every board said of one notice, as a spreadsheet for the supplier."""
    rights = _found(organisation_id, Party.SUPPLIER)
    _, chosen, _ = _progress(_notice_of(rights, notice_id), shown=None)
    columns = [say("Schoolbestuur"), say("Status"), say("Bezwaar tot en met"), say("Bezwaar"), say("Antwoord")]
    columns.append(say("Laatste stap"))
    rows = [
        (each.board.name, say(STANDS[_stand(each)]), subprocessors.last_day(each), each.words, each.reply, _moved(each))
        for each in chosen
    ]
    return csv_response("subverwerker", columns, rows)


def _notices(rights: Rights) -> ResponseReturnValue:
    notices = objecting.of_supplier(reader(), rights.organisation.id)
    counted = told.figures(reader(), [each.id for each in notices], at=clock.now())
    return render_template(
        "subprocessors/notices.html",
        **around(rights, "agreements"),
        rows=[_notice_row(each, rights, counted[each.id]) for each in notices],
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
    may_reply = _stand(answer) == Stand.OBJECTED and subprocessors.may_announce(visitor(), answer.notice.product)
    return render_template(
        "subprocessors/reply.html",
        **around(rights, "agreements"),
        **_page_of(answer),
        whom=answer.board.name,
        back=url_for(".show", organisation_id=organisation_id, notice_id=notice_id),
        form_fields=form,
        errors=errors,
        may_reply=may_reply,
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
        **_page_of(answer),
        back=url_for(".index", organisation_id=organisation_id),
        form_fields=form,
        errors=errors,
        may_agree=may and objecting.may_agree(answer, at=now),
        may_object=may and objecting.may_object(answer, at=now),
        may_drop=may and _stand(answer) in (Stand.OBJECTED, Stand.ANSWERED),
        may_uphold=may and objecting.may_uphold(answer, at=now),
        consequence=_consequence(answer),
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
        case objecting.DROPPED | objecting.UPHELD as outcome:
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


def _stand(answer: SubprocessorAnswer) -> Stand:
    return objecting.stand(answer, at=clock.now())


def _moved(answer: SubprocessorAnswer) -> dt.datetime:
    return answer.closed_at or answer.replied_at or answer.answered_at or answer.notice.announced_at


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


def _line(each: SubprocessorAnswer, board_id: UUID) -> dict[str, Any]:
    return {
        "name": each.notice.name,
        "url": url_for(".show", organisation_id=board_id, notice_id=each.notice_id),
        "product": each.notice.product.title,
        "supplier": each.notice.supplier.name,
        "country": each.notice.country,
        "last": day(subprocessors.last_day(each), weekday=True),
        "effective": day(clock.day_of(each.begins_at), weekday=True),
        **_state(each),
    }


def _state(each: SubprocessorAnswer) -> dict[str, str]:
    return {"state_kind": KINDS[_stand(each)], "state_text": say(STANDS[_stand(each)])}


def _notice_row(notice: SubprocessorNotice, rights: Rights, counted: Mapping[Stand, int]) -> dict[str, Any]:
    return {
        "name": notice.name,
        "url": url_for(".show", organisation_id=rights.organisation.id, notice_id=notice.id),
        "product": notice.product.title,
        "effective": day(clock.day_of(notice.effective_at), weekday=True),
        "boards": sum(counted.values()),
        "accepted": sum(counted.get(each, 0) for each in objecting.ACCEPTED),
        "objected": sum(counted.get(each, 0) for each in (Stand.OBJECTED, Stand.ANSWERED, Stand.UPHELD)),
        "open": counted.get(Stand.OPEN, 0),
        "withdrawn": notice.withdrawn_at is not None,
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
        facts=_facts(notice, begins_at=notice.effective_at),
        figures=_notice_row(notice, rights, counted),
        wish=wish,
        rows=[
            {
                "board": each.board.name,
                "url": url_for(".reply", **here, board_id=each.board_id),
                "last": day(subprocessors.last_day(each), weekday=True),
                "moved": moment(_moved(each)),
                **_state(each),
            }
            for each in chosen
        ],
        total=total,
        pages=pages_of(total, SHOWN),
        states=STANDS,
        export_url=export_url(".show_csv", wish, **here),
        withdraw_url=url_for(".withdraw", **here) if may and notice.effective_at > clock.now() else None,
        back=url_for(".index", organisation_id=rights.organisation.id),
    )


def _facts(notice: SubprocessorNotice, *, begins_at: dt.datetime) -> list[dict[str, Any]]:
    rows = []
    for column in subprocessors.SECTION.columns:
        value = shown(column, getattr(notice, column.name))
        rows.append((say(column.label), value))
    rows += [
        (say("Product"), notice.product.title),
        (say("Aangekondigd"), moment(notice.announced_at)),
        (say("Eerste dag"), day(clock.day_of(begins_at), weekday=True)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _page_of(answer: SubprocessorAnswer) -> dict[str, Any]:
    """What both sides see of one board: who, both clocks, and what was said."""
    clocks = [
        (say("Bezwaar maken kan tot en met"), day(subprocessors.last_day(answer), weekday=True)),
        (say("De subverwerker begint op"), day(clock.day_of(answer.begins_at), weekday=True)),
    ]
    steps = [
        (answer.notice.announced_at, say("Aangekondigd"), answer.notice.supplier.name, ""),
        (
            answer.answered_at,
            say("Akkoord") if answer.answer == "agreed" else say("Bezwaar"),
            answer.board.name,
            answer.words,
        ),
        (answer.replied_at, say("Antwoord"), answer.notice.supplier.name, answer.reply),
        (
            answer.closed_at,
            say(subprocessors.OUTCOMES[answer.outcome]) if answer.outcome else "",
            answer.board.name,
            "",
        ),
        (answer.notice.withdrawn_at, say("Aankondiging ingetrokken"), answer.notice.supplier.name, ""),
    ]
    return {
        "notice": answer.notice,
        "answer": answer,
        "facts": _facts(answer.notice, begins_at=answer.begins_at),
        "clocks": [{"label": label, "value": value} for label, value in clocks],
        "is_general": answer.consent == "general",
        "events": [
            {"when": moment(at), "what": what, "who": who, "words": words} for at, what, who, words in steps if at
        ],
        "is_upheld": _stand(answer) == Stand.UPHELD,
        "is_refused": _stand(answer) in (Stand.UPHELD, Stand.NO_CONSENT),
        "state": _state(answer),
    }


def _consequence(answer: SubprocessorAnswer) -> str:
    """What the board's own agreement says about objections, word for word."""
    agreed = register.find(reader(), answer.board, answer.agreement_id, at=clock.now())
    clauses = agreed.text.body["clauses"] if agreed and agreed.text else []
    return "\n".join(each["text"] for each in clauses if "subprocessor_notice" in each["duties"])
