"""The demo mailbox: every mail the portal would have sent, where no mail server is set."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import access
from portal.database import reader
from portal.errors import NotFoundError
from portal.record import letters, outbox
from portal.views.visitor import settings, visitor

bp = Blueprint("mailbox", __name__, url_prefix="/postvak")


@bp.before_request
def _demo_or_service_desk() -> None:
    if settings().smtp_url is not None or not (settings().demo or access.is_service_desk(visitor())):
        raise NotFoundError


@bp.get("")
def index() -> ResponseReturnValue:
    """All mails, newest first; to one address where asked."""
    wanted = request.args.get("q", "").strip().lower()
    mails = [mail for mail in outbox.mailbox(reader()) if wanted in f"{mail.to} {mail.subject}".lower()]
    return render_template("mailbox/index.html", mails=mails, q=wanted, states=outbox.STATES)


@bp.get("/<uuid:mail_id>")
def show(mail_id: UUID) -> ResponseReturnValue:
    """One mail, as its reader gets it."""
    mail = reader.get(outbox.Mail, mail_id)
    if mail is None:
        raise NotFoundError
    letter = letters.write(
        mail, lambda endpoint, parameters: url_for(endpoint, _external=True, **parameters), settings()
    )
    return render_template("mailbox/show.html", mail=mail, letter=letter, states=outbox.STATES)
