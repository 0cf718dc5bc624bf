"""The campaign of a new version, for the service desk: who accepted it, who did not yet, and a reminder."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.cases import campaigns
from portal.database import reader
from portal.errors import NotFoundError
from portal.offers import publications
from portal.offers.tables import Publication
from portal.record import outbox
from portal.views.desk import MOST_EXPORTED, SHOWN, actor, only_service_desk
from portal.views.exports import csv_response, export_url
from portal.views.overviews import Wish, pages_of, wished
from portal.wording import day, mark, moment, say, say_count

bp = Blueprint("campaigns", __name__, url_prefix="/servicedesk/publicaties")
bp.before_request(only_service_desk)
STATES = {"waiting": mark("nog niet akkoord"), "accepted": mark("akkoord")}


@bp.get("/<uuid:publication_id>/campagne")
def show(publication_id: UUID) -> ResponseReturnValue:
    """Everybody whom the campaign concerns, with where they stand."""
    publication, wish = _found(publication_id), _wish()
    rows, total = campaigns.members(reader(), publication, **_asked(wish), offset=wish.offset(SHOWN), limit=SHOWN)
    mails = outbox.by_key(reader(), [campaigns.mail_key(publication, each.person_id) for each in rows])
    return render_template(
        "publishing/campaign.html",
        **_around(publication),
        wish=wish,
        rows=[_row(each, mails.get(campaigns.mail_key(publication, each.person_id))) for each in rows],
        total=total,
        pages=pages_of(total, SHOWN),
        states=STATES,
        export_url=export_url(".show_csv", wish, publication_id=publication_id),
    )


@bp.get("/<uuid:publication_id>/campagne.csv")
def show_csv(publication_id: UUID) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    publication, wish = _found(publication_id), _wish()
    rows, _ = campaigns.members(reader(), publication, **_asked(wish), offset=0, limit=MOST_EXPORTED)
    columns = [say("Naam"), say("E-mailadres"), say("Organisaties"), say("Akkoord op")]
    cells = [(each.name, each.email, ", ".join(each.organisations), each.accepted_at) for each in rows]
    return csv_response(f"campagne-{publication.version}", columns, cells)


@bp.get("/<uuid:publication_id>/campagne/organisaties")
def organisations(publication_id: UUID) -> ResponseReturnValue:
    """How far each organisation is."""
    publication = _found(publication_id)
    wish, rows = _organisations(publication)
    return render_template(
        "publishing/campaign_organisations.html",
        **_around(publication),
        wish=wish,
        rows=rows[wish.offset(SHOWN) :][:SHOWN],
        total=len(rows),
        pages=pages_of(len(rows), SHOWN),
        export_url=export_url(".organisations_csv", wish, publication_id=publication_id),
    )


@bp.get("/<uuid:publication_id>/campagne/organisaties.csv")
def organisations_csv(publication_id: UUID) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    publication = _found(publication_id)
    _, rows = _organisations(publication)
    columns = [say("Organisatie"), say("Personen"), say("Akkoord"), say("Nog niet")]
    cells = [(each.name, each.concerned, each.accepted, each.waiting) for each in rows]
    return csv_response(f"campagne-{publication.version}-organisaties", columns, cells)


@bp.route("/<uuid:publication_id>/campagne/herinneren", methods=["GET", "POST"])
def remind(publication_id: UUID) -> ResponseReturnValue:
    """Mail everybody who has not accepted yet, after being asked."""
    publication = _found(publication_id)
    back = url_for(".show", publication_id=publication_id)
    if request.method == "POST":
        count = campaigns.remind(publication_id, by=actor())
        flash(say_count("Er gaat %(count)s herinnering uit.", "Er gaan %(count)s herinneringen uit.", count), "done")
        return redirect(back)
    return render_template("publishing/remind.html", **_around(publication), back=back)


# --- How ---------------------------------------------------------------------------------------------------------


def _found(publication_id: UUID) -> Publication:
    publication = reader.get(Publication, publication_id)
    if publication is None or publications.before(reader(), publication) is None:
        raise NotFoundError
    return publication


def _around(publication: Publication) -> dict[str, Any]:
    return {
        "publication": publication,
        "progress": campaigns.progress(reader(), publication),
        "has_begun": publication.since <= clock.now(),
        "since": day(clock.day_of(publication.since), weekday=True),
        "grace_until": publications.last_day_of_grace(publication) if publication.grace_days else None,
        "grace_is_over": publications.grace_ends(publication) <= clock.now(),
        "reminded_today": campaigns.reminded_today(reader(), publication),
    }


def _wish() -> Wish:
    return wished(sorts=("name", "accepted"), first="name", filters={"state": list(STATES)})


def _asked(wish: Wish) -> dict[str, Any]:
    return {"text": wish.q, "state": wish.chosen["state"], "sort": wish.sort, "descending": wish.descending}


def _row(each: campaigns.Member, mail: outbox.Mail | None) -> dict[str, Any]:
    return {
        "name": each.name,
        "url": url_for("desk_people.person", person_id=each.person_id),
        "organisations": each.organisations,
        "status": ("done", moment(each.accepted_at)) if each.accepted_at else ("waiting", say("nog niet akkoord")),
        "mail": say(outbox.STATES[mail.state]) if mail else say("nog niet gemaild"),
    }


def _organisations(publication: Publication) -> tuple[Wish, list[campaigns.Progress]]:
    wish = wished(sorts=("name", "concerned", "accepted", "waiting"), first="-waiting")
    found = campaigns.progress_by_organisation(reader(), publication)
    kept = [each for each in found if wish.q.casefold() in each.name.casefold()]
    keys: dict[str, Any] = {
        "name": lambda each: each.name.casefold(),
        "concerned": lambda each: each.concerned,
        "accepted": lambda each: each.accepted,
        "waiting": lambda each: each.waiting,
    }
    return wish, sorted(kept, key=keys[wish.sort], reverse=wish.descending)
