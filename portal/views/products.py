"""Products, for the service desk: made and changed here, with their publications and drafts on one page."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, Form, SelectChoice, SelectField, StringField, TextAreaField

from portal import clock
from portal.cases import holders
from portal.cases.fields import Ticks
from portal.database import reader
from portal.errors import InvalidError
from portal.gate.conditions import CONDITIONS, asked_by_default
from portal.offers import drafting, products, publications
from portal.offers.applications import LONGEST
from portal.offers.products import RECIPIENT_GROUPS, Wanted
from portal.offers.tables import Publication
from portal.offers.terms import read_terms
from portal.parties.spelling import clean, clean_lines
from portal.reports import catalogue
from portal.views.cases import following
from portal.views.desk import actor, only_service_desk, spoken, with_faults
from portal.views.reports import every_product
from portal.wording import day, mark, moment, say

bp = Blueprint("products", __name__, url_prefix="/servicedesk/producten")
bp.before_request(only_service_desk)
LARGEST_FILE = 512 * 1024
PLACE = "place_"


class ProductForm(Form):
    """A product; the places of its conditions are added by `_product_form`."""

    name = StringField(
        mark("Korte naam"),
        description=mark("Staat in het webadres en verandert nooit. Voorbeeld: resultatenmonitor."),
        filters=[clean],
    )
    title = StringField(mark("Titel"), filters=[clean])
    description = TextAreaField(mark("Omschrijving"), filters=[clean_lines], render_kw={"rows": 3, "maxlength": 1000})
    supplier = StringField(
        mark("Leverancier"),
        description=mark("Bestaat deze nog niet, dan maken wij de organisatie aan."),
        filters=[clean],
    )
    contact = StringField(
        mark("E-mailadres voor vragen"),
        description=mark("Staat bij de poort en onder de voorwaarden."),
        filters=[clean],
    )
    rights_holders = TextAreaField(
        mark("Rechthebbenden"),
        description=mark("Eén naam per regel. Zij kunnen iemand voor dit product blokkeren."),
        filters=[clean_lines],
        render_kw={"rows": 3},
    )
    has_reports = Ticks(
        mark("Rapporten"),
        description=mark("Zonder rapporten heeft het product geen poort: er is dan alleen een verwerkersovereenkomst."),
        choices=[],
    )
    reports = Ticks(
        mark("Welke rapporten van het portaal opent dit product?"),
        description=mark("Geen enkel? Dan staat er achter de poort alleen wat de leverancier zelf levert."),
        choices=[],
    )
    application = StringField(
        mark("Toepassing achter de poort"),
        description=mark(
            "Het webadres van een toepassing die door dezelfde poort wordt bewaakt. Zet {school} waar de code van de "
            "school hoort. Leeg: er is geen toepassing."
        ),
        filters=[clean],
        render_kw={"inputmode": "url", "maxlength": LONGEST},
    )
    recipient_groups = Ticks(mark("Wie mag de cijfers ontvangen?"), choices=[])


class UploadForm(Form):
    """Terms from a file."""

    file = FileField(mark("TOML-bestand"), render_kw={"accept": ".toml"})


@bp.get("")
def index() -> ResponseReturnValue:
    """Every product, with the version of its terms that holds now."""
    now = clock.now()
    rows = []
    for each in every_product():
        known = publications.versions(reader(), each.id)
        current = next((version for version in known if version.since <= now), None)
        rows.append((each, current, [version for version in known if version.since > now]))
    return render_template("service_desk/products.html", rows=rows)


@bp.route("/nieuw", methods=["GET", "POST"])
def make() -> ResponseReturnValue:
    """A new product."""
    if request.method == "GET":
        wanted = Wanted("", "", "", "", "", asked_by_default(), tuple(RECIPIENT_GROUPS), reports=catalogue.AT_FIRST)
        return _form_page(_product_form(wanted), None)
    form = _product_form()
    wanted, faults = _wanted(form, form.name.data or "")
    try:
        if faults:
            raise InvalidError("", faults | products.faults_of(wanted) | faults)
        name = products.make(wanted, by=actor())
    except InvalidError as fault:
        return _form_page(form, None, with_faults(form, fault.fields)), fault.status
    made = mark("%(title)s is gemaakt. Publiceer nu de voorwaarden.")
    without = mark("%(title)s is gemaakt. Publiceer nu de verwerkersovereenkomst.")
    flash(say(made if wanted.has_reports else without, title=wanted.title), "done")
    return redirect(url_for(".show", product_name=name))


@bp.get("/<product_name>")
def show(product_name: str) -> ResponseReturnValue:
    """One product: what it is, its publications and its drafts."""
    return _page(product_name, spoken(UploadForm()))


@bp.route("/<product_name>/wijzigen", methods=["GET", "POST"])
def change(product_name: str) -> ResponseReturnValue:
    """Change a product."""
    product = products.find(reader(), product_name)
    if request.method == "GET":
        return _form_page(_product_form(products.as_wanted(product)), product_name)
    form = _product_form()
    wanted, faults = _wanted(form, product_name)
    try:
        if faults:
            raise InvalidError("", products.faults_of(wanted) | faults)
        then = partial(holders.ask_those_of_now, by=actor(), follow=following())
        products.change(product_name, wanted, by=actor(), then=then)
    except InvalidError as fault:
        return _form_page(form, product_name, with_faults(form, fault.fields)), fault.status
    flash(say("%(title)s is gewijzigd.", title=wanted.title), "done")
    return redirect(url_for(".show", product_name=product_name))


@bp.post("/<product_name>/concepten")
def begin_draft(product_name: str) -> ResponseReturnValue:
    """A draft of a next version: a copy of the latest, or from a file."""
    form = spoken(UploadForm())
    sent = request.files.get("file")
    terms = None
    if sent is not None and sent.filename:
        content = sent.stream.read(LARGEST_FILE + 1)
        try:
            terms = read_terms(_decoded(content))[0]
        except InvalidError as fault:
            return _page(product_name, form, with_faults(form, fault.fields)), fault.status
    elif "upload" in request.form:
        sentence = say("Kies eerst een bestand.")
        return _page(product_name, form, with_faults(form, {"file": sentence})), InvalidError.status
    draft_id = drafting.begin(product_name, text=terms, by=actor())
    return redirect(url_for("publishing.edit", draft_id=draft_id))


# --- How ---------------------------------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise InvalidError("", {"file": say("Dit bestand is te groot: hooguit 512 kB.")})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InvalidError("", {"file": say("Dit bestand is geen gewone tekst (UTF-8).")}) from fault


def _product_form(wanted: Wanted | None = None) -> Form:
    """The form, with for each condition the place at which it stands."""
    numbers = [SelectChoice(str(number), str(number)) for number in range(1, len(CONDITIONS) + 1)]
    choices = [SelectChoice("", say("niet gebruiken")), *numbers]
    places = {f"{PLACE}{code}": SelectField(each.title, choices=choices) for code, each in CONDITIONS.items()}
    form_class = type("ProductFormWithPlaces", (ProductForm,), places)
    known: dict[str, Any] = {}
    if wanted is not None:
        known = {
            "name": wanted.name,
            "title": wanted.title,
            "description": wanted.description,
            "supplier": wanted.supplier,
            "contact": wanted.contact,
            "rights_holders": "\n".join(wanted.rights_holders),
            "has_reports": ["yes"] if wanted.has_reports else [],
            "reports": list(wanted.reports),
            "application": wanted.application,
            "recipient_groups": list(wanted.recipient_groups),
            **{f"{PLACE}{code}": str(place) for place, code in enumerate(wanted.conditions, 1)},
        }
    form = spoken(form_class(request.form if request.method == "POST" else None, data=known))
    for field in form:
        field.description = say(field.description)
    form.has_reports.choices = [SelectChoice("yes", say(mark("Achter de poort van dit product staan rapporten")))]
    form.reports.choices = [
        SelectChoice(each.name, f"{say(each.title)}: {say(each.shows)}") for each in catalogue.REPORTS
    ]
    form.recipient_groups.choices = [
        SelectChoice(key, say(name)) for key, name in RECIPIENT_GROUPS.items() if key != products.NOBODY
    ]
    return form


def _wanted(form: Form, name: str) -> tuple[Wanted, dict[str, str]]:
    """The product as it was typed, and what is wrong with the places of its conditions."""
    places = [(form[f"{PLACE}{code}"].data or "", code) for code in CONDITIONS]
    faults: dict[str, str] = {}
    taken: dict[str, str] = {}
    for place, code in places:
        if place and place in taken:
            sentence = mark("Twee voorwaarden staan op plaats %(place)s. Geef elk een eigen plaats.")
            faults[f"{PLACE}{code}"] = say(sentence, place=place)
        taken[place] = code
    used = sorted((int(place), code) for place, code in places if place.isdecimal())
    wanted = Wanted(
        name,
        form.title.data or "",
        form.description.data or "",
        form.contact.data or "",
        form.supplier.data or "",
        tuple(code for _, code in used),
        tuple(form.recipient_groups.data or ()),
        tuple(filter(None, map(clean, (form.rights_holders.data or "").splitlines()))),
        bool(form.has_reports.data),
        tuple(catalogue.known(form.reports.data or ())),
        form.application.data or "",
    )
    return wanted, faults


def _form_page(form: Form, product_name: str | None, errors: Iterable[tuple[str, str]] = ()) -> str:
    return render_template(
        "service_desk/product_form.html",
        form_fields=form,
        product_name=product_name,
        places=[form[f"{PLACE}{code}"] for code in CONDITIONS],
        errors=list(errors),
        conditions_fault=dict(errors).get("conditions"),
    )


def _page(product_name: str, form: Form, errors: Iterable[tuple[str, str]] = ()) -> str:
    product = products.find(reader(), product_name)
    known = publications.versions(reader(), product.id)
    agreements = publications.versions(reader(), product.id, publications.PROCESSOR_AGREEMENT)
    return render_template(
        "service_desk/product.html",
        product=product,
        conditions=[say(CONDITIONS[code].title) for code in product.conditions],
        reports=[say(each.title) for each in catalogue.REPORTS if each.name in product.reports],
        versions=[version_row(each, known) for each in known],
        drafts=[
            {
                "title": each.title or say("Zonder titel"),
                "version": each.version,
                "url": url_for("publishing.edit", draft_id=each.id),
                "who": each.person.name,
                "when": moment(each.changed_at),
            }
            for each in drafting.drafts_of(reader(), product.id)
        ],
        agreement=next((each.version for each in agreements if each.since <= clock.now()), None),
        form_fields=form,
        errors=list(errors),
    )


def version_row(publication: Publication, known: list[Publication]) -> dict[str, Any]:
    """A version with how it stands among the others (the latest first)."""
    kind, text = standing(publication, known)
    return {
        "version": publication.version,
        "title": publication.title,
        "url": url_for("publishing.show", publication_id=publication.id),
        "since": day(clock.day_of(publication.since), weekday=True),
        "status": (kind, text),
        "campaign_url": url_for("campaigns.show", publication_id=publication.id)
        if publication.since <= clock.now() and any(each.since < publication.since for each in known)
        else None,
    }


def standing(publication: Publication, known: list[Publication]) -> tuple[str, str]:
    """How a version stands now, as a status."""
    now = clock.now()
    if publication.since > now:
        since = day(clock.day_of(publication.since), weekday=True)
        return "waiting", say("gaat in op %(since)s", since=since)
    effective = [each for each in known if each.since <= now]
    if publication is effective[0]:
        return "done", say("geldt nu")
    if len(effective) > 1 and publication is effective[1] and now < publications.grace_ends(effective[0]):
        until = publications.last_day_of_grace(effective[0])
        return "waiting", say("voldoet nog tot en met %(until)s", until=day(until, weekday=True))
    return "neutral", say("voorbij")
