"""Passing a report on: as a file or by a link, within the closed list of the product's terms, recorded and recalled."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import ExpiredError, InvalidError, NotFoundError, RefusedError
from portal.offers.products import NOBODY
from portal.offers.tables import Product
from portal.parties import retention
from portal.parties.spelling import has_web_address
from portal.parties.tables import Person
from portal.record import ledger, outbox
from portal.reports.share_tables import Share, ShareOpening
from portal.reports.trace import BITS, mark_of, marks_in
from portal.wording import day, mark, moment, say

FILES: Mapping[str, str] = {"pdf": mark("PDF"), "xlsx": mark("Spreadsheet (XLSX)"), "csv": mark("Tabel (CSV)")}
LINK = "link"
OTHER, PERMITTED = "other", "permitted"
DUTIES: Mapping[str, str] = {
    "duty_inspectorate": mark("de Inspectie van het Onderwijs"),
    "duty_ap": mark("de Autoriteit Persoonsgegevens"),
    "duty_court": mark("een rechter of de officier van justitie"),
    "duty_woo": mark("wie het vraagt op grond van de Wet open overheid"),
    "duty_access": mark("wie zijn eigen gegevens wil inzien (AVG, artikel 15)"),
}
"""Who may demand figures by law, whatever the terms say (R004-02)."""
LASTS = dt.timedelta(days=14)
"""So long a link works."""
MOST_LINKS = 50
"""So many links somebody sends in a day: the portal is no way to mail the world."""
LONGEST_NAME, LONGEST_WORDS, SHORTEST_PURPOSE = 200, 2000, 10
YOURSELF = mark("Dit bent u zelf. Neem het rapport dan mee voor uzelf: dat hoeft niet met een link.")
OUTSIDE = mark(
    "Aan anderen mag u %(product)s niet geven. Dat kan alleen met toestemming van %(holders)s. Die vraagt u hieronder "
    "aan. Vragen? Mail %(contact)s."
)
UNDER = mark("Onder toestemming %(reference)s")
NO_PERMISSION = mark("Deze toestemming geldt niet (meer) voor u en dit product. Er is niets gedeeld.")
PERMISSION_OVER = mark("De toestemming waaronder dit is gedeeld, is ingetrokken.")
NO_ADDRESS = mark("Dit is geen geldig e-mailadres. Een goed adres is bijvoorbeeld naam@school.nl.")
NO_ADDRESSES = mark("Zet hier geen webadres. In de mail staat één link: die naar het rapport.")
NOT_ONE = mark("Kies een van de mogelijkheden.")
_IN_THE_MAIL = ("recipient", "recipient_organisation", "purpose")
SENT = mark("Een rapport van %(organisation)s voor u: %(title)s")
RECALLED = mark("Teruggevraagd: %(title)s (%(reference)s)")


@dataclass(frozen=True)
class Passing:
    """What somebody wants to pass on, as they filled it in."""

    kind: str
    is_own_use: bool
    recipient: str = ""
    recipient_email: str = ""
    recipient_organisation: str = ""
    group: str = ""
    purpose: str = ""
    duty: str = ""
    legal_basis: str = ""
    permission: uuid.UUID | None = None
    """The case of the permission under which it goes outside the closed list."""


@dataclass(frozen=True)
class About:
    """Which report it is."""

    product_id: uuid.UUID
    report: str
    title: str
    subject: str
    subject_name: str
    kinds: tuple[str, ...] = tuple(FILES)
    """As which files it can go along."""
    has_personal_data: bool = False
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The numbers that were filled in for a forecast."""


@dataclass(frozen=True)
class Permitted:
    """A permission to share outside the closed list: how it is named, and when it is over."""

    reference: str
    until: dt.datetime | None


def complaints(passing: Passing, about: About, *, product: Product, person: Person, contact: str) -> dict[str, str]:
    """What is not right about it, a sentence for each field; nothing where it can be passed on (R004-02, -03)."""
    found: dict[str, str] = {}
    if passing.kind not in (*about.kinds, LINK):
        found["kind"] = say(NOT_ONE)
    if about.has_personal_data and len(passing.legal_basis) < SHORTEST_PURPOSE:
        found["legal_basis"] = say("Schrijf op waarom u deze persoonsgegevens mag geven: de grond in de wet.")
    if len(passing.purpose) < SHORTEST_PURPOSE:
        found["purpose"] = say("Schrijf in een zin waarvoor het is.")
    if passing.is_own_use:
        if passing.kind == LINK:
            found["kind"] = say("Een link is voor iemand anders. Kies een bestand als het voor uzelf is.")
        return found | _too_long(passing)
    if not passing.recipient:
        found["recipient"] = say("Vul in wie het krijgt.")
    elif _same(passing.recipient, person.name) or _address(passing.recipient_email) == _address(person.email):
        found["recipient"] = say(YOURSELF)
    if not passing.recipient_organisation:
        found["recipient_organisation"] = say("Vul in bij welke organisatie die persoon werkt.")
    if passing.kind == LINK and not passing.recipient_email:
        found["recipient_email"] = say("Vul het e-mailadres in waar de link heen gaat.")
    elif passing.recipient_email and not _is_address(passing.recipient_email):
        found["recipient_email"] = say(NO_ADDRESS)
    if passing.group == OTHER:
        holders = " en ".join(each.name for each in product.rights_holders) or product.supplier.name
        found["group"] = say(OUTSIDE, product=product.title, holders=holders, contact=contact)
    elif passing.group == PERMITTED and passing.permission:
        pass  # whether it holds is asked inside the act
    elif passing.group not in groups_of(product) and passing.group not in DUTIES:
        found["group"] = say(NOT_ONE)
    elif passing.group in DUTIES and len(passing.duty) < SHORTEST_PURPOSE:
        found["duty"] = say("Schrijf op welk wetsartikel het gaat en welke brief of welk besluit erom vraagt.")
    for name in _IN_THE_MAIL:
        said = getattr(passing, name)
        if passing.kind == LINK and has_web_address(said):
            found[name] = say(NO_ADDRESSES)
        if marks_in(said):
            found[name] = say("Zet hier geen merk van een ander rapport.")
    if passing.kind == LINK and has_web_address(person.name):
        found["kind"] = say("In uw naam staat een webadres. Pas eerst uw naam aan: hij staat in de mail.")
    return found | _too_long(passing)


def groups_of(product: Product) -> dict[str, str]:
    """The closed list of who may receive its figures, by key."""
    return {str(key): str(name) for key, name in product.recipient_groups if key != NOBODY}


def share(
    share_id: uuid.UUID,
    about: About,
    passing: Passing,
    *,
    by: uuid.UUID,
    is_open: Callable[[Session], bool],
    contact: str,
    link_secret: str,
    permitted: Callable[[Session], Permitted | None] = lambda _session: None,
) -> uuid.UUID:
    """Record it, and mail the link where it is one. Pressing twice passes on once: the id was made with the form."""
    with act() as session:
        known = session.get(Share, share_id)
        if known is not None:
            if known.person_id != by:
                raise NotFoundError
            if _is_another(known, about, passing):
                raise RefusedError(mark("Dit is al gedeeld, met iets anders erin. Begin opnieuw bij het rapport."))
            return known.id
        product, person = session.get_one(Product, about.product_id), session.get_one(Person, by)
        if not is_open(session):
            raise RefusedError(mark("Dit rapport staat niet meer voor u open. Er is niets gedeeld."))
        if faults := complaints(passing, about, product=product, person=person, contact=contact):
            raise InvalidError("", faults)
        under = permitted(session) if passing.permission else None
        if passing.permission and under is None:
            raise InvalidError("", {"group": say(NO_PERMISSION)})
        if passing.kind == LINK and _links_today(session, by) >= MOST_LINKS:
            raise InvalidError(
                "", {"kind": say("U stuurde vandaag al %(count)s links. Probeer het morgen weer.", count=MOST_LINKS)}
            )
        made = _recorded(session, share_id, about, passing, person, permission=under.reference if under else "")
        ledger.append(
            session,
            act="share",
            subject=f"share:{made.id}",
            actor=by,
            product=str(product.id),
            report=about.report,
            about=about.subject,
            kind=passing.kind,
            group=made.group,
            mark=made.mark,
            permission=str(made.permission_id) if made.permission_id else None,
        )
        if passing.kind == LINK:
            _mail_link(session, made, about.title, link_secret, ends=under.until if under else None)
        return made.id


def find(session: Session, token: str) -> Share:
    """The share behind a link; NotFoundError where there is none, ExpiredError where it is over."""
    found = session.scalar(select(Share).where(Share.token_hash == _hash(token)))
    if found is None:
        raise NotFoundError
    if found.recalled_at is not None:
        raise ExpiredError(mark("Deze link is teruggevraagd door wie hem stuurde. Het rapport is niet meer te openen."))
    if found.until is not None and found.until <= clock.now():
        raise ExpiredError(mark("Deze link werkt niet meer. Vraag %(name)s om een nieuwe."), name=found.person.name)
    return found


def take(token: str, *, is_open: Callable[[Session, Share], bool]) -> None:
    """The recipient says to have read that it is confidential, and takes the report; each time is written down."""
    with act() as session:
        found = find(session, token)
        if not is_open(session, found):
            refuse_shut(found)
        session.add(ShareOpening(share_id=found.id))
        if found.acknowledged_at is None:
            found.acknowledged_at = clock.now()
            ledger.append(session, act="acknowledge_share", subject=f"share:{found.id}", mark=found.mark)


def refuse_shut(found: Share) -> NoReturn:
    """Say that who sent it may not see it any more; raises RefusedError."""
    raise RefusedError(
        mark("%(name)s mag dit rapport zelf niet meer zien. Daarom gaat het voor u ook niet open."),
        name=found.person.name,
    )


def recall(share_id: uuid.UUID, *, why: str, by: uuid.UUID, may: Callable[[Session, Share, uuid.UUID], bool]) -> None:
    """Ask it back: a link dies at once, the recipient is told. Asking twice asks once."""
    with act() as session:
        found = session.get(Share, share_id)
        if found is None or not may(session, found, by):
            raise NotFoundError
        if found.recalled_at is not None:
            return
        if not why or len(why) > LONGEST_WORDS:
            raise InvalidError("", {"why": say("Schrijf in een paar woorden waarom. De ontvanger leest dit.")})
        if found.recipient_email and has_web_address(why):
            raise InvalidError("", {"why": say(NO_ADDRESSES)})
        _recall(session, found, why=why, by=by)


def recall_all(session: Session, permission_id: uuid.UUID, *, why: str, by: uuid.UUID) -> None:
    """Ask back everything that was shared under a permission that is over. Inside an act."""
    why = say(PERMISSION_OVER) if not why or has_web_address(why) else why
    under = select(Share).where(Share.permission_id == permission_id, Share.recalled_at.is_(None))
    for each in session.scalars(under):
        _recall(session, each, why=why, by=by)


def _recall(session: Session, found: Share, *, why: str, by: uuid.UUID) -> None:
    found.recalled_at, found.recalled_by, found.recalled_because = clock.now(), by, why
    ledger.append(session, act="recall_share", subject=f"share:{found.id}", actor=by, mark=found.mark)
    if found.recipient_email:
        outbox.put(
            session,
            key=f"share_recalled:{found.id}",
            to=found.recipient_email,
            kind="share_recalled",
            subject=say(RECALLED, title=found.subject_name, reference=found.reference),
            about=f"share:{found.id}",
            name=found.recipient,
            who=found.person.name,
            title=found.subject_name,
            product=found.product.title,
            reference=found.reference,
            on=day(clock.day_of(found.made_at)),
            why=why,
        )


def forget_what_is_over() -> int:
    """Delete what was passed on too long ago; says how many. The ledger keeps id and mark."""
    with act() as session:
        over = select(Share.id).where(Share.made_at < clock.now() - retention.SHARE)
        session.execute(delete(ShareOpening).where(ShareOpening.share_id.in_(over)))
        ids = list(session.scalars(over))
        session.execute(delete(Share).where(Share.id.in_(ids)))
        return len(ids)


# --- How ---------------------------------------------------------------------------------------------------------


def _is_another(known: Share, about: About, passing: Passing) -> bool:
    """Whether the same form was filled in again with something else."""
    made = (known.report, known.subject, known.kind, known.inputs)
    if (about.report, about.subject, passing.kind, dict(about.inputs)) != made:
        return True
    if passing.is_own_use or known.is_own_use:
        return (passing.is_own_use, passing.purpose) != (known.is_own_use, known.purpose)
    named = ("recipient", "recipient_email", "recipient_organisation", "group", "purpose")
    duty = passing.duty if passing.group in DUTIES else ""
    basis = passing.legal_basis if about.has_personal_data else ""
    then = (known.duty, known.legal_basis, known.permission_id)
    return (duty, basis, passing.permission) != then or any(
        getattr(passing, each) != getattr(known, each) for each in named
    )


def _recorded(
    session: Session, share_id: uuid.UUID, about: About, passing: Passing, person: Person, *, permission: str
) -> Share:
    own, product = passing.is_own_use, session.get_one(Product, about.product_id)
    known = groups_of(product) | {key: say(name) for key, name in DUTIES.items()}
    known[PERMITTED] = say(UNDER, reference=permission)
    made = Share(
        id=share_id,
        number=(session.scalar(select(func.max(Share.number))) or 0) + 1,
        mark=mark_of(secrets.randbits(BITS)),
        product_id=product.id,
        report=about.report,
        title=about.title,
        subject=about.subject,
        subject_name=about.subject_name,
        legal_basis=passing.legal_basis if about.has_personal_data else "",
        kind=passing.kind,
        inputs=dict(about.inputs),
        person_id=person.id,
        is_own_use=own,
        recipient=person.name if own else passing.recipient,
        recipient_email="" if own else passing.recipient_email,
        recipient_organisation=about.subject_name if own else passing.recipient_organisation,
        group="" if own else passing.group,
        group_name="" if own else known[passing.group],
        purpose=passing.purpose,
        permission_id=None if own else passing.permission,
        duty=passing.duty if passing.group in DUTIES and not own else "",
    )
    session.add(made)
    session.flush()
    return made


def _mail_link(session: Session, made: Share, title: str, link_secret: str, *, ends: dt.datetime | None) -> None:
    mac = hmac.digest(link_secret.encode(), b"share:" + made.id.bytes, "sha256")
    token = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    made.token_hash, made.until = _hash(token), min(each for each in (clock.now() + LASTS, ends) if each)
    outbox.put(
        session,
        key=f"share_link:{made.id}",
        to=made.recipient_email,
        kind="share_link",
        subject=say(SENT, organisation=made.subject_name, title=title),
        about=f"share:{made.id}",
        link=("shared_links.show", {"token": token}),
        name=made.recipient,
        who=made.person.name,
        title=title,
        school=made.subject_name,
        product=made.product.title,
        purpose=made.purpose,
        until=moment(made.until),
        reference=made.reference,
    )


def _too_long(passing: Passing) -> dict[str, str]:
    longest = {
        "recipient": LONGEST_NAME, "recipient_email": 254, "recipient_organisation": LONGEST_NAME,
        "purpose": LONGEST_WORDS, "duty": LONGEST_WORDS, "legal_basis": LONGEST_WORDS,
    }  # fmt: skip
    return {
        name: say("Dit is te lang. U mag %(count)s tekens gebruiken.", count=most)
        for name, most in longest.items()
        if len(getattr(passing, name)) > most
    }


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _address(email: str) -> str:
    """An address without what people add to have a second one."""
    local, _, host = email.casefold().partition("@")
    return f"{local.partition('+')[0]}@{host}" if host else secrets.token_hex(8)


def _links_today(session: Session, person_id: uuid.UUID) -> int:
    since = clock.now() - dt.timedelta(days=1)
    sent = select(func.count()).where(Share.person_id == person_id, Share.kind == LINK, Share.made_at > since)
    return session.scalar(sent) or 0


def _is_address(email: str) -> bool:
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
