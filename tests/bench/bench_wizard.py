"""The same eleven screens in plain Django 5.2 with formtools: what the portal's steps are measured beside.

Run with Django's own Python. The forms are made of the very same workflow definitions, so that both ask the same
questions. Django gets what makes it quick here: WAL, connections that stay open, cached templates. With a folder as
argument it sets up its database there and prints the session cookie of somebody who is signed in.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django import forms
from django.conf import settings

from workflows import board_declaration, dpia_assessment, registration
from workflows import vocabulary as v

HOUSE = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("BENCH_WIZARD") or sys.argv[1])
OF_AN_ASSESSMENT = os.environ.get("BENCH_SCREENS") == "dpia_reuse"
WRITTEN = ("subject", "need", "comparison", "measures", "risks", "views")
"""The steps of an assessment that one person writes, before use begins; the last is only come to."""
SCREENS = (
    tuple(each for each in dpia_assessment.WORKFLOW.steps if each.name in WRITTEN)
    if OF_AN_ASSESSMENT
    else (*registration.WORKFLOW.steps, *board_declaration.WORKFLOW.steps[:3])
)
MODEL = json.loads((HOUSE / "portal" / "offers" / "shipped" / "dpia_office_suite_2026-11.json").read_text("utf-8"))
NOT_FOR_A_BOARD = ("support",)
LAYOUT = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>{{ wizard.steps.current }} - Wizard</title></head>
<body><header><a href="/">Wizard</a> <nav><ul><li><a href="/wizard">Inschrijven</a></li></ul></nav>
<p>{{ request.user.first_name }}</p></header>
<main><h1>Stap {{ wizard.steps.step1 }} van {{ wizard.steps.count }}</h1>
<form method="post"{% if form.is_multipart %} enctype="multipart/form-data"{% endif %}>{% csrf_token %}{{ wizard.management_form }}{{ form.as_div }}
<button>Opslaan en verder</button></form></main></body></html>"""

settings.configure(
    SECRET_KEY="only for the bench",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "formtools"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                ],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"wizard.html": LAYOUT, "done.html": "Klaar."})],
                    )
                ],
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "wizard.db",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", "timeout": 20},
        }
    },
    SESSION_ENGINE="django.contrib.sessions.backends.db",
    LOGIN_URL="/login",
    USE_TZ=True,
    LANGUAGE_CODE="nl",
)
django.setup()

# Django's parts can be read only now that its settings are there.
from django.contrib.auth import SESSION_KEY, get_user_model, login  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.files.storage import FileSystemStorage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from formtools.wizard.views import NamedUrlSessionWizardView, SessionWizardView  # noqa: E402


class School(models.Model):
    """One of the schools of a board."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=200)

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.name


def fields_of(question: v.Question) -> Iterator[tuple[str, forms.Field]]:
    """The fields with which Django asks a question, under the portal's own names."""
    name, common = (
        question.name,
        {"label": question.label, "help_text": question.hint, "required": not question.optional},
    )
    match question:
        case v.OfEach(of=of, questions=columns):
            for thing in MODEL[of]:
                for column in columns:
                    for below, field in fields_of(column):
                        field.required = field.required and column.when is None
                        yield f"{name}-{thing['id']}-{below}", field
        case v.Pick(of=of, one=one):
            choices = [(each["id"], each["name"]) for each in MODEL.get(of, ())]
            kind = forms.ChoiceField if one else forms.MultipleChoiceField
            yield name, kind(choices=choices, **common)
        case v.Date():
            for part in ("day", "month", "year"):
                yield f"{name}-{part}", forms.IntegerField(**common)
        case v.Rows(questions=columns, fewest=fewest):
            for column in columns:
                for below, field in fields_of(column):
                    field.required = field.required and bool(fewest)
                    yield f"{name}-0-{below}", field
        case v.ConfirmedEmail():
            return
        case v.Email():
            yield name, forms.EmailField(**common)
        case v.Text(longest=longest):
            yield name, forms.CharField(max_length=longest, **common)
        case v.YesNo(yes=yes, no=no):
            yield name, forms.ChoiceField(choices=[("yes", yes), ("no", no)], widget=forms.RadioSelect, **common)
        case v.Choice(options=options):
            yield name, forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        case v.Choices(options=options):
            yield name, forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
        case v.File():
            yield name, forms.FileField(**common)
        case v.FromRegister():
            yield name, forms.CharField(**common)
        case v.PartyRows():
            yield name, forms.ModelMultipleChoiceField(School.objects.all(), widget=forms.CheckboxSelectMultiple, **common)  # fmt: skip
        case _:
            raise NotImplementedError(question)


def is_asked(question: v.Question, answers: dict[str, dict[str, Any]]) -> bool:
    """Whether a board that signs alone, without an office, comes to this question."""
    return question.when is None or question.when(answers)


A_BOARD: dict[str, dict[str, Any]] = {
    "kind": {"kind": "board"},
    "authority": {"mode": "alone"},
    "invoices": {"office": False},
}
FORMS = [
    (
        step.name,
        type(step.name, (forms.Form,), dict(pair for each in step.questions if is_asked(each, A_BOARD) for pair in fields_of(each))),
    )
    for step in SCREENS
    if step.name not in NOT_FOR_A_BOARD
]  # fmt: skip


class Prefilled:
    """What both wizards share: all schools ticked beforehand, and where files go."""

    template_name = "wizard.html"
    file_storage = FileSystemStorage(FOLDER / "files")

    def get_form_initial(self, step: str) -> dict[str, Any]:
        return {"schools": list(School.objects.values_list("pk", flat=True))} if step == "scope" else {}

    def done(self, _forms: object, **_more: object) -> HttpResponse:
        return render(self.request, "done.html")


class Wizard(Prefilled, SessionWizardView):
    """Answers a post with the next page."""


class AddressedWizard(Prefilled, NamedUrlSessionWizardView):
    """Sends one on to the address of the next step, as the portal does, so that reloading posts nothing twice."""


def healthz(_request: HttpRequest) -> HttpResponse:
    """There is somebody."""
    return HttpResponse("ok")


urlpatterns = [
    path("healthz", healthz),
    path("wizard", login_required(Wizard.as_view(FORMS))),
    path("steps/<step>", login_required(AddressedWizard.as_view(FORMS, url_name="step", done_step_name="done")), name="step"),
]  # fmt: skip
application = get_wsgi_application()


def set_up() -> str:
    """The database with its schools and a person; the cookie of that person's session."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as schema:
        schema.create_model(School)
    School.objects.bulk_create(
        School(code=code, name=name) for code, name in json.loads((FOLDER / "schools.json").read_text())
    )
    user = get_user_model().objects.create_user("ann", "ann@voorbeeld.example", first_name="Ann de Vries")
    request = HttpRequest()
    request.session = SessionStore()
    login(request, user, "django.contrib.auth.backends.ModelBackend")
    assert request.session[SESSION_KEY] == str(user.pk)
    request.session.save()
    return str(request.session.session_key)


if __name__ == "__main__":
    sys.stdout.write(set_up())
