"""Makes an application safe: sessions, sign-in, second factor, CSRF, limits and headers, all from one function."""

from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Any

from flask import Flask, Response, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_security import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from portal.config import Settings
from portal.errors import NotFoundError, PortalError, TooManyError
from portal.views import accounts, sign_in
from portal.views.afterwards import Outside, Send, Witness, run_afterwards
from portal.views.looks import LOOKS
from portal.views.sessions import PERSON, ServerSideSessions
from portal.wording import mark

CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
CONTENT_OF_PDF = "frame-ancestors 'self'"  # our own page shows it beside the act; the rest says nothing about a PDF
HEADERS = {
    "Content-Security-Policy": CONTENT,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
BEFORE_THE_SECOND_FACTOR = LOOKS | frozenset(
    {"security.logout", "accounts.signed_in", "accounts.second_factor", "accounts.prove"}
)
"""What somebody who must still set a second factor can reach."""
COPIES = ("agreement_texts.as_pdf", "agreement_texts.as_docx", "agreement_publishing.preview_pdf", "case_texts.as_pdf")
"""Where a copy of an agreement is made for whoever asks."""
FAILED = 422
"""The status of a form with faults: only those count against an account."""

_csrf_fault = mark(
    "Dit formulier was te lang open, of u bent intussen uitgelogd. Er is niets opgeslagen. "
    "Ga terug, ververs de pagina en probeer het opnieuw."
)
_too_many = mark("U hebt dit te vaak geprobeerd. Wacht een kwartier en probeer het dan opnieuw.")


Limit = Callable[[Any], Any]


def secure(app: Flask, settings: Settings, *, send: Send, witness: Witness) -> None:
    """Adds all that keeps the portal's pages safe, and the pages about accounts, to the application.

    `send` and `witness` are called after a view's own writes, each may open an act. The faults that come up here are
    PortalErrors, made into pages by the application's one handler. Limits are off while RATELIMIT_ENABLED is False.
    """
    app.config["SECRET_KEY"] = settings.secret("session")
    app.config["SESSION_COOKIE_NAME"] = "__Host-tekenpoort" if settings.secure else "tekenpoort"
    app.config["SESSION_COOKIE_SECURE"] = settings.secure
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a token lives as long as its session
    app.config.setdefault("RATELIMIT_ENABLED", True)
    app.session_interface = ServerSideSessions()
    app.after_request(partial(_add_headers, secure=settings.secure))
    app.after_request(run_afterwards)
    app.before_request(_no_nul)
    CSRFProtect(app)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(RateLimitExceeded, _tried_too_often)
    guard = sign_in.start(app, Outside(settings, send, witness))
    guard.principal.identity_loaders.clear()  # nobody here asks Flask-Principal, who would look at each request
    limited = _limits(Limiter(get_remote_address, app=app, storage_uri=_counters(app), default_limits=[]))
    app.register_blueprint(sign_in.blueprint(limited))
    app.register_blueprint(accounts.bp)
    for endpoint, limit in limited.items():
        name = endpoint if "." in endpoint else f"accounts.{endpoint}"
        if name in app.view_functions:
            app.view_functions[name] = limit(app.view_functions[name])
    app.before_request(_forms_only)
    app.before_request(_second_factor_first)


def _counters(app: Flask) -> str:
    return str(app.config.get("RATELIMIT_STORAGE_URI", "memory://"))


# --- limits


def _limits(limiter: Limiter) -> dict[str, Limit]:
    """The limits of each page by its endpoint; a limit per account also holds for an account that is not there."""

    def limit(rate: str, key: Callable[[], str], *, failed: bool = False, method: str = "POST") -> Limit:
        decorate: Limit = limiter.limit(
            rate,
            key_func=key,
            methods=["GET", "HEAD"] if method == "GET" else [method],  # a HEAD is a GET that is not read
            exempt_when=lambda: not current_app.config["RATELIMIT_ENABLED"],
            deduct_when=(lambda response: response.status_code == FAILED) if failed else None,
        )
        return decorate

    def all_of(*limits: Limit) -> Limit:
        return lambda view: reduce(lambda limited, decorate: decorate(limited), limits, view)

    codes = all_of(limit("10 per 15 minutes", _half_signed_in, failed=True))
    copy = limit("20 per 10 minutes", _signed_in, method="GET")  # each takes seconds of a processor
    return {
        **dict.fromkeys(COPIES, copy),
        "login": all_of(
            limit("10 per minute", get_remote_address, failed=True),
            limit("10 per 15 minutes", _typed_address, failed=True),
        ),
        "forgot_password": all_of(limit("5 per hour", _typed_address), limit("20 per hour", get_remote_address)),
        "reset_password": all_of(limit("20 per hour", get_remote_address)),
        "change_password": all_of(limit("10 per 15 minutes", _signed_in, failed=True)),
        "two_factor_token_validation": codes,
        "mf_recovery": codes,
        "second_factor": all_of(limit("20 per 15 minutes", _signed_in, failed=True)),
        "prove": all_of(limit("10 per 15 minutes", _signed_in, failed=True)),
        "invitation": all_of(limit("30 per hour", get_remote_address)),
        "checking.upload": limit("20 per 10 minutes", get_remote_address),
        "checking.seen": limit("20 per 10 minutes", get_remote_address),
        "checking.by_code": limit("60 per 10 minutes", get_remote_address, method="GET"),
        "checking.head": limit("60 per 10 minutes", get_remote_address, method="GET"),
        "evidence.of_case": limit("30 per hour", _signed_in),
        "evidence.of_organisation": limit("30 per hour", _signed_in),
        "shared_links.show": all_of(
            limit("20 per 10 minutes", _address_asked), limit("60 per 10 minutes", get_remote_address)
        ),
        "sharing.file": copy,
        "tracing.index": limit("20 per 10 minutes", _signed_in),
        "registration.begin": all_of(limit("5 per hour", _typed_address), limit("30 per hour", get_remote_address)),
    }


def _address_asked() -> str:
    return f"path:{request.path}"


def _typed_address() -> str:
    return f"address:{request.form.get('email', '').strip().lower()[:254]}"


def _half_signed_in() -> str:
    return f"code:{session.get('tf_user_id', get_remote_address())}"


def _signed_in() -> str:
    return f"person:{session.get(PERSON, get_remote_address())}"


# --- faults, as PortalErrors for the application's one handler


def _csrf_failed(_fault: CSRFError) -> ResponseReturnValue:
    if request.endpoint == "security.logout" and not current_user.is_authenticated:
        return redirect("/")  # the session was over already
    return current_app.handle_user_exception(PortalError(_csrf_fault))


def _tried_too_often(_fault: RateLimitExceeded) -> ResponseReturnValue:
    return current_app.handle_user_exception(TooManyError(_too_many))


# --- before and after each page


def _no_nul() -> None:
    """No address holds a NUL: PostgreSQL cannot even be asked about it. From a case's form it is taken out."""
    if "\x00" in request.path or _holds_nul(request.args.values()):
        raise NotFoundError


def _holds_nul(texts: Iterable[str]) -> bool:
    return any("\x00" in text for text in texts)


def _forms_only() -> None:
    """Accounts take our own forms: no JSON, Flask-Security's other way in, and no `next` to elsewhere with a post."""
    if request.blueprint not in ("security", "accounts"):
        return
    where = request.values.get("next") if request.method == "POST" else None
    if request.is_json or (where and sign_in.own_path(where) is None) or _holds_nul(request.form.values()):
        raise PortalError(mark("Gebruik het formulier op de pagina."))


def _second_factor_first() -> ResponseReturnValue | None:
    """Whoever needs a second factor and has none sets it before anything else."""
    if request.endpoint in BEFORE_THE_SECOND_FACTOR or not current_user.is_authenticated:
        return None
    if not current_user.needs_second_factor or current_user.has_second_factor:
        return None
    if request.method == "GET" and (path := sign_in.own_path(request.full_path.rstrip("?"))):
        session["next"] = path
    return redirect(url_for("accounts.second_factor"))


def _add_headers(response: Response, *, secure: bool) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "application/pdf":
        response.headers["Content-Security-Policy"] = CONTENT_OF_PDF
    if secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if session and request.endpoint not in LOOKS:
        response.headers["Cache-Control"] = "no-store"
    return response
