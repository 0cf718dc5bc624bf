"""Every person and organisation, for the service desk: found, looked at, invited, and where needed blocked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, RadioField, SelectChoice, StringField

from portal import clock
from portal.database import reader
from portal.dossier import desk
from portal.errors import InvalidError, NotFoundError
from portal.offers import blocks, products
from portal.offers.tables import Block
from portal.parties import colleagues, inviting, memberships
from portal.parties.spelling import clean
from portal.parties.tables import Organisation, Person
from portal.views.desk import MOST_EXPORTED, SHOWN, actor, only_service_desk, spoken, with_faults
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.views.reports import every_product
from portal.views.visitor import settings, visitor
from portal.wording import day, mark, moment, say
from workflows.vocabulary import PARTY_NAMES, ROLE_NAMES, Party, Role

bp = Blueprint("desk_people", __name__, url_prefix="/servicedesk")
bp.before_request(only_service_desk)
STATES = {"active": mark("heeft een account"), "invited": mark("uitgenodigd"), "blocked": mark("geblokkeerd")}
STATUSES = {"active": "done", "invited": "waiting", "blocked": "problem"}
FIRST_ROLES = {
    Party.SUPPLIER: (Role.ADMINISTRATOR,),
    Party.RIGHTS_HOLDER: (Role.ADMINISTRATOR,),
    Party.OPERATOR: (Role.SERVICE_DESK, Role.AUDITOR),
}
"""The organisations that do not register themselves, and the roles with which the service desk lets somebody in."""


class FirstForm(Form):
    """Somebody of an organisation that does not register itself."""

    name = StringField(mark("Naam"), filters=[clean])
    email = StringField(mark("E-mailadres"), filters=[clean], render_kw={"type": "email"})
    role = RadioField(mark("Rol"), validate_choice=False)


@bp.get("/personen")
def persons() -> ResponseReturnValue:
    """Everybody with an account, or invited to have one."""
    wish, organisation = _wish_for_persons()
    found = _persons(wish, organisation, offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "service_desk/persons.html",
        wish=wish,
        organisation=organisation,
        rows=[_person_row(each, found.organisations.get(each.id, [])) for each in found.persons],
        total=found.total,
        pages=pages_of(found.total, SHOWN),
        states=STATES,
        export_url=export_url(".persons_csv", wish, organisatie=organisation.id if organisation else None),
    )


@bp.get("/personen.csv")
def persons_csv() -> ResponseReturnValue:
    """The persons as asked for, as a spreadsheet."""
    wish, organisation = _wish_for_persons()
    found = _persons(wish, organisation, offset=0, limit=MOST_EXPORTED)
    columns = [say("Naam"), say("E-mailadres"), say("Organisaties"), say("Staat"), say("Sinds")]
    rows = [
        (
            each.name,
            each.email,
            ", ".join(found.organisations.get(each.id, [])),
            say(STATES[_state(each)]),
            each.created_at,
        )
        for each in found.persons
    ]
    return csv_response("personen", columns, rows)


@bp.get("/personen/<uuid:person_id>")
def person(person_id: UUID) -> ResponseReturnValue:
    """One person: roles, and what they are shut out of."""
    found = reader.get(Person, person_id)
    if found is None:
        raise NotFoundError
    every = blocks.every_block(reader(), person_id)
    return render_template(
        "service_desk/person.html",
        somebody=found,
        state=(STATUSES[_state(found)], say(STATES[_state(found)])),
        roles=[*memberships.memberships_of(found), *memberships.invited_memberships_of(found)],
        party_names=PARTY_NAMES,
        blocks=[_block_row(each) for each in every],
        products=[each for each in every_product() if blocks.CONDITION in each.conditions],
        is_oneself=person_id == visitor().person_id,
    )


@bp.get("/organisaties")
def organisations() -> ResponseReturnValue:
    """Every organisation that the portal knows."""
    wish = _wish_for_organisations()
    found = _organisations(wish, offset=wish.offset(SHOWN), limit=SHOWN)
    return render_template(
        "service_desk/organisations.html",
        wish=wish,
        rows=[_organisation_row(each, count) for each, count in found.rows],
        total=found.total,
        pages=pages_of(found.total, SHOWN),
        export_url=export_url(".organisations_csv", wish),
        kinds=[(kind, say(PARTY_NAMES[Party(kind)])) for kind in desk.kinds(reader())],
    )


@bp.get("/organisaties.csv")
def organisations_csv() -> ResponseReturnValue:
    """The organisations as asked for, as a spreadsheet."""
    found = _organisations(_wish_for_organisations(), offset=0, limit=MOST_EXPORTED)
    columns = [say("Naam"), say("Soort"), say("Bestuursnummer"), say("Adres"), say("Mensen"), say("Ingeschreven")]
    rows = [
        (
            each.name,
            say(PARTY_NAMES[Party(each.kind)]),
            each.board_number,
            each.address,
            count,
            each.registered_at,
        )
        for each, count in found.rows
    ]
    return csv_response("organisaties", columns, rows)


@bp.route("/organisaties/<uuid:organisation_id>", methods=["GET", "POST"])
def organisation(organisation_id: UUID) -> ResponseReturnValue:
    """One organisation with its people; of a supplier, rights holder or the desk itself somebody is let in here."""
    found = reader.get(Organisation, organisation_id)
    if found is None:
        raise NotFoundError
    roles = FIRST_ROLES.get(Party(found.kind), ())
    form = spoken(FirstForm(request.form))
    form.role.choices = [SelectChoice(each.value, say(ROLE_NAMES[each])) for each in roles]
    if request.method == "GET":
        return _organisation_page(found, roles, form)
    if not roles:
        raise NotFoundError
    faults = inviting.person_faults(name=form.name.data or "", email=form.email.data or "")
    role = roles[0] if len(roles) == 1 else next((each for each in roles if each == form.role.data), None)
    if role is None:
        faults = {**faults, "role": say("Kies een rol.")}
    if faults or role is None:
        return _organisation_page(found, roles, form, with_faults(form, faults)), InvalidError.status
    invited = colleagues.invite(
        organisation_id,
        name=form.name.data or "",
        email=form.email.data or "",
        role=role,
        by=actor(),
        may=lambda session: blocks.authority_over(session, actor(), None) is not None,
        link_secret=settings().secret("link"),
    )
    sentence = mark("%(name)s is uitgenodigd. De link in de mail werkt 7 dagen.")
    same = mark("%(name)s heeft deze rol al, of is net uitgenodigd.")
    flash(say(sentence if invited else same, name=form.name.data), "done" if invited else "info")
    return redirect(url_for(".organisation", organisation_id=organisation_id))


# --- How ---------------------------------------------------------------------------------------------------------


def _wish_for_persons() -> tuple[Wish, Organisation | None]:
    wish = wished(sorts=("name", "email", "since"), first="name", filters={"state": list(STATES)})
    text = request.args.get("organisatie", "")
    try:
        return wish, reader.get(Organisation, UUID(text)) if text else None
    except ValueError:
        return wish, None


def _persons(wish: Wish, organisation: Organisation | None, *, offset: int, limit: int) -> desk.People:
    return desk.persons(
        reader(),
        text=wish.q,
        state=wish.chosen["state"],
        organisation_id=organisation.id if organisation else None,
        sort=wish.sort,
        descending=wish.descending,
        offset=offset,
        limit=limit,
    )


def _person_row(each: Person, names: list[str]) -> dict[str, Any]:
    return {
        "name": each.name,
        "url": url_for(".person", person_id=each.id),
        "email": each.email,
        "organisations": names,
        "state": (STATUSES[_state(each)], say(STATES[_state(each)])),
        "block_url": None
        if each.blocked_at or each.id == visitor().person_id
        else url_for("blocking.block_account", person_id=each.id),
    }


def _state(each: Person) -> str:
    return "blocked" if each.blocked_at else "active" if each.password else "invited"


def _wish_for_organisations() -> Wish:
    kinds = [each.value for each in PARTY_NAMES]
    return wished(sorts=("name", "kind", "people", "since"), first="name", filters={"kind": kinds})


def _organisations(wish: Wish, *, offset: int, limit: int) -> desk.Organisations:
    return desk.organisations(
        reader(),
        text=wish.q,
        kind=wish.chosen["kind"],
        sort=wish.sort,
        descending=wish.descending,
        offset=offset,
        limit=limit,
    )


def _organisation_row(each: Organisation, count: int) -> dict[str, Any]:
    return {
        "name": each.name,
        "url": url_for(".organisation", organisation_id=each.id),
        "kind": say(PARTY_NAMES[Party(each.kind)]),
        "people": count,
        "since": day(clock.day_of(each.registered_at)) if each.registered_at else "",
    }


def _organisation_page(
    found: Organisation, roles: Sequence[Role], form: Form, errors: list[tuple[str, str]] | None = None
) -> str:
    return render_template(
        "service_desk/organisation.html",
        organisation=found,
        kind=say(PARTY_NAMES[Party(found.kind)]),
        members=memberships.people_of(found.id),
        roles=roles,
        products=products.of_organisation(reader(), found.id),
        form_fields=form,
        errors=errors or [],
    )


def _block_row(each: Block) -> dict[str, Any]:
    last, now = blocks.last_day(each), clock.now()
    holds = each.lifted_at is None and (each.until is None or each.until > now)
    return {
        "what": each.product.title if each.product else say("Het hele account"),
        "by": each.organisation.name,
        "since": moment(each.since),
        "until": day(last, weekday=True) if last else say("geen einddatum"),
        "reason": each.reason if blocks.may_lift(reader(), each, actor()) else "",
        "words": each.words,
        "holds": holds,
        "lifted": moment(each.lifted_at) if each.lifted_at else "",
        "lift_url": url_for("blocking.lift", block_id=each.id)
        if holds and blocks.may_lift(reader(), each, actor())
        else None,
    }
