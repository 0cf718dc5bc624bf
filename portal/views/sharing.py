"""Passing a report on: the form, the file, and asking it back."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form, HiddenField, RadioField, SelectChoice, StringField, TextAreaField

from portal import wording
from portal.cases import access, in_force, permitting
from portal.cases.tables import Case
from portal.database import reader
from portal.dossier import share_standing
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.spelling import clean, clean_lines
from portal.parties.tables import Person
from portal.reports import catalogue, inputs, share_list, sharing
from portal.reports.copies import Marked
from portal.reports.share_tables import Share
from portal.reports.sharing import DUTIES, FILES, LINK, OTHER, About, Passing, Permitted
from portal.views import permission_pages
from portal.views.desk import actor, spoken, with_faults
from portal.views.documents import pdf_response
from portal.views.exports import XLSX
from portal.views.share_subjects import Board, Made, School, of_key
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, settings, visitor
from portal.wording import mark, say

bp = Blueprint("sharing", __name__)
UUID_SHAPE = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MYSELF, ANOTHER = "myself", "another"
WHOM = {MYSELF: mark("Voor mijzelf"), ANOTHER: mark("Voor iemand anders")}
KINDS = {**FILES, LINK: mark("Een link per e-mail, die 14 dagen werkt")}


TYPES = {"xlsx": XLSX, "csv": "text/csv"}


class ShareForm(Form):
    """Who gets it, as what, for what."""

    share_id = HiddenField()
    whom = RadioField(mark("Voor wie is het?"), default=MYSELF)
    recipient = StringField(mark("Naam van de ontvanger"), filters=[clean])
    recipient_organisation = StringField(mark("Organisatie van de ontvanger"), filters=[clean])
    group = RadioField(mark("Bij welke groep hoort de ontvanger?"))
    duty = TextAreaField(mark("Welk wetsartikel, en welke brief of welk besluit?"), filters=[clean_lines])
    legal_basis = TextAreaField(mark("Op welke grond mag u deze persoonsgegevens geven?"), filters=[clean_lines])
    purpose = TextAreaField(mark("Waarvoor is het?"), filters=[clean_lines], render_kw={"rows": 3})
    kind = RadioField(mark("Hoe wilt u het hebben?"), default="pdf")
    recipient_email = StringField(mark("E-mailadres van de ontvanger"), filters=[clean], render_kw={"type": "email"})


class RecallForm(Form):
    """Why it is asked back."""

    why = TextAreaField(mark("Waarom vraagt u het terug?"), filters=[clean_lines], render_kw={"rows": 3})


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.route("/rapporten/<product_name>/<code>/<report_name>/delen", methods=["GET", "POST"])
def share(product_name: str, code: str, report_name: str) -> ResponseReturnValue:
    """Take a report of a school along, or pass it on."""
    location = register.location(code)
    return _share(product_name, School(location) if location else None, report_name)


@bp.route("/rapporten/<product_name>/bestuur/<board_number>/<report_name>/delen", methods=["GET", "POST"])
def share_of_board(product_name: str, board_number: str, report_name: str) -> ResponseReturnValue:
    """The same of a report about the schools of a board."""
    board = register.board(board_number)
    return _share(product_name, Board(board) if board else None, report_name)


def _share(product_name: str, subject: School | Board | None, report_name: str) -> ResponseReturnValue:
    product = reader.scalar(select(Product).where(Product.name == product_name, Product.has_reports))
    if product is None or subject is None or not subject.knows(person(), reader()):
        raise NotFoundError
    if not subject.is_open(person(), product, reader()):
        return redirect(subject.report_url(product.name, report_name, {}))
    made = subject.made(report_name, person(), product, reader(), request.args)
    if made is None:
        raise NotFoundError
    form = _form(product, made)
    if request.method == "GET":
        form.share_id.data, form.legal_basis.data = str(uuid4()), made.legal_basis
        return _page(product, subject, report_name, made, form)
    about = About(
        product.id,
        report_name,
        made.title,
        subject.key,
        subject.name,
        tuple(made.files),
        made.has_personal_data,
        inputs.kept(request.args, made.inputs),
    )
    try:
        share_id = sharing.share(
            _id(form.share_id.data),
            about,
            _passing(form),
            by=actor(),
            is_open=_opens(product.id, subject.key, actor()),
            contact=product.contact or settings().contact,
            link_secret=settings().secret("link"),
            permitted=_permitted(product.id, form.group.data or "", actor()),
        )
    except InvalidError as fault:
        errors = with_faults(form, fault.fields)
        return _page(product, subject, report_name, made, form, errors=errors), fault.status
    return redirect(url_for(".show", share_id=share_id))


@bp.get("/gedeeld/<uuid:share_id>")
def show(share_id: UUID) -> ResponseReturnValue:
    """One share: what, to whom, for what, when it was opened; with the file where it is one's own."""
    found = _found(share_id)
    return render_template(
        "sharing/show.html",
        share=found,
        kinds=FILES,
        state=share_list.state_of(found),
        is_mine=found.person_id == actor(),
        may_recall=found.recalled_at is None and not found.is_own_use,
        report_url=_report_url(found),
        permission_url=_permission_url(found),
    )


@bp.get("/gedeeld/<uuid:share_id>/bestand")
def file(share_id: UUID) -> ResponseReturnValue:
    """The file, for who made it, as long as the report is open to them."""
    found = reader.get(Share, share_id)
    if found is None or found.person_id != actor() or found.kind == LINK:
        raise NotFoundError
    if found.recalled_at is not None:
        raise RefusedError(mark("Dit is teruggevraagd. Het bestand is er niet meer."))
    if not share_is_open(reader(), found):
        raise RefusedError(mark("Dit rapport staat niet meer voor u open. Daarom is het bestand er niet meer."))
    return file_of(found)


@bp.route("/gedeeld/<uuid:share_id>/terugvragen", methods=["GET", "POST"])
def recall(share_id: UUID) -> ResponseReturnValue:
    """Asked before a share is asked back; then it is."""
    found = _found(share_id)
    if found.is_own_use:
        raise NotFoundError
    form = spoken(RecallForm(request.form))
    if request.method == "GET":
        return render_template("sharing/recall.html", share=found, form_fields=form, errors=[])
    try:
        sharing.recall(share_id, why=form.why.data or "", by=actor(), may=share_standing.may_see)
    except InvalidError as fault:
        errors = with_faults(form, fault.fields)
        return render_template("sharing/recall.html", share=found, form_fields=form, errors=errors), fault.status
    flash(say("Het is teruggevraagd."), "done")
    return redirect(url_for(".show", share_id=share_id))


def share_is_open(session: Session, found: Share) -> bool:
    """Whether what was shared is still open to who shared it: nobody passes on what they may not see themselves."""
    subject, sender = of_key(found.subject), found.person
    if subject is None:
        return False
    if not sender.active or sender.blocked_at or (sender.needs_second_factor and not sender.has_second_factor):
        return False  # whoever cannot come in themselves lets nobody in, whatever the product asks
    if found.permission_id and not permitting.is_running(session, found.permission_id):
        return False
    return subject.is_open(sender, found.product, session)


def file_of(found: Share) -> Response:
    """What was shared, as the file that was chosen; a link gives the PDF."""
    name, kind = f"{_in_a_name(found)}-{found.subject}-{found.reference}", found.kind if found.kind != LINK else "pdf"
    with wording.speaking(wording.RECORDED):  # as every document, whoever reads the portal in another language
        subject, marked = of_key(found.subject), Marked.of(found)
        made = subject.made(found.report, found.person, found.product, reader(), found.inputs) if subject else None
        if made is None or kind not in made.files:
            raise RefusedError(mark("Dit rapport is er niet meer."))
        reader.rollback()  # a child makes the file; the database is let go of
        content = made.files[kind](marked)
    return pdf_response(content, f"{name}.pdf") if kind == "pdf" else _download(content, TYPES[kind], f"{name}.{kind}")


# --- How ---------------------------------------------------------------------------------------------------------


def _opens(product_id: UUID, key: str, somebody: UUID) -> Callable[[Session], bool]:
    def opens(session: Session) -> bool:
        subject, sender = of_key(key), session.get_one(Person, somebody)
        return subject is not None and subject.is_open(sender, session.get_one(Product, product_id), session)

    return opens


def _permitted(product_id: UUID, group: str, somebody: UUID) -> Callable[[Session], Permitted | None]:
    """Asked inside the act: the permission that was chosen, where it holds for this person."""

    def permitted(session: Session) -> Permitted | None:
        held = permitting.of_person(session, somebody, product_id)
        case = next((each for each in held if str(each.id) == group), None)
        row = in_force.of_case(session, case.id, in_force.DISCLOSURE) if case else None
        return Permitted(case.reference, row.until) if case and row else None

    return permitted


def _form(product: Product, made: Made) -> ShareForm:
    form = ShareForm(request.form)
    groups = [SelectChoice(key, name) for key, name in sharing.groups_of(product).items()]
    duties = [SelectChoice(key, say("Wettelijke plicht: %(who)s", who=say(name))) for key, name in DUTIES.items()]
    under = [SelectChoice(str(each.id), say(sharing.UNDER, reference=each.reference)) for each in _held(product)]
    form.group.choices = [*groups, *under, *duties, SelectChoice(OTHER, say("Iemand anders: staat er niet bij"))]
    form.whom.choices = [SelectChoice(key, say(text)) for key, text in WHOM.items()]
    form.kind.choices = [SelectChoice(key, say(text)) for key, text in KINDS.items() if key in (*made.files, LINK)]
    spoken(form)
    return form


def _passing(form: ShareForm) -> Passing:
    """What counts of the form: a box that a choice leaves out says nothing, whatever stands in it."""
    kind, purpose, basis = form.kind.data or "", form.purpose.data or "", form.legal_basis.data or ""
    if form.whom.data == MYSELF:
        return Passing(kind, is_own_use=True, purpose=purpose, legal_basis=basis)
    group = form.group.data or ""
    permission = UUID(group) if re.fullmatch(UUID_SHAPE, group) else None
    return Passing(
        kind,
        is_own_use=False,
        recipient=form.recipient.data or "",
        recipient_email=(form.recipient_email.data or "") if kind == LINK else "",
        recipient_organisation=form.recipient_organisation.data or "",
        group=sharing.PERMITTED if permission else group,
        purpose=purpose,
        duty=(form.duty.data or "") if group in DUTIES else "",
        legal_basis=basis,
        permission=permission,
    )


def _id(text: str | None) -> UUID:
    if not re.fullmatch(UUID_SHAPE, text or ""):
        raise NotFoundError
    return UUID(text)


def _page(product: Product, subject: School | Board, report_name: str, made: Made, form: ShareForm, **more: Any) -> str:
    return render_template(
        "sharing/share.html",
        product=product,
        subject=subject,
        made=made,
        back=subject.report_url(product.name, report_name, inputs.kept(request.args, made.inputs)),
        assumed=inputs.told(made.inputs),
        form_fields=form,
        permissions=[permission_pages.summary(each) for each in _held(product)],
        ask_url=url_for("cases.begin", workflow_name=permitting.NAME, product=product.name),
        asks=bool(product.rights_holders),
        **{"errors": [], **more},
    )


def _held(product: Product) -> Sequence[Case]:
    return permitting.of_person(reader(), actor(), product.id)


def _in_a_name(found: Share) -> str:
    """What a file is called after: the report's name, or that of a supplier's report without its odd letters."""
    if found.report in catalogue.NAMES:
        return found.report
    return re.sub(r"[^A-Za-z0-9]+", "-", found.title).strip("-").lower()[:40] or "rapport"


def _found(share_id: UUID) -> Share:
    found = reader.get(Share, share_id)
    if found is None or not share_standing.may_see(reader(), found, actor()):
        raise NotFoundError
    return found


def _report_url(found: Share) -> str:
    subject = of_key(found.subject)
    if subject is None or not subject.knows(person(), reader()):
        return ""
    return subject.report_url(found.product.name, found.report, found.inputs)


def _permission_url(found: Share) -> str:
    """The permission under which it left the closed list, for who takes part in that."""
    case = reader.get(Case, found.permission_id) if found.permission_id else None
    return url_for("cases.show", case_id=case.id) if case and access.may_read(case, visitor()) else ""


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
