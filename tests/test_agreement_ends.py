"""The end of an agreement: by either side, on a day, with the days on which data can be fetched and must be gone."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from portal.cases.agreements import ending
from portal.cases.agreements.tables import AgreementEnd
from portal.cases.tables import InForce
from portal.database import reader
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, IRIS, NOOR, OURS, SANNE, TOM, Portal, Someone, sign
from tests.suppliers import KIM
from tests.test_agreement_register import agreed, register_of, rows_of
from tests.test_processor_agreement import an_agreement, offered
from tests.test_signed_elsewhere import LINE, taken_in
from tests.test_two_sides import SAM, the_supplier

__all__ = ["agreed", "offered"]


def ending_page(portal: Portal, someone: Someone = EVA, where: str = "") -> Browser:
    browser = portal.sign_in(someone).open(where or register_of(portal)).follow("Onderwijsresultatenmonitor")
    return browser.follow("Overeenkomst opzeggen")


def on(browser: Browser, day: dt.date, why: str = "Wij stappen over.") -> Browser:
    return browser.fill(ends__day=str(day.day), ends__month=str(day.month), ends__year=str(day.year), why=why)


def at_supplier(portal: Portal) -> str:
    return f"/organisaties/{the_supplier(portal)}/overeenkomsten"


def the_end(portal: Portal) -> AgreementEnd:
    return portal.ask(lambda: reader.scalars(select(AgreementEnd)).one())


def mailed(portal: Portal, someone: Someone, subject: str) -> int:
    return sum(each.startswith(subject) for each in portal.mails(someone.email))


def test_a_board_ends_an_agreement_and_both_sides_see_the_days(agreed: Portal) -> None:
    on(ending_page(agreed), dt.date(2027, 2, 1)).press("Ja, zeg op").sees("De overeenkomst is opgezegd.")
    for someone, where in ((EVA, register_of(agreed)), (SAM, at_supplier(agreed)), (SANNE, register_of(agreed))):
        page = agreed.sign_in(someone).open(where).sees("tot maandag 1 februari 2027", "van kracht")
        page.follow("Onderwijsresultatenmonitor").sees("Wij stappen over.", "dinsdag 2 maart 2027")  # thirty days
        page.sees("maandag 31 mei 2027")  # ninety more for back-ups
        page.sees_not("Overeenkomst opzeggen", "Verklaring van verwijdering ontbreekt")
    for each in (NOOR, EVA, SAM):
        assert (
            mailed(agreed, each, "De overeenkomst over Onderwijsresultatenmonitor eindigt op maandag 1 februari") == 1
        )
    agreed.moment = dt.datetime(2027, 1, 31, 23, 0, tzinfo=dt.UTC)  # midnight in Amsterdam
    [row] = rows_of(agreed.sign_in(EVA), register_of(agreed) + ".csv")
    assert (row["Status"], row["Tot"]) == ("geëindigd", "2027-02-01")
    assert [each for each in agreed.findings() if "tekenbevoegdheid" not in each.what] == []


def test_a_supplier_ends_one_too_and_today_is_at_once(agreed: Portal) -> None:
    on(ending_page(agreed, SAM, at_supplier(agreed)), agreed.moment.date()).press("Ja, zeg op")
    assert the_end(agreed).ends_at == agreed.moment
    ended = agreed.ask(lambda: {each.until for each in reader.query(InForce).filter_by(kind="processor_agreement")})
    assert ended == {agreed.moment}
    agreed.sign_in(EVA).open(register_of(agreed)).sees("geëindigd").follow("Onderwijsresultatenmonitor").sees(
        "Voorbeeldleverancier B.V."
    )


def test_days_are_whole_days_in_amsterdam_also_when_the_clock_goes_forward(agreed: Portal) -> None:
    on(ending_page(agreed), dt.date(2027, 3, 10)).press("Ja, zeg op")  # summer time begins on 28 March
    found = the_end(agreed)
    assert found.ends_at == dt.datetime(2027, 3, 9, 23, 0, tzinfo=dt.UTC)
    assert found.delete_by == dt.datetime(2027, 4, 8, 22, 0, tzinfo=dt.UTC)
    assert ending.last_day(found.delete_by) == dt.date(2027, 4, 8)


@pytest.mark.parametrize(
    ("day", "why", "field"),
    [
        (dt.date(2026, 11, 22), "Daarom.", "ends"),
        (dt.date(2030, 1, 1), "Daarom.", "ends"),
        (dt.date(2027, 2, 1), "", "why"),
        (dt.date(2027, 2, 1), "x" * 2001, "why"),
    ],
)
def test_what_is_not_right_is_said_at_the_field_and_nothing_ends(
    agreed: Portal, day: dt.date, why: str, field: str
) -> None:
    browser = on(ending_page(agreed), day, why).press("Ja, zeg op")
    assert (browser.status, list(browser.faults())) == (422, [field])
    assert agreed.count(AgreementEnd) == 0


def test_pressing_twice_ends_once_and_somebody_else_is_too_late(agreed: Portal) -> None:
    browser = on(ending_page(agreed), dt.date(2027, 2, 1))
    other = on(ending_page(agreed, SAM, at_supplier(agreed)), dt.date(2027, 3, 1))
    address, fields = browser.would_send("Ja, zeg op")
    for _ in range(2):
        browser.send("POST", address, data=fields)
        assert browser.status == 302
    assert agreed.count(Entry, act="end_agreement") == 1
    assert other.press("Ja, zeg op").status == 409
    assert agreed.ask(lambda: ending.last_day(reader.scalars(select(AgreementEnd)).one().ends_at)) == dt.date(
        2027, 1, 31
    )


def test_who_does_not_speak_for_a_side_ends_nothing(agreed: Portal) -> None:
    address = ending_page(agreed).address
    for someone in (NOOR, TOM, IRIS, SAM, SANNE):
        assert agreed.sign_in(someone).open(address).status == 404, someone
    agreed.sign_in(NOOR).open(register_of(agreed)).follow("Onderwijsresultatenmonitor").sees_not("opzeggen")
    school = agreed.sign_in(TOM).open("/organisaties")
    home = next(each.get("href", "") for each in school.all("a") if "/organisaties/" in each.get("href", ""))
    school.open(f"{home}/overeenkomsten/{uuid.UUID(address.split('/')[-2])}/opzeggen")
    assert school.status == 404
    assert agreed.count(AgreementEnd) == 0


def test_who_cannot_bind_an_organisation_alone_does_not_end_for_it(agreed: Portal) -> None:
    where = register_of(agreed)
    page = agreed.sign_in(EVA).open(where).follow("Onderwijsresultatenmonitor").follow("Overeenkomst opzeggen")
    page.sees("Voorbeeldleverancier B.V. zegde op", "getekende brief").sees_not("Wij zeggen op")
    agreed.sign_in(ANN).open(page.address).sees_not("Wij zeggen op")  # she and Bas together bind our board
    agreed.sign_in(BAS).open(where).follow("Onderwijsresultatenmonitor").sees_not("opzeggen")
    assert agreed.sign_in(BAS).open(page.address).status == 404
    address, fields = on(page, dt.date(2027, 2, 1)).would_send("Ja, zeg op")
    assert page.post(address, {**fields, "notice_of": str(agreed.organisation(OURS))}).status == 422
    assert list(page.faults()) == ["notice_of"]
    assert agreed.count(AgreementEnd) == 0


def test_an_administrator_puts_down_the_notice_that_the_other_side_gave(agreed: Portal) -> None:
    kim = ending_page(agreed, KIM, at_supplier(agreed)).sees(f"Stichting Voorbeeld {OURS} zegde op")
    on(kim, dt.date(2027, 2, 1), "Brief van 20 november.").press("Ja, zeg op")
    assert the_end(agreed).organisation_id == agreed.organisation(OURS)
    [told] = agreed.ask(lambda: reader.query(Entry).filter_by(act="end_agreement").all())
    assert (told.on_behalf_of, told.detail["notice_of"]) == (str(the_supplier(agreed)), str(agreed.organisation(OURS)))
    assert told.detail["authority"] is None
    assert "vastgelegd door Voorbeeldleverancier B.V." in agreed.letter(EVA.email, "De overeenkomst over")
    supplier = the_supplier(agreed)
    agreed.do(lambda session: setattr(session.scalars(select(AgreementEnd)).one(), "organisation_id", supplier))
    assert ["eindigt anders" in each.what for each in agreed.findings("agreements")] == [True]


def test_who_binds_an_organisation_alone_ends_for_it_by_that_authority(agreed: Portal) -> None:
    on(ending_page(agreed, SAM, at_supplier(agreed)), dt.date(2027, 2, 1)).press("Ja, zeg op")
    [told] = agreed.ask(lambda: reader.query(Entry).filter_by(act="end_agreement").all())
    assert told.detail["authority"]["mode"] == "alone"
    assert told.detail["notice_of"] == told.on_behalf_of == str(the_supplier(agreed))
    assert [each for each in agreed.findings() if "tekenbevoegdheid" not in each.what] == []


def test_reminders_come_a_week_before_and_what_is_overdue_is_shown_to_both_and_the_desk(agreed: Portal) -> None:
    on(ending_page(agreed), dt.date(2027, 2, 1)).press("Ja, zeg op")
    agreed.moment = dt.datetime(2027, 2, 22, 8, 0, tzinfo=dt.UTC)
    agreed.ask(ending.remind_all)
    assert mailed(agreed, EVA, "Uw gegevens uit") == 0
    agreed.later(days=1)
    for _ in range(2):
        agreed.ask(ending.remind_all)
    assert (mailed(agreed, EVA, "Uw gegevens uit"), mailed(agreed, SAM, "Uw gegevens uit")) == (1, 0)
    assert (mailed(agreed, EVA, "Gegevens van"), mailed(agreed, SAM, "Gegevens van")) == (0, 1)
    desk = agreed.sign_in(SANNE).open("/servicedesk/opgezegd").sees("tijd loopt")
    agreed.moment = dt.datetime(2027, 3, 2, 23, 0, tzinfo=dt.UTC)
    agreed.ask(ending.remind_all)
    for someone, where in ((EVA, register_of(agreed)), (SAM, at_supplier(agreed))):
        assert mailed(agreed, someone, "Verklaring van verwijdering ontbreekt") == 1
        page = agreed.sign_in(someone).open(where).follow("Onderwijsresultatenmonitor")
        page.sees("Verklaring van verwijdering ontbreekt")
    desk = (
        agreed.sign_in(SANNE).open("/servicedesk/opgezegd?state=overdue").sees("verklaring ontbreekt", "2 maart 2027")
    )
    [row] = rows_of(desk, "/servicedesk/opgezegd/opgezegd.csv")
    assert row["Alles gewist uiterlijk op"] == "2027-03-02"
    assert agreed.sign_in(EVA).open("/servicedesk/opgezegd").status == 404


def test_what_was_signed_elsewhere_is_ended_in_the_same_way(registered: Portal) -> None:
    taken_in(registered, LINE)
    on(ending_page(registered), dt.date(2027, 2, 1)).press("Ja, zeg op")
    registered.sign_in(ANN).open(register_of(registered)).sees("tot maandag 1 februari 2027")
    assert registered.findings() == ()


def test_an_end_that_was_changed_behind_our_back_is_named(agreed: Portal) -> None:
    on(ending_page(agreed), dt.date(2027, 2, 1)).press("Ja, zeg op")

    def change(session) -> None:  # type: ignore[no-untyped-def]
        session.scalars(select(AgreementEnd)).one().delete_by = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)

    agreed.do(change)
    assert ["eindigt anders" in each.what for each in agreed.findings("agreements")] == [True]


def test_an_agreement_that_ends_without_anybody_ending_it_is_named(agreed: Portal) -> None:
    def cut(session) -> None:  # type: ignore[no-untyped-def]
        for row in session.scalars(select(InForce).filter_by(kind="processor_agreement")):
            row.until = agreed.moment

    agreed.do(cut)
    assert any("eindigt op een ander moment" in each.what for each in agreed.findings("decisions"))


# --- The certificate of deletion ---------------------------------------------------------------------------------


def certifying(portal: Portal, *, day: dt.date) -> Browser:
    """Sam at the questions of the certificate, filled in and sent."""
    sam = portal.sign_in(SAM).open(at_supplier(portal)).follow("Onderwijsresultatenmonitor")
    sam.follow("Verklaar dat alles is gewist").press("Beginnen").follow("Welke gegevens zijn gewist?")
    [offered_one] = [each.get("value", "") for each in sam.all("input") if each.get("name") == "agreements"]
    sam.choose("agreements", offered_one).fill(how="Overschreven.")
    sam.fill(deleted_on__day=str(day.day), deleted_on__month=str(day.month), deleted_on__year=str(day.year))
    return sam.press("Opslaan en verder")


def test_the_supplier_signs_that_everything_is_gone_and_the_board_can_read_it(agreed: Portal) -> None:
    on(ending_page(agreed), agreed.moment.date()).press("Ja, zeg op")
    agreed.later(days=40)
    sam = certifying(agreed, day=agreed.moment.date()).press("Klaarzetten om te tekenen")
    agreed.work()
    case_id = agreed.case("deletion_certificate")
    sign(agreed, case_id, SAM)
    agreed.work()
    assert agreed.state(case_id) == "decided"
    assert mailed(agreed, EVA, "Gegevens gewist: Onderwijsresultatenmonitor") == 1
    eva = agreed.sign_in(EVA).open(register_of(agreed)).follow("Onderwijsresultatenmonitor")
    eva.sees("verwijdering verklaard").sees_not("Verklaring van verwijdering ontbreekt")
    eva.open(eva.link("Verklaring van verwijdering (PDF)"))
    assert eva.response.data.startswith(b"%PDF-")
    address = eva.address
    assert agreed.sign_in(IRIS).open(address).status == 404
    assert agreed.sign_in(TOM).open(address).status == 404
    agreed.sign_in(SANNE).open("/servicedesk/opgezegd").sees("verwijdering verklaard")
    sam.open(at_supplier(agreed)).follow("Onderwijsresultatenmonitor").sees_not("Verklaar dat alles is gewist")
    assert [each for each in agreed.findings() if "tekenbevoegdheid" not in each.what] == []

    def take_away(session) -> None:  # type: ignore[no-untyped-def]
        session.scalars(select(AgreementEnd)).one().certificate_id = None

    agreed.do(take_away)
    assert ["andere verklaring" in each.what for each in agreed.findings("agreements")] == [True]


def test_nothing_is_gone_before_the_end_or_on_a_day_to_come(agreed: Portal) -> None:
    on(ending_page(agreed), agreed.moment.date()).press("Ja, zeg op")
    agreed.later(days=1)
    browser = certifying(agreed, day=agreed.moment.date() + dt.timedelta(days=1))
    assert list(browser.faults()) == ["deleted_on"]
    browser.fill(deleted_on__day="1").press("Opslaan en verder")
    assert "Toen gold de overeenkomst nog." in browser.faults().values()


def test_while_the_agreement_holds_there_is_nothing_to_certify(agreed: Portal) -> None:
    on(ending_page(agreed), dt.date(2027, 2, 1)).press("Ja, zeg op")
    agreed.sign_in(SAM).open(at_supplier(agreed)).follow("Onderwijsresultatenmonitor").sees_not("Verklaar dat alles")


def test_of_an_end_after_which_the_two_signed_anew_nobody_is_reminded(agreed: Portal) -> None:
    on(ending_page(agreed), agreed.moment.date()).press("Ja, zeg op")
    again = an_agreement(agreed)
    for each in (ANN, BAS, SAM):
        sign(agreed, again, each)
    agreed.work()
    for days in (25, 60):
        agreed.later(days=days)
        with agreed.opened():
            assert ending.remind_all() == 0
    assert mailed(agreed, SAM, "Gegevens van") == mailed(agreed, SAM, "Verklaring van verwijdering ontbreekt") == 0
