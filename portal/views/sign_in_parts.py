"""Flask-Security's replaceable parts: where persons are kept, codes that work once, our password rules, our mails."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from flask_security import RoleMixin, SQLAlchemySessionUserDatastore
from flask_security.mail_util import EmailValidateException, MailUtil
from flask_security.password_util import PasswordUtil
from flask_security.recovery_codes import MfRecoveryCodesUtil
from flask_security.totp import Totp
from flask_security.twofactor import CodeTfPlugin
from sqlalchemy import CursorResult, delete, inspect, update

from portal.database import act, reader
from portal.errors import RefusedError
from portal.parties import authenticator, passwords, recovery
from portal.parties.tables import Person, WebSession
from portal.views.afterwards import afterwards, outside, tell
from portal.wording import mark, say

BAD_ADDRESS = mark("Vul een e-mailadres in, zoals naam@school.nl.")


class NoRole(RoleMixin):
    """Flask-Security wants a class for roles; ours are memberships."""


class Accounts(SQLAlchemySessionUserDatastore):
    """Persons, read through the reader's session and written in an act."""

    def commit(self) -> None:
        """Stores what the view changed on a person, unless that person was changed meanwhile, and ends old sessions."""
        changes: list[tuple[UUID, str, dict[str, Any]]] = []
        for person in reader.dirty:
            assert isinstance(person, Person)
            state = inspect(person)
            changed = {
                attribute.key: attribute.value
                for attribute in state.attrs
                if attribute.key != "memberships" and attribute.history.has_changes()
            }
            was = state.attrs.fs_uniquifier.history
            changes.append((person.id, cast(Sequence[str], was.deleted or was.unchanged)[0], changed))
        reader.rollback()  # nothing is written here; SQLite could not, after a read that somebody wrote past
        if not any(changed for _, _, changed in changes):
            return
        with act() as kept:
            for person_id, was_known_as, changed in changes:
                same = (Person.id == person_id, Person.fs_uniquifier == was_known_as)
                done = kept.execute(update(Person).where(*same).values(changed))
                assert isinstance(done, CursorResult)
                if done.rowcount != 1:
                    raise RefusedError(mark("Uw account is intussen veranderd. Probeer het opnieuw."))
                if "fs_uniquifier" in changed:
                    kept.execute(delete(WebSession).where(WebSession.person == was_known_as))


class OneTimeCodes(Totp):
    """Codes that count once, at sign-in and at signing together."""

    def __init__(self, keys: Mapping[str, str], issuer: str) -> None:
        super().__init__(dict(keys), issuer)
        self.keys = keys

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:  # noqa: ARG002
        """Whether the code is good now, and was not used before."""
        with act() as kept:
            return authenticator.code_is_good(kept, user.id, token, totp_secrets=self.keys)

    def get_last_counter(self, user: Any) -> int | None:
        """The time step of the code that was used last."""
        return getattr(user, "totp_counter", None)


class CodeStep(CodeTfPlugin):
    """The step after the password; where to go then stands in the session, not in the address of the code page."""

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Any:  # noqa: ARG002
        """To the page that asks for the code."""
        return super().tf_login(user, json_payload, None)


class KeptCodes(MfRecoveryCodesUtil):
    """Recovery codes of which only the HMAC is kept."""

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether this is one of the unused codes."""
        return recovery.is_known(user, code, secret=outside().settings.secret("totp"))

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Uses the code up; two at once with the same code: the second is refused."""
        with act() as kept:
            used = recovery.use(kept, user.id, code, secret=outside().settings.secret("totp"))
        if not used:
            raise RefusedError(mark("Deze herstelcode is al gebruikt. Neem een andere."))
        tell("recovery_code_used", user.id, left=len(user.mf_recovery_codes or []))
        return True


class Passwords(PasswordUtil):
    """Our rules for a new password."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:  # noqa: ARG002
        """The faults of a new password, and the password as it is kept."""
        typed = self.normalize(password)
        user = kwargs.get("user")
        own = [user.name, user.email.split("@")[0]] if user is not None else []
        fault = passwords.fault_of(typed, own_words=own)
        return ([say(fault)] if fault else None), typed


class Mails(MailUtil):
    """Addresses in lower case, and mails through the portal's outbox."""

    def normalize(self, email: str) -> str:
        """An address as the portal keeps it."""
        try:
            found = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError as fault:
            raise EmailValidateException(say(BAD_ADDRESS)) from fault
        return found.normalized.lower()

    validate = normalize

    def send_mail(  # noqa: PLR0917 -- their signature
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002
        body: str | None,
        html: str | None,
        **_kwargs: Any,
    ) -> None:
        """Hands a made mail to the outbox once the view's own writes are done."""
        kind = template.rsplit("/", 1)[-1]
        afterwards(partial(outside().send, str(recipient), str(subject), body or "", html or "", kind=kind, key=None))
