"""What the draft of an agreement still needs, in sentences that lead to where it is mended; and whose draft it is."""

from uuid import UUID

from flask import url_for

from portal.database import reader
from portal.errors import NotFoundError
from portal.offers import drafting, publications, suppliers
from portal.offers.agreements import parts
from portal.offers.agreements.parts import PARTS, Unfinished
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import PublicationDraft
from portal.views.desk import actor
from portal.wording import mark, say

GONE = mark("Dit concept is er niet meer: het is gepubliceerd of weggegooid.")


def draft_of(draft_id: UUID) -> PublicationDraft:
    """The draft, for its supplier and the service desk; nobody else finds it."""
    draft = reader.get(PublicationDraft, draft_id)
    if draft is None or draft.kind != PROCESSOR_AGREEMENT:
        raise NotFoundError(GONE)
    if suppliers.authority_over(reader(), actor(), draft.product) is None:
        raise NotFoundError(GONE)
    return draft


def unfinished(draft: PublicationDraft) -> list[Unfinished]:
    """What must be mended before this draft can be published, its number among the other versions as well."""
    agreement = drafting.agreement_of(draft)
    left = parts.unfinished(list(agreement.faults()))
    others = publications.versions(reader(), draft.product_id, draft.kind)
    if any(each.version == agreement.version for each in others):
        taken = say("Versie %(version)s is er al. Geef deze een ander nummer.", version=agreement.version)
        left.insert(0, Unfinished(parts.TEXT, "row-0-version", taken))
    return left


def sentence_of(left: Unfinished) -> str:
    """What is to be mended, with the row and the field where the sentence does not name them."""
    label = say(left.label) if left.label else ""
    row = say("Regel %(number)s", number=left.row) if left.row and left.part != parts.CLAUSES else ""
    where = ", ".join(each for each in (row, "" if label in left.sentence else label) if each)
    return f"{where}: {left.sentence}" if where else left.sentence


def link_of(draft: PublicationDraft, left: Unfinished) -> dict[str, str]:
    """The same, as a link to its page, under the name of that page."""
    url = url_for(
        "agreement_drafts.edit", draft_id=draft.id, part_name=left.part, nakijken=1, _anchor=left.field or None
    )
    return {"url": url, "sentence": f"{say(PARTS[left.part].title)}: {sentence_of(left)}"}
