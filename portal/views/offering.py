"""For who offers agreements: how far each board is, the questions that boards put, reminding, and withdrawing."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, TextAreaField

from portal import clock
from portal.cases import access, commenting
from portal.cases.catalogue import ENDED
from portal.cases.offering import making, progress, reminding, suppliers, withdrawing
from portal.cases.offering.progress import OUTCOMES, STAGES, Line
from portal.cases.tables import Case
from portal.database import reader
from portal.documents.sheets import Cell
from portal.errors import InvalidError, NotFoundError
from portal.offers.tables import Publication
from portal.parties.spelling import clean_lines
from portal.views import offered_case
from portal.views.desk import MOST_EXPORTED, SHOWN, spoken
from portal.views.exports import csv_response, export_url, xlsx_response
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import visitor
from portal.wording import day, mark, say, say_count
from workflows.processor_agreement import remarked

bp = Blueprint("offering", __name__, url_prefix="/aanbod")
LONGEST = 2000


class WhyForm(Form):
    """Why something is taken back."""

    words = TextAreaField(mark("Waarom?"), filters=[clean_lines])


class ReplyForm(Form):
    """What the supplier answers."""

    words = TextAreaField(mark("Uw antwoord"), filters=[clean_lines])


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


# --- A version, and all boards -----------------------------------------------------------------------------------


@bp.get("/<uuid:publication_id>")
def show(publication_id: UUID) -> ResponseReturnValue:
    """Every board that was offered this version or began it by itself, with its stage."""
    publication, wish = _found(publication_id), _wish()
    found, total = progress.lines(reader(), publication.id, **_asked(wish), offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "offering/progress.html",
        publication=publication,
        figures=[(name, *STAGES[name], count) for name, count in progress.figures(reader(), publication.id).items()],
        wish=wish,
        rows=[_row(each) for each in found],
        total=total,
        pages=pages_of(total, SHOWN),
        stages=STAGES,
        to_remind=reminding.to_remind(reader(), publication.id),
        export_url=export_url(".show_csv", wish, publication_id=publication.id),
        xlsx_url=export_url(".show_xlsx", wish, publication_id=publication.id),
    )


@bp.get("/<uuid:publication_id>.csv")
def show_csv(publication_id: UUID) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    publication = _found(publication_id)
    return csv_response(f"aanbod-{publication.version}", *_sheet(publication))


@bp.get("/<uuid:publication_id>.xlsx")
def show_xlsx(publication_id: UUID) -> ResponseReturnValue:
    """The same as a sheet of its own kind."""
    publication = _found(publication_id)
    return xlsx_response(f"aanbod-{publication.version}", *_sheet(publication))


@bp.route("/<uuid:publication_id>/herinneren", methods=["GET", "POST"])
def remind(publication_id: UUID) -> ResponseReturnValue:
    """Remind every board that is to act, after being asked."""
    publication = _found(publication_id)
    back = url_for(".show", publication_id=publication.id)
    if request.method == "POST":
        count = reminding.remind_all(publication.id, by=visitor())
        said = say_count("%(count)s bestuur wordt herinnerd.", "%(count)s besturen worden herinnerd.", count)
        flash(said if count else say("Er is nu niemand om te herinneren."), "done")
        return redirect(back)
    count = reminding.to_remind(reader(), publication.id)
    return render_template("offering/remind.html", publication=publication, count=count, back=back)


@bp.route("/<uuid:publication_id>/intrekken", methods=["GET", "POST"])
def withdraw(publication_id: UUID) -> ResponseReturnValue:
    """Withdraw a version for all, after being asked."""
    publication, form = _found(publication_id), spoken(WhyForm(request.form))
    back = url_for(".show", publication_id=publication.id)
    if request.method == "POST" and not _is_too_long(form):
        try:
            withdrawing.withdraw_all(publication.id, words=form.words.data or "", by=visitor())
        except InvalidError as fault:
            form.words.errors = [fault.fields["words"]]
        else:
            flash(say("De versie wordt ingetrokken. Wat al van kracht is, blijft van kracht."), "done")
            return redirect(back)
    happens = [
        say("Alle zaken die nog lopen, eindigen. Wat erop is getekend, telt niet meer."),
        say("Wat al van kracht is, blijft van kracht."),
        say("Iedereen die meedeed, krijgt een mail met uw reden."),
    ]
    return _withdraw_page(form, say("Deze versie intrekken voor alle besturen?"), _caption(publication), back, happens)


# --- One board ---------------------------------------------------------------------------------------------------


@bp.get("/zaak/<uuid:case_id>")
def case(case_id: UUID) -> ResponseReturnValue:
    """One board: its stage, and the questions that it put to the supplier."""
    return _case_page(_case(case_id))


@bp.post("/zaak/<uuid:case_id>")
def reply(case_id: UUID) -> ResponseReturnValue:
    """Answer a question, in the place where it was put."""
    found, form = _case(case_id), ReplyForm(request.form)
    step, _, question = request.form.get("place", "").partition(".")
    words = form.words.data or ""
    try:
        commenting.reply(found.id, step=step, question=question, words=words, by=visitor())
    except InvalidError as fault:
        return _case_page(found, at=f"{step}.{question}", typed=words, fault=fault.fields["words"]), fault.status
    flash(say("Uw antwoord is geplaatst. Het bestuur krijgt een mail."), "done")
    return redirect(url_for(".case", case_id=case_id, _anchor=question))


@bp.post("/zaak/<uuid:case_id>/herinneren")
def remind_one(case_id: UUID) -> ResponseReturnValue:
    """Remind one board."""
    count = reminding.remind(_case(case_id).id, by=visitor())
    flash(say("Wij sturen een herinnering.") if count else say("Er is niemand om te herinneren."), "done")
    return redirect(url_for(".case", case_id=case_id))


@bp.route("/zaak/<uuid:case_id>/intrekken", methods=["GET", "POST"])
def withdraw_one(case_id: UUID) -> ResponseReturnValue:
    """Take back what one board was offered, after being asked."""
    found, form = _case(case_id), spoken(WhyForm(request.form))
    if withdrawing.of_case(reader(), found.id) is None:
        raise NotFoundError
    back = url_for(".case", case_id=found.id)
    if request.method == "POST" and not _is_too_long(form):
        try:
            withdrawing.withdraw(found.id, words=form.words.data or "", by=visitor())
        except InvalidError as fault:
            form.words.errors = [fault.fields["words"]]
        else:
            flash(say("De aanbieding is ingetrokken."), "done")
            return redirect(back)
    happens = [
        say("De zaak bij het bestuur eindigt. Wat erop is getekend, telt niet meer."),
        say("Wie meedeed, krijgt een mail met uw reden."),
    ]
    name = found.organisation.name if found.organisation else ""
    return _withdraw_page(form, say("Deze aanbieding intrekken?"), f"{name} · {found.reference}", back, happens)


# --- How ---------------------------------------------------------------------------------------------------------


def _found(publication_id: UUID) -> Publication:
    return making.find(reader(), publication_id, visitor())


def _case(case_id: UUID) -> Case:
    """A case that one may follow from the supplier: what it offered, or a board began by itself."""
    found = reader.get(Case, case_id)
    if found is None or found.publication is None or found.counterparty_id is None:
        raise NotFoundError
    if not suppliers.may_offer(found.publication.product, visitor()):
        raise NotFoundError
    return found


def _wish() -> Wish:
    return wished(sorts=progress.SORTS, first="-moved", filters={"stage": list(STAGES)})


def _asked(wish: Wish) -> dict[str, Any]:
    return {"text": wish.q, "stage": wish.chosen["stage"], "sort": wish.sort, "descending": wish.descending}


def _sheet(publication: Publication) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """Columns and rows of just the boards that the page shows with these choices."""
    found, _ = progress.lines(reader(), publication.id, **_asked(_wish()), limit=MOST_EXPORTED)
    columns = [
        say("Bestuur"),
        say("Bestuursnummer"),
        say("Kenmerk"),
        say("Stand"),
        say("Oordeel"),
        say("Aangeboden"),
        say("Zelf begonnen"),
        say("Dagen"),
        say("Geopend"),
        say("Laatste stap"),
        say("Antwoord voor"),
        say("Herinnerd"),
        say("Mail"),
    ]
    return columns, [
        (
            each.name,
            each.number,
            each.reference,
            say(STAGES[each.stage][1]),
            say(OUTCOMES[each.outcome]) if each.outcome else "",
            each.offer.at if each.offer else None,
            None if each.offer else each.at,
            each.days,
            each.opened_at,
            each.moved_at,
            each.offer.deadline if each.offer else None,
            each.offer.reminded_at if each.offer else None,
            offered_case.mail_of(each),
        )
        for each in found
    ]


def _row(each: Line) -> dict[str, Any]:
    return {
        "url": url_for(".case", case_id=each.case_id),
        "name": each.name,
        "number": each.number,
        "stage": (STAGES[each.stage][0], say(STAGES[each.stage][1])),
        "outcome": say(OUTCOMES[each.outcome]) if each.outcome else "",
        "at": day(clock.day_of(each.at)),
        "is_offered": each.offer is not None,
        "days": each.days,
        "moved": day(clock.day_of(each.moved_at)),
        "mail": offered_case.mail_of(each) or "–",
    }


def _case_page(found: Case, *, at: str = "", typed: str = "", fault: str = "") -> str:
    line = progress.line_of(reader(), found)
    speaks = suppliers.speaks_at(found.counterparty_id, visitor())
    assert found.publication is not None
    return render_template(
        "offering/case.html",
        case=found,
        publication=found.publication,
        line=line,
        stage=(STAGES[line.stage][0], say(STAGES[line.stage][1])) if line else None,
        facts=offered_case.facts_of(found, line),
        why=offered_case.why(found),
        remarks=remarked(access.answers_of(found)) if found.state in progress.SENT else [],
        threads=offered_case.threads_of(found, at, typed, fault) if speaks else [],
        may_reply=speaks and found.state not in ENDED,
        may_remind=line is not None and reminding.may_remind(line),
        may_withdraw=line is not None and line.offer is not None and withdrawing.may_withdraw(found, visitor()),
        reads_it=access.may_read(found, visitor()),
        errors=[(f"words-{at.partition('.')[2]}", fault)] if fault else [],
    )


def _is_too_long(form: Form) -> bool:
    if len(form.words.data or "") <= LONGEST:
        return False
    form.words.errors = [say("Gebruik hooguit %(count)s tekens.", count=LONGEST)]
    return True


def _caption(publication: Publication) -> str:
    return f"{publication.product.title} · {say('Versie %(version)s', version=publication.version)}"


def _withdraw_page(form: Form, question: str, caption: str, back: str, happens: list[str]) -> ResponseReturnValue:
    errors = [(form.words.id, sentence) for sentence in form.words.errors]
    page = render_template(
        "offering/withdraw.html",
        form_fields=form, question=question, caption=caption, back=back, happens=happens, errors=errors,
    )  # fmt: skip
    return page, InvalidError.status if errors else 200
