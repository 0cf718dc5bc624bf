"""The forms of a supplier's own report: its file, and what it is and for whom."""

import datetime as dt
from typing import Any

from wtforms import FileField, Form, RadioField, SelectChoice, StringField, TextAreaField

from portal.cases.fields import DayField
from portal.database import reader
from portal.parties.spelling import clean, clean_lines
from portal.reports import own_recipients, own_reports
from portal.reports.own_reports import Wanted
from portal.reports.own_tables import OwnReport, OwnReportFile
from portal.views.desk import spoken
from portal.wording import mark, say

YES, NO, ALL, NAMED = "yes", "no", "all", "named"


class FileForm(Form):
    """A file to publish."""

    file = FileField(mark("Bestand"), render_kw={"accept": ".pdf,.xlsx,.html,.htm"})


class ReportForm(Form):
    """What a report is, and for whom."""

    title = StringField(mark("Titel"), filters=[clean])
    version = StringField(mark("Versie"), description=mark("Bijvoorbeeld 2026-1."), filters=[clean])
    period_from = DayField(mark("Eerste dag waar het rapport over gaat"), required=True, earliest=None)
    period_until = DayField(mark("Laatste dag waar het rapport over gaat"), required=True, earliest=None)
    personal = RadioField(mark("Staan er persoonsgegevens in?"))
    legal_basis = TextAreaField(
        mark("Op welke grond mag iemand dit rapport delen?"),
        description=mark(
            "Alleen bij persoonsgegevens. Wie het rapport deelt, noemt deze grond. "
            "Bijvoorbeeld: AVG, artikel 6, lid 1, onder e."
        ),
        filters=[clean_lines],
        render_kw={"rows": 2, "maxlength": own_reports.LONGEST_BASIS},
    )
    for_whom = RadioField(mark("Voor wie is dit rapport?"))
    organisations = TextAreaField(
        mark("Besturen en vestigingen"),
        description=mark(
            "Op elke regel een bestuursnummer of een vestigingscode, bijvoorbeeld 28849 of 03KF00. "
            "Een bestuur staat voor al zijn scholen."
        ),
        filters=[clean_lines],
        render_kw={"rows": 6},
    )


def report_form(given: Any = None, *, first: dict[str, Any] | None = None) -> Form:
    """The form with what was sent, or with what stands in it at first."""
    form = spoken(ReportForm(given, data=first))
    form["personal"].choices = [SelectChoice(YES, say("Ja")), SelectChoice(NO, say("Nee"))]
    form["for_whom"].choices = [
        SelectChoice(ALL, say("Alle organisaties die dit product hebben")),
        SelectChoice(NAMED, say("Alleen de besturen en vestigingen hieronder")),
    ]
    for name in ("version", "legal_basis", "organisations"):
        form[name].description = say(form[name].description)
    return form


def begun(found: OwnReportFile) -> dict[str, Any]:
    """What stands in the form at first: of a next version what the one before it said."""
    before = reader.query(OwnReport).filter_by(series=found.series).order_by(OwnReport.since.desc()).first()
    if found.series is None or before is None:
        return {"title": found.file_name.rpartition(".")[0]}
    keys = [each.register_key for each in before.recipients]
    return {
        "title": before.title,
        "period_from": _boxes(before.period_from),
        "period_until": _boxes(before.period_until),
        "personal": YES if before.personal else NO,
        "legal_basis": before.legal_basis,
        "for_whom": ALL if before.for_all else NAMED,
        "organisations": own_recipients.as_text(reader(), keys),
    }


def _boxes(value: dt.date) -> dict[str, str]:
    return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}


def wanted(form: Form) -> Wanted:
    """What the form says."""
    return Wanted(
        title=form["title"].data or "",
        version=form["version"].data or "",
        period_from=_day(form["period_from"]),
        period_until=_day(form["period_until"]),
        personal={YES: True, NO: False}.get(form["personal"].data),
        legal_basis=form["legal_basis"].data or "",
        for_all={ALL: True, NAMED: False}.get(form["for_whom"].data),
        organisations=form["organisations"].data or "",
    )


def _day(field: DayField) -> dt.date | None:
    return dt.date.fromisoformat(field.answer) if field.answer else None


def in_order(form: Form, faults: dict[str, str]) -> dict[str, str]:
    """The faults in the order of the fields."""
    return {field.name: faults[field.name] for field in form if field.name in faults}
