"""A small application around the account pages, and a browser that reads them: for the tests beside it."""

import datetime as dt
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, render_template_string
from flask_security import current_user
from jinja2 import StrictUndefined
from werkzeug.test import TestResponse

from portal import clock, wording
from portal.config import Settings
from portal.database import Base, Database, act, connect, reader
from portal.errors import PortalError
from portal.parties import authenticator, memberships, people
from portal.parties.tables import Organisation
from portal.views import my_data
from portal.views.references import whole
from portal.views.security import secure
from portal.views.shapes import shape_of
from portal.views.sign_in import totp_secrets
from workflows.vocabulary import Role

PASSWORD = "zeven groene fietsen in Drachten"
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Letter:
    """A mail as it was handed to the outbox."""

    to: str
    subject: str
    text: str
    html: str
    kind: str


@dataclass
class Portal:
    """The small application, with what it sent and told."""

    app: Flask
    database: Database
    settings: Settings
    letters: list[Letter] = field(default_factory=list)
    told: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)
    moment: dt.datetime = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)

    def browser(self) -> "Browser":
        return Browser(self)

    def later(self, **span: float) -> None:
        """Lets time pass."""
        self.moment += dt.timedelta(**span)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Inside: this database, at this portal's moment."""
        with self.database.opened(), clock.standing_at(self.moment):
            yield

    @property
    def keys(self) -> dict[str, str]:
        return totp_secrets(self.settings)

    def person(self, email: str, *roles: Role, password: str | None = PASSWORD, app: bool = False) -> str:
        """Somebody with an account, active roles at one school, and perhaps an authenticator app."""
        with self.opened(), self.app.app_context(), act() as session:
            made = people.a_person(session, name=email.partition("@")[0].title(), email=email, function="Directeur")
            school = session.query(Organisation).first() or Organisation(kind="school", name="De Regenboog")
            session.add(school)
            session.flush()
            for role in roles:
                memberships.join(session, made, school, role, status="active")
            security = self.app.extensions["security"]
            if password is not None:
                made.password = _hash(self.app, password)
                made.confirmed_at = clock.now()
            if app:
                made.tf_primary_method = "authenticator"
                made.tf_totp_secret = security.totp_factory.generate_totp_secret()
        return email

    def invited(self, email: str, *roles: Role) -> str:
        """The token of an invitation for these roles."""
        with self.opened(), act() as session:
            made = people.a_person(session, name="Ann de Wit", email=email)
            school = session.query(Organisation).first() or Organisation(kind="school", name="De Regenboog")
            session.add(school)
            session.flush()
            for role in roles:
                memberships.join(session, made, school, role)
            return people.invite(session, made, at=clock.now(), link_secret=self.settings.secret("link"))

    def code(self, email: str) -> str:
        """What the person's app shows now."""
        with self.opened():
            person = people.by_email(reader, email)
            assert person is not None
            return authenticator.unused_code(person, totp_secrets=self.keys)

    def code_counts(self, email: str, code: str) -> bool:
        """Whether a signing act would take this code."""
        with self.opened(), act() as session:
            person = people.by_email(session, email)
            assert person is not None
            return authenticator.code_is_good(session, person.id, code, totp_secrets=self.keys)

    def column(self, email: str, name: str) -> Any:
        """What the database holds of a person now."""
        with self.opened():
            return getattr(people.by_email(reader, email), name)

    def acts_told(self) -> list[str]:
        return [act for act, _, _ in self.told]


class Browser:
    """Reads pages as a person does: follows links, fills in forms with the token they carry."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.client = portal.app.test_client()
        self.page: TestResponse

    def get(self, address: str, **options: Any) -> TestResponse:
        with self.portal.opened():
            self.page = self.client.get(address, **options)
        return self.page

    def post(
        self, address: str, fields: dict[str, str], *, token: str | None = "from the page", **options: Any
    ) -> TestResponse:
        if token == "from the page":
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.page.text)
            token = found.group(1) if found else None
        with self.portal.opened():
            self.page = self.client.post(address, data=fields | ({"csrf_token": token} if token else {}), **options)
        return self.page

    def fill(self, address: str, fields: dict[str, str], **options: Any) -> TestResponse:
        """Opens the page of a form and posts it."""
        self.get(address)
        return self.post(address, fields, **options)

    def follow(self) -> TestResponse:
        """Goes where the last answer sends, to the end."""
        while self.page.status_code in (301, 302, 303):
            self.get(self.page.location)
        return self.page

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        """Address and password, and the code when it is asked."""
        self.fill("/inloggen", {"email": email, "password": password})
        if self.page.status_code == 302 and "/tweede-factor/code" in self.page.location:
            self.portal.later(seconds=31)
            self.fill(self.page.location, {"code": self.portal.code(email)})
        return self.follow()

    @property
    def cookie(self) -> str | None:
        kept = self.client.get_cookie(self.portal.app.config["SESSION_COOKIE_NAME"])
        return kept.value if kept else None


def a_portal(folder: Path, *, public_url: str = "http://127.0.0.1:8000") -> Portal:
    """The account pages on a database of their own, with a home page that says who is there."""
    where = os.environ.get("TEKENPOORT_TEST_DATABASE", f"sqlite:///{folder / 'portal.db'}")
    settings = Settings(data=folder, database_url=where, public_url=public_url)
    database = connect(settings.database_url, ledger_key=settings.secret("ledger").encode())
    Base.metadata.drop_all(database.engine)
    Base.metadata.create_all(database.engine)
    app = Flask("tekenpoort", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.testing = True
    app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = {"argon2__time_cost": 1, "argon2__memory_cost": 64}
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(_=wording.say, ngettext=wording.say_count, shape_of=shape_of)
    app.jinja_env.filters["whole"] = whole
    portal = Portal(app, database, settings)

    def send(to: str, subject: str, text: str, html: str, *, kind: str, key: str | None) -> None:
        with act():  # the outbox writes in an act, as here
            portal.letters.append(Letter(to, subject, text, html, kind))

    def witness(name: str, person_id: Any, **detail: object) -> None:
        with act():
            portal.told.append((name, person_id, detail))

    @app.errorhandler(PortalError)
    def fault(error: PortalError) -> tuple[str, int]:
        return render_template_string(f"<h1>{error.status}</h1><p>{error}</p>"), error.status

    @app.context_processor
    def always() -> dict[str, Any]:
        return {"language": wording.language(), "nav": [], "contact": settings.contact}

    @app.get("/")
    def home() -> str:
        return f"Hallo {current_user.name}" if current_user.is_authenticated else "Hallo bezoeker"

    @app.route("/zaken", methods=["GET", "POST"])
    def cases() -> str:
        return "De zaken"

    app.register_blueprint(my_data.bp)  # the account leads there
    secure(app, settings, send=send, witness=witness)
    return portal


def _hash(app: Flask, password: str) -> str:
    with app.test_request_context():
        from flask_security import hash_password

        return str(hash_password(password))
