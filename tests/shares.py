"""A report that Tom passed on to somebody without an account, straight in the database."""

import datetime as dt
import hashlib
import uuid

from sqlalchemy.orm import Session

from portal.offers.tables import Product
from portal.reports.share_tables import Share
from portal.reports.trace import mark_of
from tests.builders import PRODUCT, SCHOOL, TOM, Portal

TOKEN = "kim-has-this-token"


def a_share(portal: Portal) -> uuid.UUID:
    """A link of today, by which nobody came yet."""
    tom = portal.visitor(TOM).person_id

    def put_down(session: Session) -> uuid.UUID:
        product = session.query(Product).filter_by(name=PRODUCT).one()
        number = session.query(Share).count() + 1
        made = Share(number=number, mark=mark_of(number), product_id=product.id, report="schoolkaart", subject=SCHOOL)
        made.subject_name, made.kind, made.person_id, made.made_at = "De Jozefschool", "link", tom, portal.moment
        made.recipient, made.recipient_email, made.recipient_organisation = "Kim Peters", "kim@mr.example", "De MR"
        made.group, made.group_name, made.purpose = "school", "School", "Bespreken in de medezeggenschapsraad."
        made.token_hash = hashlib.sha256((TOKEN if number == 1 else f"{TOKEN}{number}").encode()).hexdigest()
        made.until = portal.moment + dt.timedelta(days=14)
        session.add(made)
        session.flush()
        return made.id

    return portal.do(put_down)
