"""Dossiers: ask for one of a case or an organisation, see how far it is, take it along."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from portal.cases.access import Visitor
from portal.database import reader
from portal.documents.authority import trust_of
from portal.errors import ExpiredError, NotFoundError
from portal.evidence import dossiers
from portal.views.sign_in import sign_in_first
from portal.views.visitor import settings, visitor
from portal.wording import mark

bp = Blueprint("evidence", __name__, url_prefix="/dossiers")
GONE = mark("Dit dossier is weg: het wordt een week bewaard. Vraag een nieuw dossier.")


@bp.before_request
def _signed_in_only() -> ResponseReturnValue | None:
    return sign_in_first() if visitor().person_id is None else None


@bp.post("/zaak/<uuid:case_id>")
def of_case(case_id: UUID) -> ResponseReturnValue:
    """Have the dossier of a case made."""
    return redirect(url_for(".show", job_id=dossiers.ask(by=visitor(), case_id=case_id)))


@bp.post("/organisatie/<uuid:organisation_id>")
def of_organisation(organisation_id: UUID) -> ResponseReturnValue:
    """Have the dossier of an organisation made."""
    return redirect(url_for(".show", job_id=dossiers.ask(by=visitor(), organisation_id=organisation_id)))


@bp.get("/<uuid:job_id>")
def show(job_id: UUID) -> ResponseReturnValue:
    """How far a dossier is; when it is ready, the link to it and how it is checked."""
    found = dossiers.find(job_id, by=visitor(), settings=settings())
    return render_template("evidence_pages/show.html", dossier=found, prints=trust_of(settings().data).fingerprints)


@bp.get("/<uuid:job_id>.zip")
def download(job_id: UUID) -> ResponseReturnValue:
    """The dossier itself."""
    found = dossiers.find(job_id, by=visitor(), settings=settings())
    if found.state == "gone":
        raise ExpiredError(GONE)
    if found.state != "ready":
        raise NotFoundError("Dit dossier wordt nog gemaakt. Probeer het over een paar tellen opnieuw.")
    name = f"dossier-{''.join(each if each.isalnum() else '-' for each in found.name)[:60]}-{found.asked_at:%Y%m%d}.zip"
    return send_file(found.place, mimetype="application/zip", as_attachment=True, download_name=name, max_age=0)


# --- What other pages show -----------------------------------------------------------------------------------------


def offered_for_case(case_id: UUID, by: Visitor) -> str | None:
    """Where this visitor asks for the dossier of a case; None where that is not theirs to ask."""
    try:
        dossiers.of_case(reader(), case_id, by=by)
    except NotFoundError:
        return None
    return url_for("evidence.of_case", case_id=case_id)


def offered_for_organisation(organisation_id: UUID, by: Visitor) -> str | None:
    """Where this visitor asks for the dossier of an organisation."""
    try:
        dossiers.of_organisation(reader(), organisation_id, by=by)
    except NotFoundError:
        return None
    return url_for("evidence.of_organisation", organisation_id=organisation_id)
