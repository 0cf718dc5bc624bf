"""The way in without an account: an e-mail address, a mailed link, and the search in the register."""

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import make_response, request

from portal.cases import drafts, starting
from portal.database import reader
from portal.errors import NotFoundError
from portal.parties import register
from portal.parties.spelling import clean
from portal.views.visitor import remember_draft
from portal.wording import mark, say

bp = Blueprint("registration", __name__)
NO_ADDRESS = mark("Vul uw e-mailadres op het werk in, bijvoorbeeld naam@school.nl.")
PAGE, MOST_PAGES = 25, 40


@bp.route("/inschrijven", methods=["GET", "POST"])
def begin() -> ResponseReturnValue:
    """The first question of a registration: where may the link go?"""
    email, fault = clean(request.form.get("email"))[:254], ""
    if request.method == "POST":
        try:
            validate_email(email, check_deliverability=False)
        except EmailNotValidError:
            fault = say(NO_ADDRESS)
        else:
            starting.start_by_mail("registration", email=email)
            return redirect(url_for(".sent"))
    errors = [("email", fault)] if fault else []
    page = render_template("registration/begin.html", email=email, fault=fault, errors=errors)
    return page, 422 if fault else 200


@bp.get("/inschrijven/verstuurd")
def sent() -> ResponseReturnValue:
    """The link has been mailed."""
    return render_template("registration/sent.html")


@bp.get("/inschrijven/verder/<token>")
def open_draft(token: str) -> ResponseReturnValue:
    """The mailed link: from now on this browser knows the draft."""
    case = drafts.draft_behind(reader(), token)
    remember_draft(case.id)
    return redirect(url_for("cases.show", case_id=case.id))


@bp.get("/register")
def search() -> ResponseReturnValue:
    """The register of schools and boards, for everybody: as you type, and without JavaScript."""
    text = clean(request.args.get("q"))[:100]
    page = min(MOST_PAGES, max(1, request.args.get("page", 1, type=int)))
    found = register.find(text, limit=page * PAGE)
    typing = request.htmx and not request.htmx.boosted
    page_made = render_template(
        "registration/_hits.html" if typing else "registration/search.html",
        q=text,
        hits=found.hits[(page - 1) * PAGE :],
        total=found.total,
        page=page,
        pages=min(MOST_PAGES, -(-found.total // PAGE)),
        sources=register.sources(),
    )
    response: Response = make_response(page_made)
    response.vary.add("HX-Request")
    return response


@bp.get("/register/<kind>/<number>")
def entry(kind: str, number: str) -> ResponseReturnValue:
    """One board or location of the register, as it stands there."""
    board = location = None
    if kind == "bestuur":
        board = register.board(number)
    elif kind == "vestiging":
        location = register.location(number)
        board = register.board(location.board_number) if location else None
    if board is None:
        raise NotFoundError(mark("Dit nummer staat niet in het register."))
    locations = register.locations_of(board.number) if location is None else []
    return render_template("registration/entry.html", board=board, location=location, locations=locations)
