"""The people of an organisation: their roles, who may sign and on what evidence, inviting, ending, changing rights."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, RadioField, SelectChoice, SelectMultipleField, StringField

from portal import clock, dossier
from portal.cases import access
from portal.database import reader
from portal.documents import vault
from portal.dossier import organisation as dossiers
from portal.dossier.organisation import Rights
from portal.errors import InvalidError, NotFoundError
from portal.parties import colleagues, inviting, mandates
from portal.parties.authority import BASES, in_euros, rule_sentence
from portal.parties.colleagues import ACTS, May
from portal.parties.spelling import clean
from portal.parties.tables import Mandate, Membership
from portal.views.documents import pdf_response
from portal.views.exports import csv_response, export_url
from portal.views.organisations import around, found
from portal.views.overviews import Wish, pages_of, wished
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, settings, visitor
from portal.wording import day, mark, say
from workflows.mandate_change import KINDS
from workflows.vocabulary import ROLE_NAMES, Role

bp = Blueprint("colleagues", __name__, url_prefix="/organisaties/<uuid:organisation_id>")
SHOWN = 25
STATES = {
    "active": ("done", mark("actief")),
    "coming": ("waiting", mark("gaat nog in")),
    "invited": ("waiting", mark("uitgenodigd")),
    "ended": ("neutral", mark("beëindigd")),
    "blocked": ("problem", mark("geblokkeerd")),
}
COUNTS = {"alone": mark("zelfstandig"), "joint": mark("gezamenlijk")}


class InviteForm(Form):
    """A colleague and the role."""

    name = StringField(mark("Naam"), filters=[clean])
    email = StringField(mark("E-mailadres"), filters=[clean], render_kw={"type": "email"})
    role = RadioField(mark("Rol"), choices=[])


class ActsForm(Form):
    """What somebody of the board office may do for every school in the declaration."""

    acts = SelectMultipleField(mark("Wat mag deze collega doen?"), choices=[])


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("/mensen")
def index(organisation_id: UUID) -> ResponseReturnValue:
    """Everyone who has, had or is offered a role, and who may sign."""
    return _page(found(organisation_id), InviteForm(), None)


@bp.get("/mensen.csv")
def people_csv(organisation_id: UUID) -> ResponseReturnValue:
    """The people as asked for, as a spreadsheet; addresses for who may see them."""
    rights = found(organisation_id)
    columns = [say("Naam"), say("Functie"), say("Rol"), say("Status"), say("Vanaf"), say("Tot")]
    if rights.sees_addresses:
        columns.append(say("E-mailadres"))
    rows = []
    for each in _chosen(organisation_id, _wish()):
        row: list[Any] = [each.shown_as, _function(each), say(ROLE_NAMES[Role(each.role)])]
        row += [say(STATES[_state(each)][1]), each.since, each.until]
        rows.append([*row, each.person.email] if rights.sees_addresses else row)
    return csv_response("mensen", columns, rows)


@bp.post("/uitnodigen")
def invite(organisation_id: UUID) -> ResponseReturnValue:
    """Invite a colleague; for a school under a declaration also on its behalf."""
    rights = found(organisation_id)
    form = _with_roles(InviteForm(request.form), rights)
    name, email = form.name.data or "", form.email.data or ""
    try:
        role = inviting.check(rights.organisation, name=name, email=email, role=form.role.data or "")
    except InvalidError as fault:
        for field, sentence in fault.fields.items():
            form[field].errors = [sentence]
        return _page(rights, form, fault), fault.status
    invited = colleagues.invite(
        organisation_id,
        name=name,
        email=email,
        role=role,
        by=person().id,
        may=_may(rights),
        link_secret=settings().secret("link"),
    )
    if invited:
        flash(say("%(name)s is uitgenodigd. De link in de mail werkt 7 dagen.", name=name), "done")
    else:
        flash(say("%(name)s heeft deze rol al, of is net uitgenodigd.", name=name), "info")
    return redirect(url_for(".index", organisation_id=organisation_id))


@bp.post("/rollen/<uuid:membership_id>/opnieuw")
def invite_again(organisation_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """Mail another link to somebody who did not come yet."""
    rights = found(organisation_id)
    sent = colleagues.invite_again(
        organisation_id, membership_id, by=person().id, may=_may(rights), link_secret=settings().secret("link")
    )
    if sent:
        flash(say("De uitnodiging is opnieuw gemaild. Een oudere link werkt niet meer."), "done")
    else:
        flash(say("Er is net al een uitnodiging gemaild. Wacht tien minuten voor u het opnieuw probeert."), "info")
    return redirect(url_for(".index", organisation_id=organisation_id))


@bp.route("/rollen/<uuid:membership_id>/einde", methods=["GET", "POST"])
def end_role(organisation_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """End somebody's role, after being asked."""
    rights = found(organisation_id)
    membership = _membership(organisation_id, membership_id)
    if request.method == "POST":
        colleagues.end_role(organisation_id, membership_id, by=person().id, may=_may(rights))
        flash(say("De rol is beëindigd."), "done")
        if membership.person_id == person().id:
            return redirect(url_for("organisations.index"))
        return redirect(url_for(".index", organisation_id=organisation_id))
    colleagues.refuse_end(reader(), membership, may=_may(rights))
    return render_template(
        "organisations/end_role.html",
        **around(rights, "people"),
        membership=membership,
        is_me=membership.person_id == person().id,
    )


@bp.route("/rollen/<uuid:membership_id>/rechten", methods=["GET", "POST"])
def change_acts(organisation_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """What somebody of the board office may do for the schools of the declaration."""
    rights = found(organisation_id)
    membership = _membership(organisation_id, membership_id)
    if membership.role != Role.BOARD_OFFICE or not rights.may_invite:
        raise NotFoundError
    if request.method == "POST":
        colleagues.change_acts(
            organisation_id,
            membership_id,
            request.form.getlist("acts"),
            by=person().id,
            may=_may(rights),
            may_give=_may_give(organisation_id),
        )
        flash(say("De rechten van %(name)s zijn gewijzigd.", name=membership.person.name), "done")
        return redirect(url_for(".index", organisation_id=organisation_id))
    form = ActsForm(acts=list(membership.acts))
    may_give = Role.SIGNATORY in rights.roles
    form.acts.label.text = say("Wat mag deze collega doen?")
    form.acts.choices = [(key, say(text)) for key, text in ACTS.items() if may_give or key in membership.acts]
    return render_template(
        "organisations/acts.html",
        **around(rights, "people"),
        membership=membership,
        form_fields=form,
        may_give=may_give,
    )


@bp.get("/bewijs/<uuid:mandate_id>")
def evidence(organisation_id: UUID, mandate_id: UUID) -> ResponseReturnValue:
    """The file on which a mandate rests, for those who may see it."""
    rights = found(organisation_id)
    mandate = reader.get(Mandate, mandate_id)
    if mandate is None or mandate.organisation_id != organisation_id or not rights.sees_evidence:
        raise NotFoundError
    return pdf_response(vault.content(mandate.evidence), "bewijs.pdf")


def _membership(organisation_id: UUID, membership_id: UUID) -> Membership:
    membership = reader.get(Membership, membership_id)
    if membership is None or membership.organisation_id != organisation_id:
        raise NotFoundError
    return membership


def _may(rights: Rights) -> May:
    """The question that the act asks again: may this visitor give and take roles here?"""
    person_id, organisation = person().id, rights.organisation
    return lambda session: dossier.may_invite(session, person_id, organisation)


def _may_give(organisation_id: UUID) -> May:
    """Whether this visitor is a signatory here, who alone gives more rights than the declaration did."""
    who = visitor()

    def may(session: Session) -> bool:
        return Role.SIGNATORY in access.roles_at(who, organisation_id, session=session)

    return may


def _with_roles(form: InviteForm, rights: Rights) -> InviteForm:
    roles = inviting.roles_at(rights.organisation)
    form.role.choices = [SelectChoice(role.value, say(ROLE_NAMES[role])) for role in roles]
    for field, text in ((form.name, say("Naam")), (form.email, say("E-mailadres")), (form.role, say("Rol"))):
        field.label.text = text
    return form


def _page(rights: Rights, form: InviteForm, fault: InvalidError | None) -> str:
    now, organisation_id = clock.now(), rights.organisation.id
    wish = _wish()
    chosen = _chosen(organisation_id, wish)
    here = chosen[wish.offset(SHOWN) : wish.offset(SHOWN) + SHOWN]
    rule = mandates.rule_at(reader(), organisation_id, at=now)
    holders = len({each.seat for each in mandates.mandates_at(reader(), organisation_id, at=now)})
    return render_template(
        "organisations/people.html",
        **around(rights, "people"),
        wish=wish,
        rows=[_row(each, rights) for each in here],
        total=len(chosen),
        export_url=export_url(".people_csv", wish, organisation_id=organisation_id),
        pages=pages_of(len(chosen), SHOWN),
        states=STATES,
        roles=[(role.value, say(ROLE_NAMES[role])) for role in Role],
        rule=rule_sentence(rule.rule, holders) if rule else None,
        mandates=[_mandate(each, rights) for each in dossiers.mandates(reader(), organisation_id)],
        form_fields=_with_roles(form, rights),
        errors=[(name, sentence) for name, sentence in fault.fields.items()] if fault else [],
    )


def _wish() -> Wish:
    filters = {"state": list(STATES), "role": [role.value for role in Role]}
    return wished(sorts=("name", "role", "state", "since"), first="name", filters=filters)


def _chosen(organisation_id: UUID, wish: Wish) -> list[Membership]:
    """The roles that were asked for; where no state is asked, those that ended stay out."""
    wanted, state, role = wish.q.casefold(), wish.chosen["state"], wish.chosen["role"]
    kept = [
        each
        for each in dossiers.memberships(reader(), organisation_id)
        if wanted in f"{each.shown_as} {say(ROLE_NAMES[Role(each.role)])}".casefold()
        and (_state(each) == state if state else _state(each) != "ended")
        and role in ("", each.role)
    ]
    keys = {
        "name": lambda each: (each.shown_as.casefold(), each.role),
        "role": lambda each: (say(ROLE_NAMES[Role(each.role)]), each.shown_as.casefold()),
        "state": lambda each: (list(STATES).index(_state(each)), each.shown_as.casefold()),
        "since": lambda each: each.since,
    }
    return sorted(kept, key=keys[wish.sort], reverse=wish.descending)


def _function(membership: Membership) -> str:
    return "" if membership.status == "invited" and membership.called else membership.person.function


def _state(membership: Membership) -> str:
    now = clock.now()
    if membership.person.blocked_at is not None and membership.status != "invited":
        return "blocked"
    if membership.status == "ended" or (membership.until is not None and membership.until <= now):
        return "ended"
    return "coming" if membership.status == "active" and membership.since > now else str(membership.status)


def _row(membership: Membership, rights: Rights) -> dict[str, Any]:
    state = _state(membership)
    kind, text = STATES[state]
    live = state in ("active", "invited", "coming", "blocked")
    ids: dict[str, Any] = {"organisation_id": membership.organisation_id, "membership_id": membership.id}
    may = rights.may_invite and live
    return {
        "name": membership.shown_as,
        "email": membership.person.email if rights.sees_addresses else "",
        "function": _function(membership),
        "role": say(ROLE_NAMES[Role(membership.role)]),
        "acts": [say(text) for key, text in ACTS.items() if key in membership.acts],
        "state_kind": kind,
        "state_text": say(text),
        "since": day(clock.day_of(membership.since)),
        "until": day(clock.day_of(membership.until), weekday=live) if membership.until else None,
        "end_url": url_for(".end_role", **ids) if may and membership.role != Role.SIGNATORY else None,
        "again_url": url_for(".invite_again", **ids) if may and state == "invited" else None,
        "acts_url": url_for(".change_acts", **ids) if may and membership.role == Role.BOARD_OFFICE else None,
    }


def _limits(mandate: Mandate) -> list[str]:
    """How far a mandate goes, where it does not go for everything."""
    titles = dict(KINDS)
    said = [say("alleen: %(kinds)s", kinds=", ".join(say(titles.get(each, each)) for each in mandate.kinds))]
    amount = [say("tot € %(amount)s", amount=in_euros(mandate.amount))] if mandate.amount is not None else []
    return (said if mandate.kinds else []) + amount + ([say("gemachtigd")] if mandate.granted_by else [])


def _mandate(mandate: Mandate, rights: Rights) -> dict[str, Any]:
    now = clock.now()
    over = mandate.until is not None and mandate.until <= now
    state = ("neutral", mark("beëindigd")) if over else ("done", mark("geldt"))
    if mandate.since > now and not over:
        state = ("waiting", mark("gaat nog in"))
    return {
        "name": mandate.person.name,
        "counts": " · ".join([say(COUNTS.get(mandate.counts, mandate.counts)), *_limits(mandate)]),
        "basis": say(BASES.get(mandate.basis, mandate.basis)),
        "since": day(clock.day_of(mandate.since)),
        "until": day(clock.day_of(mandate.until), weekday=not over) if mandate.until else None,
        "state_kind": state[0],
        "state_text": say(state[1]),
        "evidence_url": url_for(".evidence", organisation_id=mandate.organisation_id, mandate_id=mandate.id)
        if rights.sees_evidence and mandate.evidence
        else None,
    }
