"""Invitations: which roles they can give, what is wrong with one before it is sent, and the mail with its link."""

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from portal import clock
from portal.errors import InvalidError
from portal.parties import people
from portal.parties.tables import Organisation, Person
from portal.record import outbox
from portal.wording import mark, say
from workflows.vocabulary import Party, Role

AT_A_SCHOOL = (Role.READER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.FINANCIAL_CONTACT)
AT_A_BOARD = (Role.READER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.FG, Role.FINANCIAL_CONTACT)
NO_NAME = mark("Vul de naam van uw collega in.")
NO_ADDRESS = mark("Vul een geldig e-mailadres in, bijvoorbeeld naam@school.nl.")
NO_ROLE = mark("Kies een rol.")


def roles_at(organisation: Organisation) -> tuple[Role, ...]:
    """The roles that an invitation can give here; who may sign is never made by an invitation."""
    return AT_A_SCHOOL if organisation.kind in (Party.LOCATION, Party.SCHOOL) else AT_A_BOARD


def check(organisation: Organisation, *, name: str, email: str, role: str) -> Role:
    """The role, when all three are right; InvalidError with a sentence a field when not."""
    faults = person_faults(name=name, email=email)
    if role not in roles_at(organisation):
        faults["role"] = say(NO_ROLE)
    if faults:
        raise InvalidError("De uitnodiging is niet verstuurd.", faults)
    return Role(role)


def person_faults(*, name: str, email: str) -> dict[str, str]:
    """What is wrong with how somebody is named: the field, and a sentence."""
    faults: dict[str, str] = {}
    if not name or len(name) > 200:
        faults["name"] = say(NO_NAME)
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        faults["email"] = say(NO_ADDRESS)
    return faults


def send(session: Session, person: Person, organisation: Organisation, *, link_secret: str, about: str) -> None:
    """Mail a person the link by which an account is made, or a new role is accepted."""
    token = people.invite(session, person, at=clock.now(), link_secret=link_secret)
    outbox.put(
        session,
        key=f"invite:{token[:24]}",
        to=person.email,
        kind="invitation",
        subject=say("Uitnodiging: uw rol bij %(name)s", name=organisation.name),
        about=about,
        link=("accounts.invitation", {"token": token}),
        name=person.name,
        organisation=organisation.name,
        days=people.INVITED_FOR.days,
    )
