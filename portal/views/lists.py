"""Lists of tasks and of cases: a line for each, searched and sorted as asked, and as a spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from portal import clock, dossier
from portal.cases import waiting
from portal.cases.agreements import subprocessor_mails
from portal.cases.agreements.tables import SignedElsewhere, SubprocessorAnswer
from portal.cases.catalogue import every_workflow, workflow_of
from portal.cases.tables import Case, Document
from portal.database import reader
from portal.dossier import tasks
from portal.dossier.tasks import Task, Tasks
from portal.offers.tables import Product
from portal.views import case_pages
from portal.views.exports import csv_response
from portal.views.overviews import Wish
from portal.wording import day, mark, say

ASKS = {
    tasks.SIGN: mark("Tekenen"),
    tasks.ANSWER: mark("Vragen beantwoorden"),
    tasks.SUBMIT: mark("Nakijken en versturen"),
    tasks.ASSESS: mark("Beoordelen"),
    tasks.AGREE: mark("Voorwaarden lezen"),
    tasks.ADVISE: mark("Advies geven"),
    tasks.REPLY: mark("Vraag van een bestuur"),
    "terms": mark("Voorwaarden lezen"),
    "subprocessor": mark("Nieuwe subverwerker bekijken"),
    "objection": mark("Bezwaar beantwoorden"),
    "elsewhere": mark("Zeggen of het klopt"),
}


@dataclass(frozen=True)
class Line:
    """One line of a list of tasks, whatever the task is about."""

    title: str
    whom: str
    reference: str
    asks: str
    who: str
    since: date
    expected: date | None
    url: str

    @property
    def is_late(self) -> bool:
        """Whether it was expected before today."""
        return self.expected is not None and self.expected < clock.today()

    @property
    def words(self) -> str:
        """Everything by which the line can be found."""
        return f"{self.title} {self.whom} {self.reference} {self.who}".casefold()


def mine(found: Tasks) -> Iterable[Line]:
    """Everything that waits for me, the documents to sign among it."""
    yield from map(to_sign, found.to_sign)
    for task in found.mine:
        yield line_of(task)
    for terms in found.terms:
        yield Line(
            say("Gebruiksvoorwaarden, versie %(version)s", version=terms.version),
            terms.product.title,
            "",
            "terms",
            "",
            clock.today(),
            terms.until,
            url_for("cases.begin", workflow_name="usage_terms", product=terms.product.name),
        )
    for answer, as_supplier in found.subprocessors:
        yield about_subprocessor(answer, as_supplier=as_supplier)
    for agreed in found.elsewhere:
        yield about_elsewhere(agreed)


def about_elsewhere(agreed: SignedElsewhere) -> Line:
    """What others say that a board signed elsewhere."""
    return Line(
        say("Elders getekende overeenkomst"),
        f"{agreed.board.name} · {agreed.product.title}",
        "",
        "elsewhere",
        "",
        clock.day_of(agreed.entered_at),
        None,
        url_for("agreement_confirming.answer", organisation_id=agreed.board_id, agreement_id=agreed.id),
    )


def about_subprocessor(answer: SubprocessorAnswer, *, as_supplier: bool) -> Line:
    """A new sub-processor of which a board can still say something, or an objection that waits for the supplier."""
    notice = answer.notice
    here: dict[str, Any] = {"notice_id": notice.id, "organisation_id": answer.board_id}
    url = url_for("subprocessors.show", **here)
    if as_supplier:
        here = {"notice_id": notice.id, "organisation_id": notice.organisation_id, "board_id": answer.board_id}
        url = url_for("subprocessors.reply", **here)
    return Line(
        say("Subverwerker %(name)s", name=notice.name),
        f"{answer.board.name} · {notice.product.title}",
        "",
        "objection" if as_supplier else "subprocessor",
        "",
        clock.day_of(answer.answered_at or notice.announced_at),
        None if as_supplier or answer.answer else subprocessor_mails.last_day(answer),
        url,
    )


def to_sign(document: Document) -> Line:
    """A document that waits for my signature, as a line."""
    return Line(
        document.title,
        document.facts["organisation"]["name"],
        document.facts["reference"],
        tasks.SIGN,
        "",
        clock.day_of(document.made_at),
        waiting.expected_on(document.case),
        url_for("signing.sign", document_id=document.id),
    )


def line_of(task: Task) -> Line:
    case = task.case
    return Line(
        say(workflow_of(case).title),
        whom(case),
        case.reference,
        task.asks,
        ", ".join(task.who),
        clock.day_of(task.since),
        task.expected,
        url_for("offering.case" if task.asks == tasks.REPLY else "cases.show", case_id=case.id),
    )


def whom(case: Case) -> str:
    """For whom a case is, and about which product where it is about one; of a request to rights holders who asks."""
    name = case.person.name if case.person and workflow_of(case).asks_rights_holders else _organisation(case)
    return " · ".join(filter(None, [name, _product(case)]))


def _organisation(case: Case) -> str:
    return case.organisation.name if case.organisation else ""


def _product(case: Case) -> str:
    """What an organisation's case, or a request to rights holders, is about, where that is a product."""
    if workflow_of(case).asks_rights_holders and case.product_id:
        return str(reader.get_one(Product, case.product_id).title)
    return case.publication.product.title if case.organisation and case.publication else ""


def chosen(lines: Iterable[Line], wish: Wish) -> list[Line]:
    """The lines that were asked for, in the order that was asked for; without a date comes last."""
    asks = wish.chosen.get("asks", "")
    found = [each for each in lines if wish.q.casefold() in each.words and asks in ("", each.asks)]
    keys = {
        "title": lambda each: each.title.casefold(),
        "whom": lambda each: each.whom.casefold(),
        "who": lambda each: each.who.casefold(),
        "since": lambda each: each.since,
        "expected": lambda each: each.expected or date.max,
    }
    return sorted(found, key=keys[wish.sort], reverse=wish.descending)


def lines_as_csv(lines: Iterable[Line]) -> ResponseReturnValue:
    columns = [
        say("Wat"),
        say("Voor wie"),
        say("Kenmerk"),
        say("Wat wordt gevraagd"),
        say("Wacht op"),
        say("Sinds"),
        say("Uiterlijk"),
    ]
    rows = [
        (
            each.title,
            each.whom,
            each.reference,
            say(ASKS[each.asks]) if each.asks else "",
            each.who,
            each.since,
            each.expected,
        )
        for each in lines
    ]
    return csv_response("taken", columns, rows)


def case_row(case: Case) -> dict[str, Any]:
    """A case as a row of an overview."""
    kind, state = case_pages.state_of(case)
    return {
        "url": url_for("cases.show", case_id=case.id),
        "reference": case.reference,
        "title": say(workflow_of(case).title),
        "whom": whom(case) if workflow_of(case).asks_rights_holders else _organisation(case),
        "state_kind": kind,
        "state_text": state,
        "who": ", ".join(dossier.waits_for(case)),
        "since": day(clock.day_of(case.moved_at), weekday=True),
    }


def cases_as_csv(name: str, cases: Iterable[Case]) -> ResponseReturnValue:
    """Cases as a spreadsheet."""
    columns = [
        say("Kenmerk"),
        say("Procedure"),
        say("Organisatie"),
        say("Status"),
        say("Wacht op"),
        say("Begonnen"),
        say("Laatste stap"),
        say("Afgelopen"),
    ]
    rows = [
        (
            case.reference,
            say(workflow_of(case).title),
            _organisation(case),
            case_pages.state_of(case)[1],
            ", ".join(dossier.waits_for(case)),
            case.started_at,
            case.moved_at,
            case.decided_at,
        )
        for case in cases
    ]
    return csv_response(name, columns, rows)


def workflow_titles() -> list[tuple[str, str]]:
    """Every procedure by name with its title, for a filter."""
    return sorted(
        ((name, say(next(iter(versions.values())).title)) for name, versions in every_workflow().items()),
        key=lambda each: each[1],
    )
