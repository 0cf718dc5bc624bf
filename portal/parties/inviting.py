"""Which roles can be given by an invitation, and what is wrong with one before it is sent."""

from email_validator import EmailNotValidError, validate_email

from portal.errors import InvalidError
from portal.parties.tables import Organisation
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
    faults: dict[str, str] = {}
    if not name or len(name) > 200:
        faults["name"] = say(NO_NAME)
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        faults["email"] = say(NO_ADDRESS)
    if role not in roles_at(organisation):
        faults["role"] = say(NO_ROLE)
    if faults:
        raise InvalidError("De uitnodiging is niet verstuurd.", faults)
    return Role(role)
