"""Cases, their answers, what was assessed and signed, the documents made of them, and what is in force."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base
from portal.offers.tables import Publication
from portal.parties.tables import Organisation, Person
from portal.record.past import keeps_its_past


class CaseState(StrEnum):
    """Where a case stands; which step is next is never stored."""

    DRAFT = "draft"
    ASSESSING = "assessing"
    AGREEING = "agreeing"
    """whom it is for is asked to accept the conditions that were set"""
    ADVISING = "advising"
    PREPARING = "preparing"
    """the document is being made; signing is offered when it is certified"""
    SIGNING = "signing"
    DECIDED = "decided"
    REFUSED = "refused"
    """by an assessor"""
    DECLINED = "declined"
    """by a signatory, or by whom it was for"""
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class DocumentState(StrEnum):
    """Where a document stands."""

    ASKED = "asked"
    CERTIFIED = "certified"
    COMPLETE = "complete"
    WAITING = "waiting"
    """something outside does not answer; the cause says what"""
    PAPER = "paper"
    """signed on paper: nobody's electronic signature made it count"""


def _by_person(column: str) -> Index:
    """Finds somebody's cases in a state, in the order of a task list's question; most cases name nobody here."""
    named = text(f"{column} IS NOT NULL")
    return Index(f"ix_case_{column}_state", column, "state", postgresql_where=named, sqlite_where=named)


class Case(Base):
    """One run of a workflow, for one organisation or one person."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_state_workflow", "state", "workflow"),
        Index("ix_case_state_moved_at", "state", "moved_at"),
        Index("ix_case_organisation_id_state", "organisation_id", "state"),
        Index("ix_case_product_id_workflow_state", "product_id", "workflow", "state"),
        *(_by_person(column) for column in ("person_id", "started_by", "assigned_to")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    reference: Mapped[str] = mapped_column(String(30), unique=True)
    workflow: Mapped[str] = mapped_column(String(40))
    workflow_version: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    counterparty_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """Who signs its document as well, after the organisation: the supplier."""
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """For whom it is, where that is a person."""
    product_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("product.id"))
    publication_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("publication.id"))
    started_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    starter_email: Mapped[str] = mapped_column(String(254), default="")
    """Who started without an account."""
    assigned_to: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """The colleague to whom the draft was handed over."""
    state: Mapped[str] = mapped_column(String(12), default=CaseState.DRAFT)
    round: Mapped[int] = mapped_column(default=1)
    """Counts up when a case is sent back: mail and documents of an earlier round are not those of a later one."""
    started_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    moved_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    """Since when it waits for whoever must act now."""
    warned_at: Mapped[dt.datetime | None]
    """When its people were warned that it lapses if nothing happens."""
    submitted_at: Mapped[dt.datetime | None]
    decided_at: Mapped[dt.datetime | None]
    on_paper: Mapped[bool] = mapped_column(default=False)
    """Whether what decided it was signed on paper."""
    signing_for: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """While it is signed: the organisation whose signatures it waits for."""

    organisation: Mapped[Organisation | None] = relationship(foreign_keys=organisation_id)
    counterparty: Mapped[Organisation | None] = relationship(foreign_keys=counterparty_id)
    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
    starter: Mapped[Person | None] = relationship(foreign_keys=started_by)
    assignee: Mapped[Person | None] = relationship(foreign_keys=assigned_to)
    publication: Mapped[Publication | None] = relationship()
    answers: Mapped[list["StepAnswer"]] = relationship(order_by="StepAnswer.answered_at")
    earlier_answers: Mapped[list["EarlierAnswer"]] = relationship(order_by="EarlierAnswer.answered_at")
    assessments: Mapped[list["Assessment"]] = relationship(order_by="Assessment.at")
    turns: Mapped[list["Turn"]] = relationship(order_by="Turn.at")
    comments: Mapped[list["Comment"]] = relationship(order_by="Comment.at")
    documents: Mapped[list["Document"]] = relationship(back_populates="case", order_by="Document.made_at")


class StepAnswer(Base):
    """What was answered at one step, with a version so that a stale tab is recognised."""

    __tablename__ = "step_answer"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(40), primary_key=True)
    values: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    authors: Mapped[list[Any]] = mapped_column(default=list)
    """The ids of all who ever wrote it, the first one first: who rewrites it does not make that undone."""
    rests_on: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of each step that it is about the version that was on the screen."""

    person: Mapped[Person | None] = relationship()


class EarlierAnswer(Base):
    """What was answered before at a step that rests on others: an advice that was asked again stays on file."""

    __tablename__ = "earlier_answer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    step: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    values: Mapped[dict[str, Any]]
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[dt.datetime]

    person: Mapped[Person | None] = relationship()


class Assessment(Base):
    """One judgement of an assessor, or the advice of an adviser, with its words."""

    __tablename__ = "assessment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    assessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[str] = mapped_column(String(10))
    """accept, conditions (accepted under them), ask, refuse or advise"""
    for_organisation: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """The supplier or the board that was judged for; none where the operator or the subject did."""
    role: Mapped[str] = mapped_column(String(30), default="")
    """In which role: with the organisation it names the seat."""
    round: Mapped[int] = mapped_column(default=1)
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    assessor: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class TurnKind(StrEnum):
    """What can be done with a case besides answering, judging and signing it."""

    SENT_BACK = "sent_back"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    HANDED_OVER = "handed_over"
    AGREED = "agreed"
    """whom it is for accepted the conditions"""
    REVOKED = "revoked"
    """a rights holder took back a permission"""
    TAKEN_BACK = "taken_back"
    """a person took back a decision of their own"""
    MOVED = "moved"
    """to a newer definition or publication, by the operator"""


class Turn(Base):
    """A turn that a case took, by whom, and the reason they gave."""

    __tablename__ = "turn"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """None where time did it, or somebody without an account."""
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    person: Mapped[Person | None] = relationship()


class Comment(Base):
    """What somebody said about one question of a case, until it is settled."""

    __tablename__ = "comment"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    step: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    shared: Mapped[bool] = mapped_column(default=False)
    """Whether who signs as well reads it too: a question to the supplier, or its answer."""
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """The supplier, where somebody spoke for it."""
    settled_at: Mapped[dt.datetime | None]
    settled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class DraftLink(Base):
    """The mailed link by which somebody without an account comes back to a draft."""

    __tablename__ = "draft_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    expires_at: Mapped[dt.datetime]

    case: Mapped[Case] = relationship()


class KeptFile(Base):
    """A file that came with a form, kept for its case before the step is answered, so that it is never lost."""

    __tablename__ = "kept_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    blob: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)


class TypedStep(Base):
    """What somebody typed at a step and did not save: theirs alone, until they save it or throw it away."""

    __tablename__ = "typed_step"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    fields: Mapped[list[Any]]
    """The fields of the form as they stood there: pairs of name and value."""
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)


class Document(Base):
    """The document of a case: its facts as they were fixed, and which revision is current."""

    __tablename__ = "document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    template: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    """The short code printed on it."""
    facts: Mapped[dict[str, Any]]
    """Exactly what it shows; what is rendered is rendered from this alone."""
    state: Mapped[str] = mapped_column(String(12), default=DocumentState.ASKED)
    cause: Mapped[str] = mapped_column(Text, default="")
    waits_for: Mapped[str | None] = mapped_column(String(12))
    """While it waits: a word of documents.outside.WaitsFor."""
    waits_since: Mapped[dt.datetime | None]
    certified: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the revision that everybody signs."""
    current: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the last revision."""
    is_test: Mapped[bool] = mapped_column(default=False)
    """Sealed with the test authority."""
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    completed_at: Mapped[dt.datetime | None]
    void_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship(back_populates="documents")
    signatures: Mapped[list["Signature"]] = relationship(back_populates="document", order_by="Signature.ledger_size")
    revisions: Mapped[list["Revision"]] = relationship(order_by="Revision.number")
    on_paper: Mapped["OnPaper | None"] = relationship(back_populates="document")


class Revision(Base):
    """One state of a document's file: the first is the certified one, each next bears one signature more.

    After the last signature come those that renew the time stamp over the whole.
    """

    __tablename__ = "revision"

    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blob: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    stamped_by: Mapped[str | None] = mapped_column(String(200))
    """The name in the certificate of its last time stamp; None where a release before this one made it."""
    stamp_hash: Mapped[str | None] = mapped_column(String(20))
    stamp_ends: Mapped[dt.datetime | None] = mapped_column(index=True)
    """Until when the certificate of that time stamp is valid."""


class Signature(Base):
    """The act of signing: what, who, which revision, on what authority. Sealed into the file afterwards, once."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("document_id", "person_id"), UniqueConstraint("document_id", "field"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """For whom this person signed: nobody signs for both sides."""
    field: Mapped[str] = mapped_column(String(40))
    typed_name: Mapped[str] = mapped_column(String(200))
    function: Mapped[str] = mapped_column(String(200))
    confirms: Mapped[str] = mapped_column(Text)
    authority: Mapped[dict[str, Any]]
    seen: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the certified revision that was on the screen."""
    ledger_size: Mapped[int]
    ledger_head: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    completes: Mapped[bool] = mapped_column(default=False)
    """Whether this signature met the authority rule."""
    revision: Mapped[int | None]
    """The revision that bears it, once the worker has sealed it."""

    document: Mapped[Document] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship()


class OnPaper(Base):
    """A document signed on paper: the scan, who signed it, why, and the two of the operator who compared them."""

    __tablename__ = "on_paper"

    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id"), primary_key=True)
    scan: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the scanned copy in the vault."""
    scan_name: Mapped[str] = mapped_column(String(200))
    people: Mapped[list[Any]]
    """The ids of those who signed it."""
    authorities: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What each of them might do, frozen when it was confirmed, by person."""
    why: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[dt.datetime | None]

    document: Mapped[Document] = relationship(back_populates="on_paper")


class Reading(Base):
    """What was opened, by whom and when: written as it happens, outside acts."""

    __tablename__ = "reading"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    blob: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(10))
    """page or pdf"""
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)


@keeps_its_past(
    "kind", "organisation_id", "on_behalf_of", "person_id", "product_id", "version", "since", "until", "case_id"
)
class InForce(Base):
    """What a decided case made true: read by the gate, and by whoever asks what holds."""

    __tablename__ = "in_force"
    __table_args__ = (
        Index("ix_in_force_organisation", "organisation_id", "kind"),
        Index("ix_in_force_person", "person_id", "kind"),
        Index("ix_in_force_product", "product_id", "kind", "version"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """Whom it binds or serves."""
    on_behalf_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """For a declaration: the board that declared, where `organisation_id` is one of its schools."""
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    product_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("product.id"))
    version: Mapped[str] = mapped_column(String(20), default="")
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
