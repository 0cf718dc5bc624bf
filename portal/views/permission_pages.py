"""Permissions on the pages: what was approved in words, under which conditions, and until when."""

import datetime as dt
from typing import Any

from flask import url_for

from portal import clock
from portal.cases import access, in_force, permitting, printing, surroundings, turning, waiting
from portal.cases.access import Visitor
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.offers import blocks
from portal.offers.tables import Product
from portal.views.visitor import settings
from portal.wording import day


def summary(case: Case) -> dict[str, Any]:
    """One permission, as it stands beside a form."""
    return {
        "reference": case.reference,
        "until": day(permitting.last_day(case), weekday=True),
        "rows": _request(case),
        "conditions": [line for each in permitting.conditions(case) for line in lines(each.words)],
        "url": url_for("cases.show", case_id=case.id),
    }


def panel(case: Case, visitor: Visitor) -> dict[str, Any] | None:
    """What the page of a case says besides, where permission is asked; None of any other case."""
    if not workflow_of(case).asks_rights_holders:
        return None
    product = reader.get(Product, case.product_id) if case.product_id else None
    row = in_force.of_case(reader(), case.id, in_force.DISCLOSURE)
    file = permitting.attachment(case)
    return {
        "product": product_of(case),
        "request": _request(case) if case.state != CaseState.DRAFT and access.relevant_answers(case) else [],
        "conditions": [
            (each.organisation.name if each.organisation else "", lines(each.words))
            for each in permitting.conditions(case)
        ],
        "nobody_at": waiting.seats_nobody_fills(reader(), case),
        "no_holders": case.state == CaseState.ASSESSING and not access.seats(case),
        "contact": (product.contact if product else "") or settings().contact,
        "attachment": file["name"] if file else "",
        "last": clock.day_of(row.until - dt.timedelta(seconds=1)) if row and row.until else None,
        "runs": permitting.is_running(reader(), case.id),
        "was_ended": turning.was_taken_back(case),
        "shares_url": _shares_url(case, product, visitor) if row else "",
    }


def _request(case: Case) -> list[dict[str, Any]]:
    """What was asked, as it was answered."""
    answers = access.relevant_answers(case)
    sections = printing.sections(workflow_of(case), answers, surroundings.of(reader(), case))
    return [row for section in sections for row in section["rows"]]


def _shares_url(case: Case, product: Product | None, visitor: Visitor) -> str:
    """Where one sees what was shared under it."""
    if visitor.person_id == case.person_id:
        return url_for("share_ledger.mine", q=case.reference)
    holds = visitor.person_id and product and product in blocks.products_of(reader(), visitor.person_id)
    return url_for("share_ledger.product", product_name=product.name, q=case.reference) if product and holds else ""


def product_of(case: Case) -> str:
    """What the product is called about which permission is asked."""
    return reader.get_one(Product, case.product_id).title if case.product_id else ""


def lines(words: str) -> list[str]:
    """Conditions as they were written: each line one."""
    return [line.strip() for line in words.splitlines() if line.strip()]
