"""The forms about one's own account."""

from typing import Any

from flask import current_app
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Optional, ValidationError

from portal.parties.spelling import clean, has_web_address
from portal.parties.tables import Person
from portal.views.sign_in_forms import NEW_PASSWORD_HINT, NOT_EQUAL, SpokenForm
from portal.wording import mark, say

_fill_in_name = mark("Vul uw naam in.")
_fill_in_function = mark("Vul uw functie in, zoals directeur of voorzitter van het bestuur.")
_fixed_for_signatories = mark("U bent tekenbevoegd. Vraag de servicedesk als dit moet veranderen.")
_too_long = mark("Dit is te lang.")
_no_web_address = mark("Zet hier geen webadres. Uw naam staat in mails van het portaal.")


def no_web_address(_form: object, field: Field) -> None:
    """A name stands in mails of ours: nobody is to follow a link in it."""
    if has_web_address(field.data or ""):
        raise ValidationError(say(_no_web_address))


class InvitationForm(SpokenForm, FlaskForm):
    """What makes an invited person an account."""

    name = StringField(
        mark("Naam"),
        description=mark("Uw voornaam en achternaam. Deze naam staat bij wat u ondertekent."),
        render_kw={"autocomplete": "name"},
        filters=[clean],
        validators=[DataRequired(_fill_in_name), Length(max=200, message=_too_long), no_web_address],
    )
    function = StringField(
        mark("Functie"),
        render_kw={"autocomplete": "organization-title"},
        filters=[clean],
        validators=[DataRequired(_fill_in_function), Length(max=200, message=_too_long)],
    )
    password = PasswordField(
        mark("Kies een wachtwoord"),
        description=NEW_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
        validators=[InputRequired(mark("Kies een wachtwoord."))],
    )
    password_confirm = PasswordField(
        mark("Wachtwoord, nog een keer"),
        render_kw={"autocomplete": "new-password"},
        validators=[EqualTo("password", NOT_EQUAL)],
    )
    email = ""

    def validate(self, **kwargs: Any) -> bool:
        """Whether all is filled in and the password will do for somebody with this name."""
        if not super().validate(**kwargs):
            return False
        known = Person(name=self.name.data, email=self.email)
        faults, kept = current_app.extensions["security"].password_util.validate(self.password.data, False, user=known)
        self.password.data = kept
        self.password.errors = faults or []
        return not faults


class DetailsForm(SpokenForm, FlaskForm):
    """What a person may change about themselves."""

    name = StringField(
        mark("Naam"),
        render_kw={"autocomplete": "name"},
        filters=[clean],
        validators=[DataRequired(_fill_in_name), Length(max=200, message=_too_long), no_web_address],
    )
    function = StringField(
        mark("Functie"),
        render_kw={"autocomplete": "organization-title"},
        filters=[clean],
        validators=[DataRequired(_fill_in_function), Length(max=200, message=_too_long)],
    )
    phone = StringField(
        mark("Telefoonnummer"),
        render_kw={"autocomplete": "tel", "type": "tel"},
        filters=[clean],
        validators=[Optional(), Length(max=40, message=_too_long)],
    )

    def fix_name(self, person: Person) -> None:
        """Name and function of who can sign are those the evidence was compared with: shown, not changed here."""
        for field, kept in ((self.name, person.name), (self.function, person.function)):
            field.data = kept
            field.render_kw = {**(field.render_kw or {}), "readonly": True}
            field.description = say(_fixed_for_signatories)


class NewAppForm(SpokenForm, FlaskForm):
    """The first code of a new authenticator app."""

    code = StringField(
        mark("Code uit uw app"),
        validators=[InputRequired(mark("Vul de code van zes cijfers in die uw app nu laat zien."))],
    )


class ProofForm(SpokenForm, FlaskForm):
    """The password once more, and the code where there is an app."""

    password = PasswordField(
        mark("Wachtwoord"),
        render_kw={"autocomplete": "current-password"},
        validators=[InputRequired(mark("Vul uw wachtwoord in."))],
    )
    code = StringField(mark("Code uit uw app"), validators=[Optional()])
