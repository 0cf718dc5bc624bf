"""Builders for suppliers' own reports: good files of each kind, and publishing as a supplier does through the pages."""

import io
import uuid
import zipfile

from openpyxl import Workbook

from portal.database import reader
from portal.offers.tables import Product
from portal.reports import own_reports
from portal.reports.own_reports import Wanted
from portal.reports.own_tables import OwnReport
from tests.browser import Browser
from tests.builders import A_PDF, PRODUCT, SANNE, SCHOOL, Portal, a_role
from tests.suppliers import KIM, the_supplier
from workflows.vocabulary import Role

OVERVIEW = f"/leverancier/{PRODUCT}/rapporten"
NEW = f"{OVERVIEW}/nieuw"
FOR_SCHOOL = f"/rapporten/{PRODUCT}/{SCHOOL}/eigen"
TITLE = "Doorstroom per groep"
A_PAGE = b"""<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Doorstroom</title>
<style>table { border-collapse: collapse } td { padding: 4px; background: url(data:image/png;base64,AAAA) }</style></head>
<body><!-- gemaakt door de leverancier --><h1>Doorstroom</h1><p style="color: #123">Alle <a href="#t">groepen</a>.</p>
<table id="t"><tr><th scope="col">Groep</th><td>12</td></tr></table>
<svg viewBox="0 0 10 10" role="img" aria-label="Staaf"><rect x="0" y="0" width="4" height="8" fill="#036"/></svg>
<img alt="" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==">
</body></html>
"""


def a_workbook() -> bytes:
    """A small spreadsheet."""
    book, out = Workbook(), io.BytesIO()
    book.active.append(["Groep", "Doorstroom"])
    book.active.append(["Groep 8", 12])
    book.active["A3"].hyperlink = "https://leverancier.example/uitleg"
    book.save(out)
    return out.getvalue()


def with_part(workbook: bytes, name: str, content: bytes = b"x") -> bytes:
    """The same spreadsheet with one more part in it, or another in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for each in before.namelist():
            if each != name:
                after.writestr(each, before.read(each))
        after.writestr(name, content)
    return out.getvalue()


def a_publisher(portal: Portal) -> Browser:
    """Kim, administrator of the supplier."""
    a_role(portal, KIM, the_supplier(portal), Role.ADMINISTRATOR)
    return portal.sign_in(KIM)


def chosen(browser: Browser, content: bytes = A_PDF, name: str = "doorstroom.pdf", at: str = NEW) -> Browser:
    """At the form, with a file that was found fit."""
    return browser.open(at).upload("file", content, name).press("Nakijken")


def filled(browser: Browser, **other: str) -> Browser:
    """The form filled in: about the first half of 2026, for the school of the stories."""
    said = {"title": TITLE, "version": "2026-1", "organisations": SCHOOL, "personal": "no", "for_whom": "named"}
    days = {"period_from-day": "1", "period_from-month": "1", "period_from-year": "2026"}
    days |= {"period_until-day": "30", "period_until-month": "6", "period_until-year": "2026"}
    said |= {**days, **other}
    for name in ("personal", "for_whom"):
        browser.choose(name, *filter(None, [said.pop(name)]))
    return browser.fill(**said)


def published(portal: Portal, browser: Browser, content: bytes = A_PDF, name: str = "doorstroom.pdf", **other: str) -> uuid.UUID:  # fmt: skip
    """A report that is out, by the pages."""
    filled(chosen(browser, content, name), **other).press("Publiceren")
    assert browser.status == 200, browser.faults()
    return portal.ask(lambda: reader.query(OwnReport).order_by(OwnReport.since.desc()).first().id)  # type: ignore[union-attr]


def a_report(portal: Portal, content: bytes = A_PDF, **other: str) -> uuid.UUID:
    """A report of the supplier for the school of the stories."""
    return published(portal, a_publisher(portal), content, **other)


def reports_of(portal: Portal) -> tuple[uuid.UUID, uuid.UUID]:
    """A page that is out for the school of the stories, and a file of the service desk that is still to be published."""
    desk = portal.visitor(SANNE).person_id
    assert desk is not None
    first, last = portal.moment.date().replace(month=1, day=1), portal.moment.date()
    said = Wanted(TITLE, "2026-1", first, last, personal=False, legal_basis="", for_all=False, organisations=SCHOOL)
    with portal.opened():
        product = reader.query(Product).filter_by(name=PRODUCT).one().id
        report = own_reports.keep_file(product, A_PAGE, "doorstroom.html", by=desk)
        own_reports.publish(report, said, by=desk)
        return report, own_reports.keep_file(product, A_PDF, "uitstroom.pdf", by=desk)
