"""Flask-Security fitted to the portal: its settings, its messages in Dutch, and only those of its pages that we use."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import flask_security.signals as happenings
from flask import Blueprint, Flask, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import user_logged_out  # type: ignore[import-untyped]
from flask_security import Security, current_user, views
from flask_security.recovery_codes import mf_recovery
from flask_security.utils import send_mail

from portal import clock, theme
from portal.config import Settings
from portal.database import reader
from portal.parties import authenticator, passwords
from portal.parties.tables import Person
from portal.views import sign_in_forms, sign_in_parts
from portal.views.afterwards import Outside, tell
from portal.wording import RECORDED, mark, moment, say, speaking

FORGOT_TAKES = 0.4
"""Seconds before the answer to a forgotten password: longer than the work for a known address ever takes."""


RESET_WITHIN = timedelta(hours=2)
LONGEST_ADDRESS = 2000


def totp_secrets(settings: Settings) -> dict[str, str]:
    """The keys under which the secrets of authenticator apps are kept, the newest with the highest number."""
    return {"1": settings.secret("totp")}


class OurWords:
    """Flask-Security's messages by our own catalogue."""

    @staticmethod
    def gettext(text: str, **values: object) -> str:
        """A message in the reader's language."""
        return say(text, **values)


MESSAGES: dict[str, tuple[str, str]] = {
    "UNAUTHENTICATED": (mark("Log in om deze pagina te zien."), "info"),
    "GENERIC_AUTHN_FAILED": (
        mark("Het e-mailadres en het wachtwoord horen niet bij elkaar. Probeer het opnieuw."),
        "error",
    ),
    "EMAIL_NOT_PROVIDED": (mark("Vul uw e-mailadres in."), "error"),
    "INVALID_EMAIL_ADDRESS": (sign_in_parts.BAD_ADDRESS, "error"),
    "PASSWORD_NOT_PROVIDED": (mark("Vul een wachtwoord in."), "error"),
    "INVALID_PASSWORD": (mark("Dit is niet uw wachtwoord van nu."), "error"),
    "PASSWORD_IS_THE_SAME": (mark("Dit is het wachtwoord dat u al had. Kies een ander."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (sign_in_forms.NOT_EQUAL, "error"),
    "PASSWORD_CHANGE": (mark("Uw wachtwoord is gewijzigd. Op andere apparaten bent u uitgelogd."), "success"),
    "PASSWORD_RESET_REQUEST": (
        mark("Als dit adres bij ons bekend is, krijgt u binnen een paar minuten een mail met een link."),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (mark("Deze link is verlopen. Vraag hieronder een nieuwe."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (mark("Deze link werkt niet of is al gebruikt. Vraag een nieuwe."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (mark("Uw nieuwe wachtwoord is opgeslagen. Log er nu mee in."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (
        mark("Deze code klopt niet of is al gebruikt. Wacht op de volgende code in uw app."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (mark("U bent ingelogd."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (mark("Log eerst in met uw e-mailadres en wachtwoord."), "info"),
    "INVALID_RECOVERY_CODE": (mark("Deze herstelcode klopt niet of is al gebruikt."), "error"),
    "API_ERROR": (mark("Wij konden dit formulier niet lezen. Probeer het opnieuw."), "error"),
    "FORGOT_PASSWORD": (mark("Wachtwoord vergeten?"), "info"),
}

_SUBJECTS = {
    "PASSWORD_RESET": mark("Een nieuw wachtwoord kiezen"),
    "PASSWORD_NOTICE": mark("Uw wachtwoord is opnieuw gekozen"),
    "PASSWORD_CHANGE_NOTICE": mark("Uw wachtwoord is gewijzigd"),
}


def configuration(settings: Settings) -> dict[str, Any]:
    """Flask-Security's settings for this installation."""
    return {
        "SECURITY_PASSWORD_SALT": settings.secret("password_salt"),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_LENGTH_MIN": passwords.SHORTEST,
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "portal.views.sign_in_parts.CodeStep"},
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_TOTP_SECRETS": totp_secrets(settings),
        "SECURITY_TOTP_ISSUER": authenticator.ISSUER,
        "SECURITY_POST_LOGIN_VIEW": "accounts.signed_in",
        "SECURITY_POST_CHANGE_VIEW": "accounts.account",
        "SECURITY_LOGIN_USER_TEMPLATE": "security/sign_in.html",
        "SECURITY_FORGOT_PASSWORD_TEMPLATE": "security/forgotten.html",
        "SECURITY_RESET_PASSWORD_TEMPLATE": "security/reset.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "security/change.html",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "security/code.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "security/recovery.html",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET": "mail/password_reset",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "mail/password_chosen",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "mail/password_changed",
        **{f"SECURITY_EMAIL_SUBJECT_{name}": subject for name, subject in _SUBJECTS.items()},
        **{f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()},
    }


def start(app: Flask, given: Outside) -> Security:
    """Puts Flask-Security into the application, without its blueprint: `blueprint` has the pages we use."""
    app.extensions["tekenpoort.accounts"] = given
    app.config.update(configuration(given.settings))
    security = Security(
        app,
        sign_in_parts.Accounts(reader, Person, sign_in_parts.NoRole),
        register_blueprint=False,
        login_form=sign_in_forms.SignInForm,
        forgot_password_form=sign_in_forms.ForgottenForm,
        reset_password_form=sign_in_forms.ResetForm,
        change_password_form=sign_in_forms.ChangeForm,
        two_factor_verify_code_form=sign_in_forms.CodeForm,
        two_factor_rescue_form=sign_in_forms.RescueForm,
        mf_recovery_form=sign_in_forms.RecoveryForm,
        mail_util_cls=sign_in_parts.Mails,
        password_util_cls=sign_in_parts.Passwords,
        totp_cls=sign_in_parts.OneTimeCodes,
        mf_recovery_codes_util_cls=sign_in_parts.KeptCodes,
        render_template=_page,
    )
    security.mail_context_processor(lambda: _mail_context(given.settings))
    security.i18n_domain = cast(Any, OurWords())
    security.want_json(lambda _request: False)
    security.unauthn_handler(cast(Any, lambda *_args, **_kwargs: sign_in_first()))
    security.login_manager.request_loader(lambda _request: None)  # who somebody is comes from the session alone
    _listen(app)
    return security


def _page(template: str, **context: Any) -> Any:
    """A page of Flask-Security in our template: 422 when its form has faults. A mail comes as its text."""
    if template.startswith("mail/"):
        with speaking(RECORDED):
            return render_template(template, **context)
    name = next(name for name in context if name.endswith("_form") and name != "two_factor_rescue_form")
    errors = sign_in_forms.faults_of(context[name])
    page = render_template(template, form_filled=context[name], errors=errors, **context)
    return make_response(page, 422 if errors else 200)


def _mail_context(settings: Settings) -> dict[str, Any]:
    """What our mails say besides; addresses come from the settings, never from the request's Host header."""
    with speaking(RECORDED):
        link_until = moment(clock.now() + RESET_WITHIN)
    return {
        "portal_url": settings.public_url,
        "contact": settings.contact,
        "is_demo": settings.demo,
        "language": RECORDED,
        "look": theme.load(settings.theme).for_mail(),
        "link_until": link_until,
    }


def notify(person: Person, kind: str, subject: str) -> None:
    """Mails a person what happened to their account: the template `mail/<kind>`."""
    with speaking(RECORDED):
        send_mail(say(subject), person.email, f"mail/{kind}", user=person)


def _listen(app: Flask) -> None:
    def signed_in(_app: Flask, user: Person, authn_via: list[str] | None = None, **_: object) -> None:
        session["proved_at"] = clock.now().timestamp()
        if authn_via != ["change"]:
            tell("signed_in", user.id, second_factor=user.has_second_factor)

    def failed(_app: Flask, user: Person, tfa: bool = False, **_: object) -> None:
        if tfa:
            tell("code_failed", user.id, recovery=False)

    def signed_out(_app: Flask, user: Any, **_: object) -> None:
        if isinstance(person := getattr(user, "_get_current_object", lambda: user)(), Person):
            tell("session_ended", person.id)

    for signal, listener in (
        (happenings.user_authenticated, signed_in),
        (happenings.user_failed_authn, failed),
        (happenings.password_changed, lambda _app, user, **_: tell("password_changed", user.id)),
        (happenings.password_reset, lambda _app, user, **_: tell("password_reset", user.id)),
        (happenings.reset_password_instructions_sent, lambda _app, user, **_: tell("password_reset_asked", user.id)),
        (user_logged_out, signed_out),
    ):
        signal.connect(listener, sender=app, weak=False)


# --- where somebody goes


def own_path(address: str | None) -> str | None:
    """The address when it is a path of this portal, else None: no host, scheme, backslash or control character."""
    if not address or len(address) > LONGEST_ADDRESS or not address.startswith("/") or address.startswith("//"):
        return None
    if any(character == "\\" or character.isspace() or not character.isprintable() for character in address):
        return None
    return address


def remember_next() -> None:
    """Keeps in the session where somebody wants to go after signing in, when that is a page of ours."""
    if (path := own_path(request.args.get("next"))) is not None:
        session["next"] = path


def sign_in_first() -> ResponseReturnValue:
    """To the sign-in page, and afterwards back to this page (or, for a form, to the page it stood on)."""
    path = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=own_path(path)))


# --- the pages


def _login() -> ResponseReturnValue:
    if request.method == "GET":
        remember_next()
    response: ResponseReturnValue = views.login()
    return response


def _code() -> ResponseReturnValue:
    if current_user.is_authenticated:  # the back button after signing in; Flask-Security would sign out
        return redirect(url_for("accounts.signed_in"))
    response: ResponseReturnValue = views.two_factor_token_validation()
    return response


def _forgot_password() -> ResponseReturnValue:
    if request.method == "POST":
        g.answer_at = time.monotonic() + FORGOT_TAKES
    response: ResponseReturnValue = views.forgot_password()
    return response


def _logout() -> ResponseReturnValue:
    response: ResponseReturnValue = cast(View, views.logout)()
    flash(say("U bent uitgelogd."), "success")
    return response


View = Callable[..., ResponseReturnValue]


def blueprint(limited: Mapping[str, Callable[[Any], Any]]) -> Blueprint:
    """The pages of Flask-Security that the portal has, each with its limits by endpoint name."""
    bp = Blueprint("security", __name__)
    both, post = ["GET", "POST"], ["POST"]
    pages: tuple[tuple[str, str, View, list[str]], ...] = (
        ("/inloggen", "login", _login, both),
        ("/uitloggen", "logout", _logout, post),
        ("/wachtwoord-vergeten", "forgot_password", _forgot_password, both),
        ("/wachtwoord-vergeten/<token>", "reset_password", views.reset_password, both),
        ("/wachtwoord-wijzigen", "change_password", views.change_password, both),
        ("/tweede-factor/code", "two_factor_token_validation", _code, both),
        ("/tweede-factor/herstelcode", "mf_recovery", mf_recovery, both),
    )
    for address, endpoint, view, methods in pages:
        shown = limited[endpoint](view) if endpoint in limited else view
        bp.add_url_rule(address, endpoint, shown, methods=methods)
    # Flask-Security makes this address on its code page; we have no such page.
    bp.add_url_rule("/tweede-factor/herstelcode", "two_factor_rescue", build_only=True)
    return bp
