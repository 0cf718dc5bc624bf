"""The forms of signing in, with our labels and faults instead of Flask-Security's."""

from typing import Any, cast

from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    ForgotPasswordForm,
    IsString,
    LoginForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorVerifyCodeForm,
    email_required,
    password_required,
    valid_user_email,
)
from flask_security.recovery_codes import MfRecoveryForm
from wtforms import EmailField, Field, PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, InputRequired

from portal.parties.tables import Person
from portal.views.afterwards import tell
from portal.wording import mark, say


class SpokenForm:
    """Labels and faults in the reader's language; comes before the form class it goes with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:  # type: ignore[attr-defined]
            field.label.text = say(str(field.label.text))
            field.description = say(str(field.description))

    def validate(self, **kwargs: Any) -> bool:
        """Whether all fields are good; says each fault once."""
        valid = bool(super().validate(**kwargs))  # type: ignore[misc]
        for field in self:  # type: ignore[attr-defined]
            field.errors = list(dict.fromkeys(say(str(fault)) for fault in field.errors))
        return valid


def faults_of(form: Any) -> list[tuple[str | None, str]]:
    """The faults of a form as the error summary wants them."""
    of_form = dict.fromkeys(str(fault) for fault in form.form_errors)
    return [(None, fault) for fault in of_form] + [(field.id, fault) for field in form for fault in field.errors]


NEW_PASSWORD_HINT = mark("15 tekens of meer. Een korte zin is makkelijk te onthouden.")
_address = mark("E-mailadres")
_new_password = mark("Nieuw wachtwoord")
_once_more = mark("Nieuw wachtwoord, nog een keer")
NOT_EQUAL = mark("De twee wachtwoorden zijn niet gelijk.")
_no_submit: Any = None  # WTForms takes a field that is None out of the form; our templates bring their own button


class SignInForm(SpokenForm, LoginForm):
    """Address and password; no "remember me", whose cookie would outlive the sessions at the server."""

    email = EmailField(
        _address,
        render_kw={"autocomplete": "username"},
        validators=[IsString(), email_required, EmailValidation(verify=False)],
    )
    password = PasswordField(
        mark("Wachtwoord"),
        render_kw={"autocomplete": "current-password"},
        validators=[IsString(), password_required],
    )
    remember = _no_submit
    submit = _no_submit

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.next.data = ""  # we remember where somebody wanted to go in the session
        self.password.description = ""

    def validate_next(self, field: Field) -> None:
        """Takes no address from the form."""
        field.data = ""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the two belong together; the ledger hears of a failure in the same way whoever was named."""
        valid = super().validate(**kwargs)
        if not valid and self.email.data and self.password.data:
            tell("sign_in_failed", cast(Person, self.user).id if self.user else None)
        return valid


class ForgottenForm(SpokenForm, ForgotPasswordForm):
    """The address to which a link is sent."""

    email = EmailField(
        _address,
        render_kw={"autocomplete": "username"},
        validators=[IsString(), email_required, EmailValidation(verify=True), valid_user_email],
    )
    submit = _no_submit

    def validate(self, **kwargs: Any) -> bool:
        """Whether this is somebody with an account; who was invited only comes in by the invitation."""
        return super().validate(**kwargs) and cast(Person, self.user).password is not None


class ResetForm(SpokenForm, ResetPasswordForm):
    """A new password, twice."""

    password = PasswordField(
        _new_password,
        description=NEW_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
        validators=[IsString(), password_required],
    )
    password_confirm = PasswordField(
        _once_more,
        render_kw={"autocomplete": "new-password"},
        validators=[IsString(), EqualTo("password", message=NOT_EQUAL)],
    )
    submit = _no_submit


class ChangeForm(SpokenForm, ChangePasswordForm):
    """The password of now, and a new one, twice."""

    password = PasswordField(mark("Wachtwoord van nu"), render_kw={"autocomplete": "current-password"})
    new_password = PasswordField(
        _new_password,
        description=NEW_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
        validators=[IsString(), password_required],
    )
    new_password_confirm = PasswordField(
        _once_more,
        render_kw={"autocomplete": "new-password"},
        validators=[IsString(), EqualTo("new_password", message=NOT_EQUAL)],
    )
    submit = _no_submit


class CodeForm(SpokenForm, TwoFactorVerifyCodeForm):
    """The code that the authenticator app shows."""

    code = StringField(
        mark("Code uit uw app"),
        validators=[IsString(), InputRequired(mark("Vul de code van zes cijfers in die uw app nu laat zien."))],
    )
    submit = _no_submit


class RecoveryForm(SpokenForm, MfRecoveryForm):
    """One of the recovery codes."""

    code = StringField(
        mark("Herstelcode"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
        validators=[IsString(), InputRequired(mark("Vul een van uw herstelcodes in."))],
    )
    submit = _no_submit

    def validate(self, **kwargs: Any) -> bool:
        """Whether the code is one of the person's."""
        valid = super().validate(**kwargs)
        if not valid and self.code.data:
            tell("code_failed", cast(Person, self.user).id, recovery=True)
        return valid


class RescueForm(TwoFactorRescueForm):
    """Flask-Security makes this form on its code page; we do not show it, so it offers nothing."""

    help_setup = RadioField(choices=[])
    submit = _no_submit
