"""The pages about one's own account: invitation, second factor, recovery codes, who I am, where I am signed in."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, hash_password, login_user, verify_password

from portal import clock
from portal.database import act, reader
from portal.errors import ExpiredError
from portal.parties import authenticator, mandates, memberships, people, recovery
from portal.parties.tables import Invitation, Person
from portal.views.account_forms import DetailsForm, InvitationForm, NewAppForm, ProofForm
from portal.views.afterwards import outside, tell
from portal.views.sessions import hash_of
from portal.views.sign_in import notify, remember_next, sign_in_first, totp_secrets
from portal.views.sign_in_forms import faults_of
from portal.wording import moment, say
from workflows.vocabulary import ROLE_NAMES, Role

bp = Blueprint("accounts", __name__)

PROVED_FOR = timedelta(minutes=10)
"""How long after signing in, or after saying the password once more, the second factor can be changed."""

READERS_START = "/rapporten?only=1"
"""Where a new account goes that only reads: the list of reports, or the one report there is."""

View = Callable[..., ResponseReturnValue]


def signed_in_only(view: View) -> View:
    """A page for whoever is signed in."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if current_user.is_authenticated else sign_in_first()

    return guarded


def proved_lately(view: View) -> View:
    """A page for whoever signed in, or said the password once more, in the last ten minutes."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return sign_in_first()
        if clock.now().timestamp() - session.get("proved_at", 0) > PROVED_FOR.total_seconds():
            session["prove_for"] = request.path
            return redirect(url_for("accounts.prove"))
        return view(*args, **kwargs)

    return guarded


# --- coming in


@bp.route("/uitnodiging/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """An invitation: who has no account makes one, who has one says yes to the new role; who said yes goes on in."""
    try:
        return _invitation(people.find_invitation(token))
    except ExpiredError:
        reader.rollback()  # it may have been used since it was read
        if current_user.is_authenticated and people.has_taken(token, current_user.id):
            return redirect(url_for("accounts.signed_in"))
        raise


def _invitation(found: Invitation) -> ResponseReturnValue:
    remember_next()
    _remember_document()
    if found.person.password is not None or _is_somebody_else(found.person):
        return _accept_role(found)
    form = InvitationForm(name=found.person.name, function=found.person.function)
    form.email = found.person.email
    if form.validate_on_submit():
        password_hash = hash_password(form.password.data)  # takes its time: not while the act holds the lock
        with act() as kept:
            person_id = people.accept(
                kept,
                found,
                password_hash=password_hash,
                name=form.name.data.strip(),
                function=form.function.data.strip(),
            ).id
        tell("invitation_accepted", person_id)
        person = reader.get_one(Person, person_id)
        login_user(person, authn_via=["invitation"])
        if {each.role for each in memberships.memberships_of(person)} == {Role.READER}:
            session.setdefault("next", READERS_START)
        return redirect(url_for("accounts.signed_in"))
    return _page("accounts/invitation.html", form, person_invited=found.person, roles=_roles_offered(found.person))


def _remember_document() -> None:
    """Who is invited to sign goes on to the document once the account is there."""
    try:
        document_id = UUID(request.args.get("document", ""))
    except ValueError:
        return
    session["next"] = url_for("signing.sign", document_id=document_id)


def _is_somebody_else(person: Person) -> bool:
    """Whether another account is signed in in this browser: nobody makes or takes over an account by mistake."""
    return bool(current_user.is_authenticated and current_user.id != person.id)


def _accept_role(found: Invitation) -> ResponseReturnValue:
    person = found.person
    if request.method == "POST" and current_user.is_authenticated and current_user.id == person.id:
        with act() as kept:
            people.accept(kept, found, password_hash=None, name="", function="")
        tell("invitation_accepted", current_user.id)
        flash(say("U hebt de uitnodiging aangenomen."), "success")
        return redirect(url_for("accounts.signed_in"))
    if request.method == "POST" and not current_user.is_authenticated:
        return sign_in_first()
    if not current_user.is_authenticated:
        session["next"] = request.full_path.rstrip("?")
    return render_template(
        "accounts/invitation_for_account.html",
        person_invited=person,
        roles=_roles_offered(person),
        is_mine=current_user.is_authenticated and current_user.id == person.id,
        is_other=current_user.is_authenticated and current_user.id != person.id,
    )


def _roles_offered(person: Person) -> list[dict[str, str]]:
    return [
        {"role": say(ROLE_NAMES[Role(offered.role)]), "organisation": offered.organisation.name}
        for offered in memberships.invited_memberships_of(person)
    ]


@bp.get("/ingelogd")
@signed_in_only
def signed_in() -> ResponseReturnValue:
    """Where signing in leads: to the second factor when it is still to be set, else to where one wanted to go."""
    if current_user.needs_second_factor and not current_user.has_second_factor:
        return redirect(url_for("accounts.second_factor"))
    return redirect(session.pop("next", None) or "/")


@bp.route("/bevestigen", methods=["GET", "POST"])
@signed_in_only
def prove() -> ResponseReturnValue:
    """Password, and code if there is an app, once more before something that could shut the owner out."""
    form = ProofForm()
    person = _me()
    if form.validate_on_submit():
        if _is_proof(person, form):
            session["proved_at"] = clock.now().timestamp()
            return redirect(session.pop("prove_for", None) or url_for("accounts.account"))
        tell("sign_in_failed", person.id)
        form.form_errors.append(say("Dit klopt niet. Probeer het opnieuw."))
    return _page("accounts/prove.html", form, with_code=person.has_second_factor)


def _is_proof(person: Person, form: ProofForm) -> bool:
    typed = _security().password_util.normalize(form.password.data)
    if not verify_password(typed, person.password or ""):
        return False
    if not person.has_second_factor:
        return True
    with act() as kept:
        return authenticator.code_is_good(
            kept, person.id, form.code.data or "", totp_secrets=totp_secrets(outside().settings)
        )


# --- the second factor


@bp.route("/tweede-factor", methods=["GET", "POST"])
@proved_lately
def second_factor() -> ResponseReturnValue:
    """Sets an authenticator app, or another one: the same QR code stays until its first code was right."""
    person = _me()
    form = NewAppForm()
    if "new_app" not in session:
        session["new_app"] = _security().totp_factory.generate_totp_secret()
    secret = session["new_app"]
    if form.validate_on_submit():
        with act() as kept:
            done = authenticator.set_app(
                kept, person, secret, form.code.data, totp_secrets=totp_secrets(outside().settings)
            )
        if done:
            session.pop("new_app")
            tell("second_factor_set", person.id)
            notify(person, "second_factor_set", say("Er is een app aan uw account gekoppeld"))
            flash(say("Uw app is gekoppeld."), "success")
            return redirect(url_for("accounts.recovery_codes"))
        form.code.errors = [say("Deze code klopt niet. Kijk of uw app nu een andere code laat zien.")]
    return _page(
        "accounts/second_factor.html",
        form,
        account=person,
        app=_security().totp_factory.fetch_setup_values(secret, person),
    )


@bp.post("/tweede-factor/uitzetten")
@proved_lately
def drop_second_factor() -> ResponseReturnValue:
    """Takes the app away again, from whoever has it by choice."""
    person = _me()
    if person.needs_second_factor:
        flash(say("U hebt de app nodig voor een van uw rollen."), "error")
        return redirect(url_for("accounts.account"))
    with act() as kept:
        authenticator.forget_app(kept, kept.get_one(Person, person.id))
    tell("second_factor_dropped", person.id)
    notify(person, "second_factor_dropped", say("De app is losgekoppeld van uw account"))
    flash(say("Inloggen gaat weer zonder code."), "success")
    return redirect(url_for("accounts.account"))


@bp.route("/herstelcodes", methods=["GET", "POST"])
@proved_lately
def recovery_codes() -> ResponseReturnValue:
    """Makes recovery codes and shows them this once."""
    person = _me()
    if not person.has_second_factor:
        return redirect(url_for("accounts.second_factor"))
    codes: list[str] = []
    if request.method == "POST":
        with act() as kept:
            codes = recovery.new_codes(kept, person, secret=outside().settings.secret("totp"))
        tell("recovery_codes_made", person.id)
    return render_template(
        "accounts/recovery_codes.html",
        codes=codes,
        left=len(person.mf_recovery_codes or []),
        as_text="data:text/plain;charset=utf-8," + quote("\r\n".join([say("Herstelcodes van Tekenpoort"), *codes, ""])),
    )


# --- the account


@bp.get("/account")
@signed_in_only
def account() -> ResponseReturnValue:
    """Who I am here, what I may, and where I am signed in."""
    person = _me()
    here = hash_of(getattr(session, "token", None) or "")
    return render_template(
        "accounts/account.html",
        account=person,
        roles=[
            {"role": say(ROLE_NAMES[Role(held.role)]), "organisation": held.organisation.name}
            for held in memberships.memberships_of(person)
        ],
        sessions=[
            {"since": moment(kept.made_at), "seen": moment(kept.seen_at), "is_this": kept.token_hash == here}
            for kept in people.sessions_of(person)
        ],
    )


@bp.route("/account/wijzigen", methods=["GET", "POST"])
@signed_in_only
def details() -> ResponseReturnValue:
    """Name, function and telephone number."""
    person = _me()
    form = DetailsForm(obj=person)
    if mandates.has_mandate(reader, person.id, at=clock.now()):
        form.fix_name(person)
    if form.validate_on_submit():
        with act() as kept:
            mine = kept.get_one(Person, person.id)
            if not mandates.has_mandate(kept, mine.id, at=clock.now()):
                mine.name, mine.function = form.name.data.strip(), form.function.data.strip()
            mine.phone = (form.phone.data or "").strip()
        tell("details_changed", person.id)
        flash(say("Uw gegevens zijn opgeslagen."), "success")
        return redirect(url_for("accounts.account"))
    return _page("accounts/details.html", form)


@bp.post("/account/overal-uitloggen")
@signed_in_only
def sign_out_everywhere() -> ResponseReturnValue:
    """Ends every session of this person, this one included."""
    person = _me()
    with act() as kept:
        people.end_sessions(kept, kept.get_one(Person, person.id))
    tell("sessions_ended", person.id)
    session.clear()
    flash(say("U bent overal uitgelogd."), "success")
    return redirect(url_for("security.login"))


def _me() -> Person:
    person = current_user._get_current_object()
    assert isinstance(person, Person)
    return person


def _security() -> Any:
    return current_app.extensions["security"]


def _page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    errors = faults_of(form)
    return render_template(template, form_filled=form, errors=errors, **context), 422 if errors else 200
