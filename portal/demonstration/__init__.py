"""The demonstration: real acts on real schools, with invented people and names, for a machine of one's own."""

import json
import os
import secrets
import shlex
import sys
from pathlib import Path

from sqlalchemy import select

from portal.app import create_app
from portal.config import Settings
from portal.database import reader
from portal.demonstration.stage import EXAMPLE_PDF, PRODUCT, RIGHTS_HOLDERS, Stage
from portal.errors import PortalError, SettingError
from portal.parties import authenticator
from portal.parties.tables import Person
from portal.views.sign_in import totp_secrets

__all__ = ["EXAMPLE_PDF", "PRODUCT", "code_of", "explain", "prepare"]

ACCOUNTS = (
    ("servicedesk@tekenpoort.example", "service desk: the queue, with one registration (code asked)"),
    ("ann.devries@amersfoort.example", "signatory of a board whose declaration is in force (code asked)"),
    ("bas.jansen@amersfoort.example", "the second signatory of that board (code asked)"),
    ("meester.tom@amersfoort.example", "teacher at one of its schools: has not accepted the terms yet"),
    ("sara.bakker@amersfoort.example", "colleague there: one permission to publish that holds, one that waits"),
    ("privacy@amersfoort.example", "privacy officer of that board: assesses the processor agreement (code asked)"),
    ("kim.peeters@leverancier.example", "administrator of the supplier: publishes and offers its agreement"),
    ("sam.dekker@leverancier.example", "signatory of the supplier (code asked)"),
    *((email, f"rights holder of the results monitor, {name}") for name, _, email in RIGHTS_HOLDERS),
    ("peter.mulder@helmond.example", "signatory of a board whose declaration is half signed; has signed (code asked)"),
    ("karin.visser@helmond.example", "the signatory who still has to sign (code asked)"),
)
WORDS = (
    "appel", "boom", "brug", "dijk", "duin", "eiland", "fiets", "gracht", "haven", "heide", "iep", "kade", "klok",
    "kust", "linde", "maan", "molen", "nest", "oever", "polder", "regen", "rivier", "school", "sluis", "sneeuw",
    "ster", "storm", "toren", "tuin", "veen", "vlinder", "wolk", "wilg", "zand", "zee", "zeil",
)  # fmt: skip


def prepare(settings: Settings) -> None:
    """Make the demonstration where there is none yet; what was done in it is kept."""
    path = settings.data / "demo.json"
    if path.exists():
        return
    app = create_app(settings)
    with app.extensions["tekenpoort.database"].opened():
        if reader.scalar(select(Person.id).limit(1)) is not None:
            raise SettingError(f"the demonstration in {settings.data} was left half-made. Run `make demo-reset` first.")
    password = "-".join(secrets.choice(WORDS) for _ in range(4))
    with app.app_context(), app.extensions["tekenpoort.database"].opened():
        Stage(app, settings, password).set()
    path.touch(mode=0o600)
    path.write_text(json.dumps({"password": password}))


def code_of(settings: Settings, name: str) -> str:
    """A code of somebody's authenticator app that works now; only in a demonstration."""
    if not (settings.data / "demo.json").exists():
        raise PortalError(f"There is no demonstration in {settings.data}: `make run` makes one.")
    app = create_app(settings)
    with app.extensions["tekenpoort.database"].opened():
        wanted = name.strip().lower()
        found = [
            person
            for person in reader.scalars(select(Person))
            if wanted in (person.email, person.name.lower(), person.name.lower().split()[0])
        ]
        if len(found) != 1:
            raise PortalError(f"There is no one person called {name!r}. Use the e-mail address.")
        return authenticator.unused_code(found[0], totp_secrets=totp_secrets(settings))


def explain(settings: Settings) -> str:
    """The accounts, and what to try first."""
    password = json.loads((settings.data / "demo.json").read_text())["password"]
    lines = [
        "",
        f"  Tekenpoort runs at {settings.public_url}  (a demonstration: nothing here is binding)",
        "",
        f"  All demo accounts have this password:  {password}",
        "",
        *(f"    {email:<34} {what}" for email, what in ACCOUNTS),
        "",
        f"  Where a code is asked:  {_command(settings)} demo code karin   (or another first name)",
        "",
        "  Try first:",
        "    1. Sign in as karin.visser@helmond.example: one of two signatures is still missing. Read and sign.",
        "    2. Sign in as meester.tom@amersfoort.example: the gate says what is missing. Accept the terms, read.",
        "    3. Sign in as servicedesk@tekenpoort.example: a registration waits in the queue.",
        "    4. Sign in as privacy@amersfoort.example: a supplier offers its processor agreement. Assess it.",
        f"    5. Register a board yourself at {settings.public_url}/inschrijven, for example 13622;",
        f"       the mails are at {settings.public_url}/postvak.",
        "",
    ]
    return "\n".join(lines)


def _command(settings: Settings) -> str:
    """How this very installation's command line is called from where one stands."""
    program = Path(sys.prefix) / "bin" / "tekenpoort"
    shown = os.path.relpath(program) if program.is_relative_to(Path.cwd()) else str(program)
    usual = settings.data == (Path.cwd() / "data").resolve()
    return shown if usual else f"TEKENPOORT_DATA={shlex.quote(str(settings.data))} {shown}"
