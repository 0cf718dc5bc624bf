"""Products: made and changed by the operator, so that an installation needs no demonstration."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.database import act
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.gate.conditions import CONDITIONS
from portal.offers import applications
from portal.offers.tables import Product
from portal.parties.tables import Organisation
from portal.record import ledger
from portal.wording import mark, say
from workflows.vocabulary import Party

RECIPIENT_GROUPS: Mapping[str, str] = {
    "school": mark("School"),
    "board": mark("Schoolbestuur"),
    "regional_platform": mark("Regionaal platform"),
    "cooperation": mark("Andere samenwerking van scholen"),
    "labour_market_po": mark("Arbeidsmarktplatform po"),
    "labour_market_vo": mark("Arbeidsmarktplatform vo"),
    "po_raad": mark("PO-Raad"),
    "vo_raad": mark("VO-raad"),
    "union": mark("Onderwijsvakbond"),
    "centerdata": mark("Centerdata"),
    "ocw": mark("Ministerie van OCW"),
    "none": mark("Geen van deze groepen"),
}
"""The closed list of who may receive figures (R004-02); "none" is there so that somebody can say so."""
NOBODY = "none"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True)
class Wanted:
    """A product as somebody wants it."""

    name: str
    title: str
    description: str
    contact: str
    supplier: str
    """The name of the organisation; made when no supplier bears it yet."""
    conditions: Sequence[str]
    """Codes of the gate's conditions, in the order in which they are explained."""
    recipient_groups: Sequence[str]
    """Keys of RECIPIENT_GROUPS."""
    rights_holders: Sequence[str] = ()
    """Names of organisations; made when no rights holder bears them yet."""
    has_reports: bool = True
    reports: Sequence[str] = ()
    """Names of the portal's own reports; who asks knows which there are."""
    application: str = ""
    """The address of an application behind the gate; none where there is none."""


def make(wanted: Wanted, *, by: uuid.UUID | None) -> str:
    """A new product; InvalidError, a field at a time, where it cannot be one. Gives its name."""
    faults = faults_of(wanted)
    with act() as session:
        if session.scalar(select(Product.id).where(Product.name == wanted.name)):
            faults["name"] = say("Er is al een product dat %(name)s heet.", name=wanted.name)
        if faults:
            raise InvalidError("Het product is niet opgeslagen.", faults)
        return put(session, Product(name=wanted.name), wanted, by=by).name


Then = Callable[[Session, Product], None]
"""What follows when others become its rights holders; handed to the act, since it stands on a higher floor."""


def change(name: str, wanted: Wanted, *, by: uuid.UUID, then: Then) -> None:
    """Change a product; its name, which stands in addresses, stays."""
    if faults := faults_of(wanted):
        raise InvalidError("Het product is niet opgeslagen.", faults)
    with act() as session:
        product = find(session, name)
        before = {each.id for each in product.rights_holders}
        put(session, product, wanted, by=by)
        if {each.id for each in product.rights_holders} != before:
            then(session, product)


def put(session: Session, product: Product, wanted: Wanted, *, by: uuid.UUID | None) -> Product:
    """Fill a product, inside an act, and witness what its gate asks and who holds rights in it."""
    product.title, product.description, product.contact = wanted.title, wanted.description, wanted.contact
    product.has_reports = wanted.has_reports
    product.supplier_id = _organisation(session, wanted.supplier, Party.SUPPLIER).id
    product.conditions = list(wanted.conditions) if wanted.has_reports else []
    product.reports = list(wanted.reports) if wanted.has_reports else []
    product.application = wanted.application if wanted.has_reports else ""
    product.recipient_groups = [[key, RECIPIENT_GROUPS[key]] for key in RECIPIENT_GROUPS if key in _groups(wanted)]
    holders = [_organisation(session, each, Party.RIGHTS_HOLDER) for each in wanted.rights_holders]
    product.rights_holders = list(dict.fromkeys(holders))
    session.add(product)
    session.flush()
    ledger.append(
        session,
        act="product",
        subject=f"product:{product.id}",
        actor=by,
        name=product.name,
        reports=product.has_reports,
        conditions=list(product.conditions),
        opens=list(product.reports),
        groups=[key for key, _ in product.recipient_groups],
        rights_holders=sorted(str(each.id) for each in product.rights_holders),
        application=product.application,
    )
    return product


def faults_of(wanted: Wanted) -> dict[str, str]:
    """What must be mended before this can be a product: the field, and a sentence."""
    faults: dict[str, str] = {}
    if not _NAME.fullmatch(wanted.name):
        faults["name"] = say("Kies een korte naam van 2 tot 40 kleine letters, cijfers en lage streepjes.")
    for field, text, longest, sentence in (
        ("title", wanted.title, 200, mark("Geef het product een titel van hooguit 200 tekens.")),
        ("supplier", wanted.supplier, 200, mark("Vul de naam van de leverancier in.")),
    ):
        if not text or len(text) > longest:
            faults[field] = say(sentence)
    if len(wanted.description) > 1000:
        faults["description"] = say("Schrijf hooguit 1000 tekens.")
    try:
        validate_email(wanted.contact, check_deliverability=False)
    except EmailNotValidError:
        faults["contact"] = say("Vul een geldig e-mailadres in, waar lezers met vragen terechtkunnen.")
    if any(len(each) > 200 for each in wanted.rights_holders):
        faults["rights_holders"] = say("Een naam heeft hooguit 200 tekens.")
    if not wanted.has_reports:
        return faults
    if wanted.application and not applications.is_address(wanted.application):
        faults["application"] = say(
            "Vul een webadres in dat met https:// of http:// begint, zoals https://portaal.example.nl/monitor/{school}/."
        )
    if not wanted.conditions:
        faults["conditions"] = say(
            "Kies minstens één voorwaarde: zonder voorwaarden staat de poort voor iedereen open."
        )
    elif unknown := [code for code in wanted.conditions if code not in CONDITIONS]:
        faults["conditions"] = say("Deze voorwaarde bestaat niet: %(code)s.", code=unknown[0])
    elif len(set(wanted.conditions)) < len(wanted.conditions):
        faults["conditions"] = say("Elke voorwaarde kan één keer.")
    if not set(_groups(wanted)) - {NOBODY}:
        faults["recipient_groups"] = say("Kies minstens één groep die de cijfers mag ontvangen.")
    return faults


def find(session: Session, name: str) -> Product:
    """The product of this name; NotFoundError when there is none."""
    product = session.scalar(select(Product).where(Product.name == name))
    if product is None:
        raise NotFoundError
    return product


def of_organisation(session: Session, organisation_id: uuid.UUID) -> list[Product]:
    """The products that an organisation supplies or holds rights in."""
    holds = Product.rights_holders.any(Organisation.id == organisation_id)
    theirs = select(Product).where(or_(Product.supplier_id == organisation_id, holds))
    return list(session.scalars(theirs.order_by(Product.title)))


def as_wanted(product: Product) -> Wanted:
    """A product as it is, to be changed."""
    return Wanted(
        product.name,
        product.title,
        product.description,
        product.contact,
        product.supplier.name,
        tuple(product.conditions),
        tuple(key for key, _ in product.recipient_groups if key in RECIPIENT_GROUPS),
        tuple(each.name for each in product.rights_holders),
        product.has_reports,
        tuple(product.reports),
        product.application,
    )


def _groups(wanted: Wanted) -> list[str]:
    return [*(key for key in wanted.recipient_groups if key in RECIPIENT_GROUPS), NOBODY]


def _organisation(session: Session, name: str, kind: Party) -> Organisation:
    """The one organisation of this kind and name; made when there is none. The operator supplies the portal itself."""
    kinds = [kind, Party.OPERATOR] if kind == Party.SUPPLIER else [kind]
    found = list(session.scalars(select(Organisation).where(Organisation.kind.in_(kinds), Organisation.name == name)))
    if len(found) > 1:
        raise RefusedError("Er zijn twee organisaties met de naam %(name)s. Hernoem eerst een van de twee.", name=name)
    if found:
        return found[0]
    made = Organisation(kind=kind, name=name, registered_at=clock.now())  # these do not register themselves
    session.add(made)
    session.flush()
    return made
