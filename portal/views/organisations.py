"""An organisation: its people and roles, what is in force, what one may start; inviting colleagues."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, RadioField, SelectChoice, StringField

from portal import clock, dossier, outcomes
from portal.cases import access, in_force
from portal.cases.tables import Case
from portal.database import act, reader
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.parties import inviting, mandates, people
from portal.parties.spelling import clean
from portal.parties.tables import Membership, Organisation
from portal.record import ledger
from portal.views.sign_in import sign_in_first
from portal.views.visitor import person, settings, visitor
from portal.wording import day, mark, say
from workflows.vocabulary import PARTY_NAMES, ROLE_NAMES, Party, Role

bp = Blueprint("organisations", __name__, url_prefix="/organisaties")
STATUSES = {"invited": ("waiting", mark("uitgenodigd")), "active": ("done", mark("actief"))}


class InviteForm(Form):
    """A colleague and the role."""

    name = StringField(mark("Naam"), filters=[clean])
    email = StringField(mark("E-mailadres"), filters=[clean], render_kw={"type": "email"})
    role = RadioField(mark("Rol"), choices=[])


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.get("")
def index() -> ResponseReturnValue:
    """Every organisation where one has a role, and every school one may act for."""
    text = clean(request.args.get("q"))[:100].casefold()
    own = people.memberships_of(person())
    acting = dossier.acting_for(reader(), person().id, at=clock.now())
    return render_template(
        "organisations/index.html",
        q=request.args.get("q", ""),
        own=[each for each in own if text in each.organisation.name.casefold()],
        acting=[each for each in acting if text in each.school.name.casefold()],
        total=len(own) + len(acting),
        role_names=ROLE_NAMES,
        party_names=PARTY_NAMES,
    )


@bp.get("/<uuid:organisation_id>")
def show(organisation_id: UUID) -> ResponseReturnValue:
    """One organisation."""
    organisation, acting = _found(organisation_id)
    return _page(organisation, acting, InviteForm(), None)


@bp.post("/<uuid:organisation_id>/uitnodigen")
def invite(organisation_id: UUID) -> ResponseReturnValue:
    """Invite a colleague; for a school under a declaration also on its behalf."""
    organisation, acting = _found(organisation_id)
    form = _with_roles(InviteForm(request.form), organisation)
    try:
        membership_role = inviting.check(
            organisation, name=form.name.data or "", email=form.email.data or "", role=form.role.data or ""
        )
    except InvalidError as fault:
        for name, sentence in fault.fields.items():
            form[name].errors = [sentence]
        return _page(organisation, acting, form, fault), fault.status
    with act() as session:
        if not dossier.may_invite(session, person().id, organisation):
            raise RefusedError("U kunt voor deze organisatie geen collega's uitnodigen.")
        invited = people.a_person(session, name=form.name.data or "", email=form.email.data or "")
        if people.has_been_asked(session, invited, organisation.id, membership_role, at=clock.now()):
            flash(say("%(name)s heeft deze rol al, of is net uitgenodigd.", name=form.name.data), "info")
            return redirect(url_for(".show", organisation_id=organisation_id))
        people.join(session, invited, organisation.id, membership_role)
        ledger.append(
            session,
            act="invite",
            subject=f"organisation:{organisation.id}",
            actor=person().id,
            on_behalf_of=organisation.id,
            person=str(invited.id),
            role=membership_role,
        )
        kept = session.get_one(Organisation, organisation.id)
        outcomes.invite(
            session, invited, kept, link_secret=settings().secret("link"), about=f"organisation:{organisation.id}"
        )
    flash(say("%(name)s is uitgenodigd. De link in de mail werkt 7 dagen.", name=form.name.data), "done")
    return redirect(url_for(".show", organisation_id=organisation_id))


@bp.route("/<uuid:organisation_id>/rollen/<uuid:membership_id>/einde", methods=["GET", "POST"])
def end_role(organisation_id: UUID, membership_id: UUID) -> ResponseReturnValue:
    """End somebody's role, after being asked."""
    organisation, _ = _found(organisation_id)
    membership = reader.get(Membership, membership_id)
    if membership is None or membership.organisation_id != organisation.id:
        raise NotFoundError
    if membership.role == Role.SIGNATORY:
        raise RefusedError("De rol van een tekenbevoegde eindigt met een wijziging van de tekenbevoegdheid, niet hier.")
    if request.method == "GET":
        if not dossier.may_invite(reader(), person().id, organisation):
            raise RefusedError("U kunt voor deze organisatie geen rollen beëindigen.")
        return render_template(
            "organisations/end_role.html", organisation=organisation, membership=membership, role_names=ROLE_NAMES
        )
    with act() as session:
        if not dossier.may_invite(session, person().id, organisation):
            raise RefusedError("U kunt voor deze organisatie geen rollen beëindigen.")
        kept = session.get_one(Membership, membership_id)
        if kept.status in people.LIVE:
            people.end_membership(session, kept)
            ledger.append(
                session,
                act="end_role",
                subject=f"organisation:{organisation.id}",
                actor=person().id,
                on_behalf_of=organisation.id,
                person=str(kept.person_id),
                role=kept.role,
            )
    flash(say("De rol is beëindigd."), "done")
    return redirect(url_for(".show", organisation_id=organisation_id))


def _found(organisation_id: UUID) -> tuple[Organisation, dossier.Acting | None]:
    """The organisation, for its own people and for who acts for it."""
    organisation = reader.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFoundError
    rights = dossier.acting_for(reader(), person().id, at=clock.now())
    acting = next((each for each in rights if each.school.id == organisation_id), None)
    if acting is None and not access.roles_at(visitor(), organisation_id):
        raise NotFoundError
    return organisation, acting


def _with_roles(form: InviteForm, organisation: Organisation) -> InviteForm:
    form.role.choices = [SelectChoice(role.value, say(ROLE_NAMES[role])) for role in inviting.roles_at(organisation)]
    for field, text in ((form.name, say("Naam")), (form.email, say("E-mailadres")), (form.role, say("Rol"))):
        field.label.text = text
    return form


def _page(
    organisation: Organisation, acting: dossier.Acting | None, form: InviteForm, fault: InvalidError | None
) -> str:
    now = clock.now()
    members = people.people_of(organisation.id)
    holders = {each.person_id: each for each in mandates.mandates_at(reader(), organisation.id, at=now)}
    rule = mandates.rule_at(reader(), organisation.id, at=now)
    roles = access.roles_at(visitor(), organisation.id)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        party=say(PARTY_NAMES[Party(organisation.kind)]),
        is_own=bool(roles),
        acting_for={"name": organisation.name, "change_url": url_for(".index")} if acting and not roles else None,
        board=acting.board if acting else None,
        rows=_people(members),
        may_invite=dossier.may_invite(reader(), person().id, organisation),
        may_declare=organisation.kind == Party.BOARD and bool(roles & {Role.ADMINISTRATOR, Role.SIGNATORY}),
        rule=mandates.rule_sentence(rule.mode, rule.together, len(holders)) if rule else None,
        held=_in_force(organisation),
        form_fields=_with_roles(form, organisation),
        errors=[(name, sentence) for name, sentence in fault.fields.items()] if fault else [],
        location_code=(organisation.register_key or "").removeprefix("location:")
        if organisation.kind == Party.LOCATION
        else None,
    )


def _people(memberships: list[Membership]) -> list[dict[str, object]]:
    """A row a person, with every role that person has here."""
    persons = {each.person_id: each.person for each in memberships}
    roles: dict[UUID, list[dict[str, object]]] = {person_id: [] for person_id in persons}
    for membership in memberships:
        kind, text = STATUSES[membership.status]
        roles[membership.person_id].append(
            {
                "id": membership.id,
                "name": say(ROLE_NAMES[Role(membership.role)]),
                "status_kind": kind,
                "status_text": say(text),
                "may_end": membership.role != Role.SIGNATORY,
            }
        )
    return [{"name": each.name, "email": each.email, "roles": roles[key]} for key, each in persons.items()]


def _in_force(organisation: Organisation) -> list[dict[str, object]]:
    kinds = {
        in_force.REGISTRATION: mark("Inschrijving"),
        in_force.BOARD_DECLARATION: mark("Bestuursverklaring"),
    }
    held: list[dict[str, object]] = []
    for kind, title in kinds.items():
        rows = in_force.holding_or_coming(reader(), kind, at=clock.now(), organisation_id=organisation.id)
        rows += in_force.holding_or_coming(reader(), kind, at=clock.now(), on_behalf_of=organisation.id)[:1]
        for row in rows:
            case = reader.get_one(Case, row.case_id)
            may_read = access.may_read(case, visitor())
            held.append(
                {
                    "title": say(title),
                    "reference": case.reference,
                    "since": day(clock.day_of(row.since)),
                    "coming": row.since > clock.now(),
                    "url": url_for("cases.show", case_id=case.id) if may_read else None,
                }
            )
    return held
