"""One agreement in words: as a line of the register, and on its own page with its end."""

from typing import Any

from flask import url_for

from portal import clock
from portal.cases import access
from portal.cases.agreements import confirming, ending
from portal.cases.agreements.agreed import WAYS, Agreed, Signed, Standing
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.tables import Case, Document
from portal.database import reader
from portal.dossier.organisation import Rights
from portal.offers.agreements import summary
from portal.views import document_cards
from portal.views.visitor import visitor
from portal.wording import day, say
from workflows.vocabulary import Party


def row(each: Agreed, rights: Rights) -> dict[str, Any]:
    """One agreement as a line of the register."""
    here: dict[str, Any] = {"organisation_id": rights.organisation.id, "agreement_id": each.id}
    return {
        "title": each.product.title,
        "url": url_for("agreements.show", **here),
        "supplier": each.product.supplier.name,
        "board": each.board.name,
        "version": each.version,
        "schools": [each.name for each in each.schools],
        "since": day(clock.day_of(each.since)),
        "until": day(clock.day_of(each.until), weekday=True) if each.until else "",
        "state_kind": each.state[0],
        "state_text": say(each.state[1]),
        "signed": say(WAYS[each.signed]),
        "is_elsewhere": each.signed == Signed.ELSEWHERE,
        "newer": each.newer,
        "knows_text": each.text is not None,
        "subprocessors": [f"{one.name} ({one.country}): {one.task}" for one in each.subprocessors],
        "transfers": [transfer(country, basis) for country, basis in each.transfers],
        "breach": each.breach,
        "reference": each.reference,
        "pdf_url": url_for("agreements.pdf", **here) if each.document_id or each.blob else None,
    }


def case_url(each: Agreed) -> str | None:
    """Its case, for who may read that."""
    case = reader.get(Case, each.case_id) if each.case_id else None
    if case is None or not access.may_read(case, visitor()):
        return None
    return url_for("cases.show", case_id=case.id)


def beforehand(each: Agreed) -> dict[str, str] | None:
    """What the supplier signed beforehand, where the agreement rests on that, for who takes part in its case."""
    document = reader.get(Document, each.document_id) if each.document_id and case_url(each) else None
    return document_cards.beforehand(document) if document else None


def end_of(agreed: Agreed, rights: Rights) -> dict[str, Any] | None:
    """The end of it with its days; for its parties and the service desk."""
    found = ending.of(reader(), agreed.id)
    if found is None or not (ending.is_side(agreed, rights.organisation) or rights.is_service_desk):
        return None
    rows = [
        (say("Opgezegd door"), found.organisation.name),
        (say("Waarom"), found.why),
        (say("Eerste dag zonder overeenkomst"), day(clock.day_of(found.ends_at), weekday=True)),
        (say("Gegevens ophalen kan tot en met"), day(ending.last_day(found.export_until), weekday=True)),
        (say("Alles gewist uiterlijk op"), day(ending.last_day(found.delete_by), weekday=True)),
        (say("Uit reservekopieën uiterlijk op"), day(ending.last_day(found.backups_by), weekday=True)),
    ]
    return {
        "facts": [{"label": label, "value": value} for label, value in rows],
        "is_overdue": ending.is_overdue(found, at=clock.now()),
        "certificate_url": url_for(
            "agreements.certificate", organisation_id=rights.organisation.id, agreement_id=agreed.id
        )
        if found.certificate_id
        else None,
        "certify_url": url_for("cases.begin", workflow_name="deletion_certificate", organisation=rights.organisation.id)
        if found.certificate_id is None
        and found.ends_at <= clock.now()
        and rights.organisation.kind == Party.SUPPLIER
        and rights.roles & ending.CERTIFIES
        else None,
    }


def confirm_url(each: Agreed, rights: Rights) -> str | None:
    """Where the board says whether it signed this elsewhere."""
    found = reader.get(SignedElsewhere, each.id) if each.signed == Signed.ELSEWHERE else None
    if found is None or each.board.id != rights.organisation.id or not confirming.may_answer(found, visitor()):
        return None
    return url_for("agreement_confirming.answer", organisation_id=each.board.id, agreement_id=each.id)


def end_elsewhere_url(each: Agreed) -> str | None:
    """Where the service desk ends what was signed elsewhere."""
    may = each.signed == Signed.ELSEWHERE and each.standing != Standing.ENDED and access.is_service_desk(visitor())
    return url_for("signed_elsewhere.end", agreement_id=each.id) if may else None


def facts(each: Agreed) -> list[dict[str, Any]]:
    """Who agreed what, since when, and how it was signed."""
    rows = [
        (say("Schoolbestuur"), each.board.name),
        (say("Leverancier"), each.product.supplier.name),
        (say("Versie"), each.version),
        (say("Vanaf"), day(clock.day_of(each.since), weekday=True)),
        (say("Tot"), day(clock.day_of(each.until), weekday=True) if each.until else say("geen einddatum")),
        (say("Getekend"), _signed(each)),
        (say("Kenmerk"), each.reference),
        (say("Scholen"), [school.name for school in each.schools]),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _signed(each: Agreed) -> str:
    if each.signed_on is None:
        return say(WAYS[each.signed])
    return say("%(way)s, op %(day)s", way=say(WAYS[each.signed]), day=day(each.signed_on, weekday=True))


def content(each: Agreed) -> list[dict[str, Any]]:
    """What its text says, in short."""
    if each.text is None:
        return []
    body = each.text.body
    transfers = [transfer(country, basis) for country, basis in each.transfers]
    rows = [
        (say("Waarvoor gegevens worden gebruikt"), summary.purposes(body)),
        (say("Van wie"), summary.people(body)),
        (say("Welke gegevens"), summary.data(body)),
        (say("Hoe lang ze worden bewaard"), summary.retention(body)),
        (say("Doorgifte buiten de EER"), transfers or say("geen")),
        (say("Beveiliging"), summary.measures(body)),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def transfer(country: str, basis: str) -> str:
    """A country outside the EEA with the ground for it."""
    return f"{country}: {basis}" if basis else country
