"""Publications from draft to published: written, compared, their effect foretold, and the campaign that follows."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.cases import campaigns
from portal.database import reader
from portal.offers import drafting, publications
from portal.offers.differences import difference
from portal.offers.publications import Version, grace_end, those_that_suffice
from portal.offers.tables import Product, Publication, PublicationDraft
from portal.offers.terms import Clause, Terms, read_terms
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import ANN, PRODUCT, SANNE, SCHOOL, TOM, Portal, accepted_terms

REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
DESK = f"/servicedesk/producten/{PRODUCT}"
RECIPIENTS = 2
"""The place of the clause about recipients in the terms that ship."""


def a_draft(portal: Portal) -> Browser:
    """Sanne at a copy of the latest version."""
    return portal.sign_in(SANNE).open(DESK).press("Maak een concept")


def at_preview(portal: Portal, version: str = "2027-01", **typed: str) -> Browser:
    """Sanne at the preview of a version in which one clause was changed."""
    known = {"clauses__2__text": "U mag cijfers delen met uw eigen school en met niemand anders."}
    return a_draft(portal).fill(version=version, **{**known, **typed}).press("Bewaren en bekijken")


def on(desk: Browser, day: dt.date, grace_days: int = 14) -> Browser:
    """The effect of this draft from a day on."""
    when = {"since__day": str(day.day), "since__month": str(day.month), "since__year": str(day.year)}
    return desk.fill(grace_days=str(grace_days), **when).press("Bekijk het gevolg")


def a_new_version(portal: Portal, *, in_days: int = 0, grace_days: int = 14, version: str = "2027-01") -> Browser:
    """A version published through the pages, that takes effect in so many days."""
    day = (portal.moment + dt.timedelta(days=in_days)).date()
    return on(at_preview(portal, version), day, grace_days).press(f"Publiceer versie {version}")


def publication(portal: Portal, version: str = "2027-01") -> Publication:
    return portal.ask(lambda: reader.query(Publication).filter_by(version=version).one())


# --- Writing a draft ---------------------------------------------------------------------------------------------


def test_a_draft_begins_as_a_copy_of_the_latest_version_and_keeps_what_is_typed(portal: Portal) -> None:
    desk = a_draft(portal).sees("Concept")
    assert desk.values()["clauses-0-heading"] == ["Waarvoor u de rapporten gebruikt"]
    desk.fill(title="", clauses__0__text="Half af").press("Bewaren").sees("Zonder titel")
    assert desk.open(desk.address).values()["clauses-0-text"] == ["Half af"]


def test_clauses_are_added_moved_and_taken_out_without_javascript_and_put_back(portal: Portal) -> None:
    desk = a_draft(portal)
    first, second = (desk.values()[f"clauses-{place}-heading"][0] for place in (0, 1))
    desk.press("Omlaag: Bepaling 1")
    assert [desk.values()[f"clauses-{place}-heading"][0] for place in (0, 1)] == [second, first]
    desk.press("Omhoog: Bepaling 2")
    desk.press("Bepaling toevoegen").fill(clauses__10__heading="Nieuw").press("Bewaren")
    assert desk.values()["clauses-10-heading"] == ["Nieuw"]
    desk.press("Weghalen: Bepaling 1").sees(f"Bepaling weggehaald: {first}")
    assert desk.values()["clauses-0-heading"] == [second]
    desk.press("Zet terug")
    assert desk.values()["clauses-0-heading"] == [first] and "clauses-10-heading" in desk.values()


def test_a_stale_tab_overwrites_nothing_and_shows_both(portal: Portal) -> None:
    first = a_draft(portal)
    second = portal.sign_in(SANNE).open(first.address)
    first.fill(introduction="Van de een").press("Bewaren")
    assert second.fill(introduction="Van de ander").press("Bewaren").status == 409
    second.sees("intussen gewijzigd", "[vervallen: een]", "[toegevoegd: ander]")
    assert portal.ask(lambda: reader.query(PublicationDraft).one().body["introduction"]) == "Van de een"
    second.press("Bewaren")
    assert portal.ask(lambda: reader.query(PublicationDraft).one().body["introduction"]) == "Van de ander"


def test_a_file_becomes_a_draft_and_a_bad_one_says_why(portal: Portal) -> None:
    desk = portal.sign_in(SANNE).open(DESK)
    for content, sentence in (
        (b"title = ", "geen goed TOML-bestand"),
        (b"\xff\xfe\x00", "geen gewone tekst"),
        (b'title = "x"\nversion = "1"\nintroduction = "y"', "geen bepalingen"),
        (b'title = "x"\nversion = "1"\nintroduction = "y"\n[[clauses]]\nid = "A B"', "geen goede id"),
        (b"x = 1\n" * 100_000, "te groot"),
    ):
        assert desk.upload("file", content, "x.toml").press("Bestand inlezen").status == 422
        assert sentence in desk.text
    shipped = publications.SHIPPED / "usage_terms_2026-11.toml"
    desk.upload("file", shipped.read_bytes(), "x.toml").press("Bestand inlezen").sees("Concept")
    assert desk.values()["version"] == ["2026-11"]


def test_a_draft_is_thrown_away_after_being_asked(portal: Portal) -> None:
    desk = a_draft(portal).follow("Concept weggooien").sees("niet ongedaan maken")
    assert portal.count(PublicationDraft) == 1
    desk.press("Ja, weggooien").sees("weggegooid", "Er is geen concept")
    assert portal.count(PublicationDraft) == 0


def test_forced_fields_make_no_clause_of_their_own_and_no_fault(portal: Portal) -> None:
    desk = a_draft(portal)
    odd = {"clauses-²-heading": "x", "clauses-99999999999-heading": "y", "clauses-0-id": "../x", "do": "up:999"}
    desk.post(desk.address, {"seen": "1", "title": "t" * 5000, "version": "1", **odd})
    assert desk.status == 422
    desk.post(desk.address, {"seen": "1", "title": "t", "version": "1", **odd})
    ids = portal.ask(lambda: [each["id"] for each in reader.query(PublicationDraft).one().body["clauses"]])
    assert len(ids) == 1 and ids[0].startswith("clause_")
    assert desk.post(desk.address, {"seen": "2", "do": "nonsense"}).status == 404


# --- Before publishing -------------------------------------------------------------------------------------------


def test_the_preview_marks_changed_words_in_words_and_not_by_colour_alone(portal: Portal) -> None:
    desk = at_preview(portal).sees("Vergeleken met versie 2026-11", "3. Met wie u mag delen", "Gewijzigd")
    desk.sees("[toegevoegd:", "[vervallen:", "10 delen van de tekst zijn gelijk gebleven")
    assert desk.all("ins") and desk.all("del")


def test_an_unfinished_draft_cannot_be_published_and_says_where(portal: Portal) -> None:
    desk = at_preview(portal, version="", clauses__0__heading="", clauses__1__confirm="")
    desk.sees("nog niet af", "een nummer", "bepaling 1 een kop", "bij bepaling 2 bevestigt").sees_not(
        "Bekijk het gevolg"
    )


@pytest.mark.parametrize(
    ("days", "sentence"), [(-1, "zondag 22 november 2026 is voorbij"), (3000, "vijf jaar"), (None, "Vul een datum in")]
)
def test_a_day_that_cannot_be_is_refused_with_a_sentence(portal: Portal, days: int | None, sentence: str) -> None:
    desk = at_preview(portal)
    if days is None:
        desk.fill(since__day="", since__month="", since__year="").press("Bekijk het gevolg")
    else:
        on(desk, (portal.moment + dt.timedelta(days=days)).date())
    assert desk.status == 422
    assert sentence in desk.faults()["since"]


@pytest.mark.parametrize("grace", ["-1", "731", "x", ""])
def test_a_grace_that_cannot_be_is_refused(portal: Portal, grace: str) -> None:
    desk = at_preview(portal).fill(since__day="1", since__month="1", since__year="2027", grace_days=grace)
    assert desk.press("Bekijk het gevolg").status == 422
    assert "dagen" in desk.faults()["grace_days"]


def test_two_versions_with_one_number_or_one_day_are_refused(portal: Portal) -> None:
    at_preview(portal, version="2026-11").sees("Versie 2026-11 is er al").sees_not("Bekijk het gevolg")
    a_new_version(portal, in_days=10)
    desk = on(at_preview(portal, "2027-02"), (portal.moment + dt.timedelta(days=10)).date())
    assert desk.status == 422
    assert "gaat versie 2027-01 al in" in desk.faults()["since"]


def test_the_effect_on_the_gate_is_foretold_in_numbers(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    accepted_terms(in_force, ANN)
    desk = on(at_preview(in_force), dt.date(2026, 12, 1), 14)
    desk.sees(
        "2 personen accepteerden versie 2026-11",
        "Vanaf dinsdag 1 december 2026",
        "Tot en met maandag 14 december 2026 voldoet de vorige versie nog",
        "lezers van 1 school",
        "Ook bij 1 andere organisatie",
    )
    assert in_force.count(Publication) == 1


def test_what_changed_after_the_preview_is_not_published(portal: Portal) -> None:
    desk = on(at_preview(portal), dt.date(2026, 12, 1))
    draft_id = portal.ask(lambda: reader.query(PublicationDraft).one().id)
    portal.sign_in(SANNE).open(f"/servicedesk/concepten/{draft_id}").fill(title="Stiekem anders").press("Bewaren")
    assert desk.press("Publiceer versie 2027-01").status == 409
    assert portal.count(Publication) == 1


# --- Published ---------------------------------------------------------------------------------------------------


def test_a_published_version_is_hashed_witnessed_and_cannot_be_changed(portal: Portal) -> None:
    desk = a_new_version(portal, in_days=8).sees("ligt vast", "gaat in op dinsdag 1 december 2026")
    made = publication(portal)
    assert made.sha256 == publications.digest(made.body)
    [entry] = portal.ask(lambda: reader.query(Entry).filter_by(subject=f"publication:{made.id}").all())
    assert (entry.act, entry.document, entry.detail["since"]) == ("publish", made.sha256, made.since.isoformat())
    desk.sees(made.sha256[:8], "Logboekregel")
    assert not [
        each for each in desk.all("form") if each.get("method") == "post" and "uitloggen" not in str(each.get("action"))
    ]
    desk.open(DESK).sees("geldt nu", "gaat in op dinsdag", "Er is geen concept")


def test_today_means_now_and_not_this_morning(portal: Portal) -> None:
    """Whoever read at eight o'clock did so under the terms of eight o'clock."""
    a_new_version(portal, in_days=0)
    assert publication(portal).since == portal.moment


def test_the_states_of_a_version_follow_the_calendar(portal: Portal) -> None:
    a_new_version(portal, in_days=8, grace_days=14)
    desk = portal.sign_in(SANNE)
    desk.open(DESK).sees("gaat in op dinsdag 1 december 2026", "geldt nu")
    portal.later(days=8)
    desk = portal.sign_in(SANNE).open(DESK).sees("voldoet nog tot en met maandag 14 december 2026")
    portal.later(days=14)
    portal.sign_in(SANNE).open(DESK).sees("voorbij")


def test_nobody_else_finds_these_pages(in_force: Portal) -> None:
    a_new_version(in_force)
    made = publication(in_force)
    ann = in_force.sign_in(ANN)
    for address in (DESK, f"/servicedesk/publicaties/{made.id}", f"/servicedesk/publicaties/{made.id}/campagne.csv"):
        assert ann.open(address).status == 404


# --- The campaign ------------------------------------------------------------------------------------------------


def test_who_accepted_the_earlier_version_is_mailed_when_the_new_one_takes_effect(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    a_new_version(in_force, in_days=8)
    in_force.work()
    assert not [each for each in in_force.mails(TOM.email) if "Nieuwe voorwaarden" in each]
    in_force.later(days=8).work()
    in_force.work()
    assert len([each for each in in_force.mails(TOM.email) if "Nieuwe voorwaarden" in each]) == 1
    letter = in_force.letter(TOM.email, "Nieuwe voorwaarden")
    assert "Gewijzigd: Met wie u mag delen." in letter
    assert "Tot en met maandag 14 december 2026 is uw eerdere akkoord nog genoeg" in letter
    assert not [each for each in in_force.mails(ANN.email) if "Nieuwe voorwaarden" in each]
    tom = in_force.sign_in(TOM).open(in_force.mailed_link(TOM.email, "Nieuwe voorwaarden"))
    assert tom.status == 200


def test_the_campaign_goes_on_where_it_stopped_and_mails_each_once(in_force: Portal) -> None:
    for someone in (TOM, ANN):
        accepted_terms(in_force, someone)
    a_new_version(in_force)
    made, many = publication(in_force).id, campaigns.AT_ONCE
    try:
        campaigns.AT_ONCE = 1
        in_force.work()
    finally:
        campaigns.AT_ONCE = many
    with in_force.opened():
        campaigns.tell(made, after="")  # the worker died before it could say that it was done
    in_force.work()
    for someone in (TOM, ANN):
        assert len([each for each in in_force.mails(someone.email) if "Nieuwe voorwaarden" in each]) == 1


def test_the_progress_shows_who_accepted_by_person_and_organisation(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    accepted_terms(in_force, ANN)
    a_new_version(in_force)
    in_force.later(hours=1).work()
    accepted_terms(in_force, TOM)
    desk = in_force.sign_in(SANNE).open(DESK).follow("Campagne").sees("1 van 2 personen zijn akkoord", "in het postvak")
    desk.open(f"{desk.address}?state=waiting").sees("1 persoon", ANN.name).sees_not(TOM.name)
    desk.follow("Opslaan als spreadsheet")
    assert ANN.email in desk.response.data.decode() and TOM.email not in desk.response.data.decode()
    desk.open(f"/servicedesk/publicaties/{publication(in_force).id}/campagne/organisaties").sees("2 organisaties")
    desk.follow("Opslaan als spreadsheet")
    assert '"Stichting Voorbeeld 28849";"1";"0";"1"' in desk.response.data.decode()


def test_a_reminder_goes_to_who_has_not_accepted_after_asking_and_once_a_day(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    accepted_terms(in_force, ANN)
    a_new_version(in_force)
    accepted_terms(in_force.later(hours=1), TOM)
    desk = (
        in_force.sign_in(SANNE)
        .open(DESK)
        .follow("Campagne")
        .follow("Herinner 1 persoon")
        .sees("1 persoon die nog niet")
    )
    address = desk.address
    desk.press("Ja, stuur de herinnering").sees("Er gaat 1 herinnering uit", "Morgen kan het weer")
    assert desk.post(address).status == 409
    assert any(each.startswith("Herinnering") for each in in_force.mails(ANN.email))
    assert not any(each.startswith("Herinnering") for each in in_force.mails(TOM.email))
    in_force.later(days=1)
    in_force.sign_in(SANNE).open(address).press("Ja, stuur").sees("Er gaat 1 herinnering uit")


def test_who_accepts_the_next_version_sees_what_changed_since_the_one_they_accepted(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    a_new_version(in_force, grace_days=0)
    tom = in_force.later(minutes=1).sign_in(TOM).open(REPORT).press("Lees de voorwaarden")
    tom.sees("Wat er veranderde sinds versie 2026-11", "[toegevoegd:")


# --- The command line --------------------------------------------------------------------------------------------


def test_a_file_is_published_from_the_command_line_with_the_same_refusals(portal: Portal) -> None:
    text = (publications.SHIPPED / "usage_terms_2026-11.toml").read_text()
    later = text.replace('version = "2026-11"', 'version = "2027-05"').replace("2026-11-01", "2027-05-01")
    with portal.opened():
        assert drafting.publish_file(later, product_name=PRODUCT).version == "2027-05"
        for wrong in (later, text.replace("2026-11", "2027-06", 1)):
            with pytest.raises(publications.InvalidError):
                drafting.publish_file(wrong, product_name=PRODUCT)


# --- Products ----------------------------------------------------------------------------------------------------


def test_a_real_installation_makes_its_first_product_without_the_demonstration(portal: Portal) -> None:
    desk = portal.sign_in(SANNE).open("/servicedesk/producten").follow("Nieuw product")
    desk.fill(title="Personeelsprognose", name="prognose", supplier="Prognosebureau", contact="vragen@prognose.example")
    desk.fill(rights_holders="Bureau A\nBureau B").choose("recipient_groups", "school", "board")
    desk.press("Opslaan").sees("Personeelsprognose is gemaakt", "Nog niets gepubliceerd", "Bureau A", "Prognosebureau")
    product = portal.ask(lambda: reader.query(Product).filter_by(name="prognose").one())
    assert product.conditions == ["account", "block", "second_factor", "registered", "agreement", "member", "terms"]
    assert [key for key, _ in product.recipient_groups] == ["school", "board", "none"]
    desk.press("Begin een concept").fill(title="T", version="1", introduction="I").fill(
        clauses__0__heading="K", clauses__0__text="X"
    )
    on(desk.press("Bewaren en bekijken").sees("Dit is de eerste versie"), portal.moment.date(), 0)
    desk.sees("Niemand heeft nu toegang").press("Publiceer versie 1").sees("geldt nu")


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("name", "Met Hoofdletters"), ("name", PRODUCT), ("supplier", ""), ("contact", "geen adres")],
)
def test_a_product_that_cannot_be_is_refused_at_the_field_and_nothing_typed_is_lost(
    portal: Portal, field: str, value: str
) -> None:
    desk = portal.sign_in(SANNE).open("/servicedesk/producten/nieuw")
    sound = {"title": "T", "name": "nieuw", "supplier": "S", "contact": "a@b.example", "description": "blijft staan"}
    desk.fill(**{**sound, field: value}).press("Opslaan")
    assert desk.status == 422 and list(desk.faults()) == [field]
    assert desk.values()["description"] == ["blijft staan"]


def places(desk: Browser, **chosen: str) -> Browser:
    codes = ("account", "block", "second_factor", "registered", "member", "terms")
    fields = {f"place_{code}": chosen.get(code, "") for code in codes}
    product = {
        "title": "T",
        "supplier": "S",
        "has_reports": "yes",
        "contact": "a@b.example",
        "recipient_groups": "school",
    }
    return desk.post(f"{DESK}/wijzigen", {**product, **fields})


def test_a_gate_without_conditions_is_refused_and_their_order_is_kept(portal: Portal) -> None:
    desk = portal.sign_in(SANNE).open(f"{DESK}/wijzigen")
    assert places(desk).status == 422
    desk.sees("staat de poort voor iedereen open")
    assert places(desk, account="1", terms="1").status == 422
    desk.sees("Twee voorwaarden staan op plaats 1")
    assert places(desk, terms="1", account="3").status == 302
    conditions = portal.ask(lambda: reader.query(Product).filter_by(name=PRODUCT).one().conditions)
    assert conditions == ["terms", "account"]


# --- Pure: what changed, and when grace ends ---------------------------------------------------------------------

clauses = st.builds(
    Clause,
    id=st.sampled_from(["a", "b", "c", "d", "e"]),
    heading=st.sampled_from(["Een", "Twee", "Drie"]),
    text=st.text("ab c\n.", max_size=12),
    key=st.booleans(),
    confirm=st.text("x y", max_size=5),
)
bodies = st.lists(clauses, max_size=5, unique_by=lambda each: each.id).map(
    lambda found: Terms("t", "1", "inleiding", tuple(found)).body()
)


@given(bodies, bodies)
def test_the_parts_of_a_difference_hold_both_texts_exactly(old: dict, new: dict) -> None:
    changes = difference(old, new)
    for body, gone in ((old, "added"), (new, "removed")):
        texts = {each["id"]: (each["heading"], each["text"], each["confirm"] or "") for each in body["clauses"]}
        read = {
            each.id: tuple(
                "".join(text for op, text in parts if op != gone) for parts in (each.title, each.parts, each.confirm)
            )
            for each in changes
            if each.id and each.kind != gone
        }
        assert sorted(read.values()) == sorted(texts.values())


@given(bodies)
def test_a_text_does_not_differ_from_itself(body: dict) -> None:
    assert {each.kind for each in difference(body, body)} == {"same"}


@given(bodies, bodies)
def test_every_clause_of_either_version_stands_there_once_and_in_the_order_of_the_new(old: dict, new: dict) -> None:
    changes = difference(old, new)[1:]
    kept = [each.number for each in changes if each.kind != "removed"]
    assert kept == [each["number"] for each in new["clauses"]]
    gone = len([each for each in changes if each.kind == "removed"])
    added = len([each for each in changes if each.kind == "added"])
    assert len(old["clauses"]) - gone == len(new["clauses"]) - added
    assert (difference(old, new)[0].kind == "same") == (old["introduction"] == new["introduction"])


def test_a_clause_that_only_got_another_number_is_the_same_and_one_that_changed_place_is_moved() -> None:
    a, b, c = (Clause(name, name.upper(), f"tekst {name}") for name in "abc")
    old = Terms("t", "1", "i", (a, b)).body()
    inserted = {each.id: each.kind for each in difference(old, Terms("t", "1", "i", (c, a, b)).body())}
    assert inserted == {"": "same", "a": "same", "b": "same", "c": "added"}
    swapped = {each.id: each.kind for each in difference(old, Terms("t", "1", "i", (b, a)).body())}
    assert sorted(swapped.values()) == ["moved", "same", "same"]


@given(st.dates(dt.date(2026, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 730), st.times())
def test_grace_lasts_whole_days_in_amsterdam_and_never_fewer_than_promised(
    day: dt.date, days: int, time: dt.time
) -> None:
    amsterdam = publications.clock.AMSTERDAM
    since = dt.datetime.combine(day, time, tzinfo=amsterdam).astimezone(dt.UTC)
    ends = grace_end(since, days)
    assert ends >= since
    if days:
        local = ends.astimezone(amsterdam)
        assert (local.hour, local.minute) == (0, 0)
        assert (local.date() - since.astimezone(amsterdam).date()).days in (days, days + 1)


@given(
    st.lists(st.tuples(st.integers(0, 8 * 24 * 60), st.integers(0, 7)), min_size=1, max_size=5),
    st.dates(dt.date(2026, 1, 1), dt.date(2028, 1, 1)),
    st.times(),
    st.sampled_from([publications.USAGE_TERMS, publications.PROCESSOR_AGREEMENT]),
)
def test_which_of_the_versions_suffice_hangs_on_the_day_and_on_no_hour(
    ages: list[tuple[int, int]], day: dt.date, time: dt.time, kind: str
) -> None:
    """By which the gate may remember what followed from a reading, until midnight."""
    at = dt.datetime.combine(day, time, tzinfo=clock.AMSTERDAM).astimezone(dt.UTC)
    last = clock.last_moment(clock.day_of(at))
    effective = [Version(f"{age}", at - dt.timedelta(minutes=age), days) for age, days in sorted(ages)]
    assert those_that_suffice(effective, kind, at=at) == those_that_suffice(effective, kind, at=last)


@given(st.text())
def test_no_text_whatever_breaks_the_reading_of_a_file(text: str) -> None:
    try:
        read_terms(text)
    except publications.InvalidError as fault:
        assert fault.fields["file"]


def test_the_shipped_terms_can_be_published_as_they_are() -> None:
    terms, _, _ = read_terms(Path(publications.SHIPPED / "usage_terms_2026-11.toml").read_text())
    assert not list(terms.faults())
