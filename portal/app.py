"""create_app: the one place where the parts of the portal are put together."""

import logging
import secrets
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from htmx_flask import Htmx
from jinja2 import StrictUndefined
from markupsafe import escape
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import dossier, migrations, wording
from portal.cases import access, catalogue
from portal.config import Settings
from portal.database import Database, act, connect, reader
from portal.dossier import desk
from portal.errors import PortalError, SettingError
from portal.gate.conditions import CONDITIONS
from portal.offers import blocks, suppliers
from portal.offers.tables import Product
from portal.record import jobs, ledger, outbox
from portal.views import (
    agreement_announced,
    agreement_confirming,
    agreement_drafts,
    agreement_ends,
    agreement_publishing,
    agreement_texts,
    agreement_versions,
    agreements,
    ambitions,
    appearance,
    blocking,
    board_reports,
    calendar,
    campaigns,
    case_texts,
    cases,
    checking,
    colleagues,
    comments,
    components_page,
    desk_people,
    documents,
    dpia,
    dpia_measures,
    dpia_register,
    dpia_reopening,
    endings,
    evidence,
    gate,
    gate_history,
    health,
    home,
    judging,
    language,
    looks,
    mailbox,
    matrix,
    model_drafts,
    model_publishing,
    models,
    moving,
    my_data,
    offer_making,
    offering,
    on_paper,
    organisation_lists,
    organisations,
    own_report_pages,
    own_reports,
    permissions,
    products,
    public,
    publishing,
    registration,
    reports,
    rights_holders,
    security,
    service_desk,
    share_ledger,
    shared_links,
    sharing,
    signed_elsewhere,
    signing,
    subprocessors,
    tracing,
    turns,
    typed_steps,
    working_copy,
)
from portal.views.references import whole
from portal.views.shapes import shape_of
from portal.views.visitor import visitor
from portal.wording import mark, say
from workflows.vocabulary import ROLE_NAMES, Role

HOUSE = Path(__file__).resolve().parent.parent
BLUEPRINTS = (
    appearance,
    components_page,
    home,
    cases,
    documents,
    evidence,
    mailbox,
    model_drafts,
    model_publishing,
    models,
    organisations,
    organisation_lists,
    agreements,
    dpia_measures,
    dpia_register,
    subprocessors,
    signed_elsewhere,
    agreement_confirming,
    agreement_ends,
    colleagues,
    my_data,
    calendar,
    public,
    checking,
    registration,
    ambitions,
    board_reports,
    reports,
    service_desk,
    share_ledger,
    shared_links,
    sharing,
    signing,
    comments,
    judging,
    permissions,
    tracing,
    turns,
    typed_steps,
    desk_people,
    dpia,
    dpia_reopening,
    gate,
    gate_history,
    products,
    publishing,
    campaigns,
    offering,
    offer_making,
    moving,
    on_paper,
    health,
    endings,
    blocking,
    matrix,
    rights_holders,
    agreement_versions,
    agreement_announced,
    agreement_drafts,
    agreement_publishing,
    agreement_texts,
    case_texts,
    working_copy,
    own_reports,
    own_report_pages,
)
VERSION = version("tekenpoort")
LARGEST_REQUEST = 25 * 1024 * 1024
LARGEST_FORM = 4 * 1024 * 1024
BROKEN = mark("Er ging bij ons iets mis. Wij zijn op de hoogte.")
BUSY = mark("Het portaal is even niet bereikbaar. Probeer het over een minuut opnieuw.")
SENTENCES = {
    404: mark("Deze pagina bestaat niet, of is niet voor u."),
    405: mark("Deze pagina kan niet op deze manier worden opgevraagd."),
    413: mark(
        "Dit bestand of formulier is te groot. Een bestand mag hooguit 10 MB zijn. Ga terug en kies een kleiner."
    ),
}

log = logging.getLogger("tekenpoort")


def create_app(settings: Settings) -> Flask:
    """The portal for these settings; its database must be up to date. Raises SettingError when it is not fit to run."""
    app = Flask("portal", template_folder=str(HOUSE / "templates"), static_folder=str(HOUSE / "static"))
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.config["MAX_FORM_PARTS"] = 2000
    app.before_request(_bound_plain_forms)  # before anything reads the form
    app.extensions["tekenpoort.settings"] = settings
    database = open_database(settings)
    app.extensions["tekenpoort.database"] = database
    try:
        _refuse_unfit(database)
    except SettingError:
        database.engine.dispose()
        raise
    jobs.hang_bell(settings.data / "worker.bell")
    Htmx(app)
    language.listen(app, secure=settings.secure)
    appearance.dress(app, settings.theme)
    looks.send_small(app)
    _speak(app, settings)
    for each in BLUEPRINTS:
        app.register_blueprint(each.bp)
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _our_fault)
    security.secure(app, settings, send=_send, witness=_witness)
    door = gate.Door(app.wsgi_app, app)
    app.wsgi_app = _InDatabase(door, database)  # type: ignore[method-assign]
    if settings.secure:  # then a proxy stands in front, and says who is calling
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    return app


def _bound_plain_forms() -> None:
    """A form without files is read at once, where one with files is read in parts and stopped: bound it beforehand."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = LARGEST_FORM


def open_database(settings: Settings) -> Database:
    """The database of these settings, with the key of its ledger."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return connect(settings.database_url, ledger_key=settings.secret("ledger").encode())


def _refuse_unfit(database: Database) -> None:
    behind = migrations.behind(database.engine)
    if behind:
        raise SettingError(f"The database is not up to date ({behind}). Run `tekenpoort migrate` first.")
    with database.opened():
        catalogue.refuse_orphans(reader())
        for product in reader.query(Product):
            unknown = [code for code in product.conditions if code not in CONDITIONS]
            if product.has_reports and (unknown or not product.conditions):
                raise SettingError(f"Product {product.name} has no known conditions for its gate: {unknown or 'none'}.")


class _InDatabase:
    """Opens the application's own database around each request."""

    def __init__(self, wsgi, database: Database) -> None:  # type: ignore[no-untyped-def]
        self.wsgi, self.database = wsgi, database

    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]
        with self.database.opened():
            return self.wsgi(environ, start_response)


# --- What every page knows -------------------------------------------------------------------------------------


def _speak(app: Flask, settings: Settings) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals |= {"_": say, "ngettext": wording.say_count, "role_name": _role_name, "shape_of": shape_of}
    app.jinja_env.filters |= {"day": wording.day, "moment": wording.moment, "say": say, "whole": whole}

    @app.context_processor
    def around_every_page() -> dict[str, object]:
        return {
            "language": wording.language(),
            "languages": language.choices(),
            "theme": appearance.around_page(),
            "version": VERSION,
            "contact": settings.contact,
            "is_demo": settings.demo,
            "test_seal": settings.seal_key is None,
            "nav": _nav(),
            "person": _person(),
            "footer_links": _footer(settings),
            "home_url": url_for("home.index"),
        }


def _role_name(role: str) -> str:
    return say(ROLE_NAMES[Role(role)])


def _nav() -> list[dict[str, object]]:
    if not current_user.is_authenticated:
        return [
            _item("registration.search", say("Register")),
            _item("registration.begin", say("Inschrijven")),
            _item("security.login", say("Inloggen")),
        ]
    tasks = dossier.count_to_sign(reader(), current_user.id)
    items = [
        _item("home.index", say("Mijn taken"), tasks),
        _item("organisations.index", say("Organisaties")),
        _item("reports.index", say("Rapporten")),
    ]
    if blocks.products_of(reader(), current_user.id):
        items.append(_item("rights_holders.index", say("Rechthebbenden")))
    roles = {each.role for each in current_user.memberships}  # read already, to know whether a second factor is needed
    if roles & set(suppliers.ROLES) and suppliers.products_of(reader(), current_user.id):
        items.append(_item("agreement_versions.index", say("Leverancier")))
    if Role.AUDITOR in roles and Role.SERVICE_DESK not in roles and access.may_look_back(visitor()):
        items.append(_item("gate_history.index", say("Terugkijken")))
    if Role.SERVICE_DESK in roles and access.is_service_desk(visitor()):
        items.append(_item("service_desk.queue", say("Servicedesk"), desk.count_queue(reader())))
    return items


def _item(endpoint: str, label: str, count: int = 0) -> dict[str, object]:
    current = request.endpoint == endpoint or (
        request.blueprint == endpoint.split(".", 1)[0] and not endpoint.startswith(("registration", "security"))
    )
    if endpoint in ("service_desk.queue", "agreement_versions.index", "reports.index"):  # many blueprints
        current = request.path.startswith(url_for(endpoint))
    return {"url": url_for(endpoint), "label": label, "current": current, "count": count}


def _person() -> dict[str, str] | None:
    if not current_user.is_authenticated:
        return None
    return {
        "name": current_user.name,
        "account_url": url_for("accounts.account"),
        "sign_out_url": url_for("security.logout"),
    }


def _footer(settings: Settings) -> list[dict[str, str]]:
    links = [{"url": url_for("registration.search"), "label": say("Register van scholen")}, *public.footer_links()]
    if settings.demo and settings.smtp_url is None:
        links.append({"url": url_for("mailbox.index"), "label": say("Postvak van de demonstratie")})
    return links


# --- Faults ----------------------------------------------------------------------------------------------------


def _portal_error(fault: PortalError) -> ResponseReturnValue:
    return _fault(fault.status, say(fault.sentence, **fault.values)), fault.status


def _http_error(fault: HTTPException) -> ResponseReturnValue:
    status = fault.code or 500
    if status < 400:
        return fault  # a redirect of werkzeug's own
    if status >= 500:
        first = getattr(fault, "original_exception", None)  # what was raised before any page was found
        return _database_away(first) if isinstance(first, OperationalError) else _our_fault(first or fault)
    return _fault(status, say(SENTENCES.get(status, mark("Wij begrijpen deze aanvraag niet.")))), status


def _database_away(fault: OperationalError) -> ResponseReturnValue:
    reference = _log(fault)
    return _fault(503, say(BUSY), reference), 503


def _our_fault(fault: Exception) -> ResponseReturnValue:
    reference = _log(fault)
    return _fault(500, say(BROKEN), reference), 500


def _log(fault: Exception) -> str:
    reference = secrets.token_hex(4).upper()
    log.error("fault %s at %s %r", reference, request.method, request.path, exc_info=fault)
    reader.rollback()
    return reference


def _fault(status: int, sentence: str, reference: str | None = None) -> str:
    try:
        return render_template("fault.html", status=status, sentence=sentence, reference=reference)
    except Exception:  # the page of a fault must not need what is broken
        log.exception("the page of fault %s failed", reference)
        return (
            f"<!doctype html><html lang=nl><title>Tekenpoort</title><h1>{escape(sentence)}</h1><p>{reference or ''}</p>"
        )


# --- What the accounts tell ------------------------------------------------------------------------------------


def _send(to: str, subject: str, text: str, html: str, *, kind: str, key: str | None) -> None:
    with act() as session:
        outbox.put(
            session,
            key=key or f"{kind}:{secrets.token_hex(12)}",
            to=to,
            kind=kind,
            subject=subject,
            text=text,
            html=html,
        )


def _witness(act_: str, person_id: UUID | None, /, **detail: Any) -> None:
    with act() as session:
        ledger.append(
            session, act=act_, subject=f"person:{person_id}" if person_id else "person", actor=person_id, **detail
        )
