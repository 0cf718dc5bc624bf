"""The usage terms: read, confirmed one by one by the person, for a group that fits; and the gate that listens."""

import datetime as dt

import pytest

from portal.cases.tables import Case, InForce
from portal.database import reader
from portal.offers.tables import Publication
from portal.parties import people
from tests.browser import Browser
from tests.builders import ANN, PRODUCT, SCHOOL, TOM, Portal, accepted_terms

SAVE = "Opslaan en verder"
REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
TERMS = "U bent nog niet akkoord met de gebruiksvoorwaarden"
KEYS = ["personal_account", "recipients", "confidentiality", "commercial_use", "publication", "blocking"]


def reading(portal: Portal) -> Browser:
    """Tom at the first page of the terms, from the gate."""
    return portal.sign_in(TOM).open(REPORT).press("Lees de voorwaarden")


def at_group(portal: Portal) -> Browser:
    return reading(portal).choose("confirmed", *KEYS).press(SAVE)


def at_accept(portal: Portal) -> Browser:
    return at_group(portal).choose("group", "school").press(SAVE)


def test_all_clauses_are_read_and_the_key_ones_are_not_ticked_beforehand(in_force: Portal) -> None:
    """R004-01, -03, -04, -05, -06, -07 are confirmed one by one; -08, -09, -10 are read."""
    tom = reading(in_force).sees("Juistheid", "Als u zich er niet aan houdt", "Vragen", "onderwijsvakbonden")
    boxes = [each for each in tom.all("input") if each.get("name") == "confirmed"]
    assert [each.get("value") for each in boxes] == KEYS
    assert not any("checked" in each.attrib for each in boxes)


@pytest.mark.parametrize("left_out", [*KEYS, "all"])
def test_each_key_clause_must_be_confirmed(in_force: Portal, left_out: str) -> None:
    """R004-01, -03…-07"""
    ticked = [key for key in KEYS if left_out not in (key, "all")]
    tom = reading(in_force).choose("confirmed", *ticked).press(SAVE)
    assert tom.status == 422
    assert "Bevestig elke afspraak" in tom.faults()["confirmed"]
    assert tom.values().get("confirmed", []) == ticked


@pytest.mark.parametrize("group", ["board", "none", "nonsense", ""])
def test_a_group_that_does_not_fit_is_refused_with_the_reason(in_force: Portal, group: str) -> None:
    """R004-02: a closed list, checked against the person's roles; who is in none of them is told whom to ask."""
    tom = at_group(in_force)
    tom.post(tom.address, {"group": group, "seen": "0", "shown": "group"})
    assert tom.status == 422
    sentence = {"board": "bij geen schoolbestuur", "none": in_force.settings.contact}.get(group, "Maak een keuze")
    assert sentence in tom.faults()["group"]


def test_the_groups_are_the_closed_list_of_the_product(in_force: Portal) -> None:
    """R004-02"""
    at_group(in_force).sees("Regionaal platform", "PO-Raad", "Onderwijsvakbond", "Ministerie van OCW", "Geen van deze")


def test_a_wrong_typed_name_is_refused_and_a_right_one_in_other_capitals_is_not(in_force: Portal) -> None:
    tom = at_accept(in_force).fill(name="Tom Wit").press("Ik ga akkoord")
    assert "Typ uw naam zoals die in uw account staat: Tom de Wit" in tom.faults()["name"]
    assert tom.values()["name"] == ["Tom Wit"]
    tom.fill(name="tom de  WIT").press("Ik ga akkoord").sees("De rapporten staan voor u open")


def test_the_page_says_that_it_is_no_consent_and_who_bears_damage(in_force: Portal) -> None:
    """R004-09 and 7:661 BW"""
    at_accept(in_force).sees("geen toestemming volgens de privacywet", "artikel 7:661", "bewuste roekeloosheid")


def test_accepting_opens_the_report_and_gives_a_receipt(in_force: Portal) -> None:
    tom = at_accept(in_force).fill(name=TOM.name).press("Ik ga akkoord")
    assert (tom.status, tom.address) == (200, REPORT)
    in_force.work()
    case_id = in_force.case("usage_terms")
    assert in_force.document(case_id).state == "complete"
    assert "SHA-256" in in_force.letter(TOM.email, "Uw stuk is klaar: Gebruiksvoorwaarden")


def test_pressing_accept_twice_accepts_once_and_answers_the_same(in_force: Portal) -> None:
    tom = at_accept(in_force)
    address, fields = tom.address, {name: values[0] for name, values in tom.values().items()} | {"name": TOM.name}
    sent = [tom.post(address, fields).response.location for _ in range(2)]
    assert sent[0] == sent[1]
    tom.open(sent[0]).sees("De rapporten staan voor u open")
    assert in_force.count(InForce, kind="usage_terms") == 1


def test_who_has_accepted_does_not_start_again(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(f"/zaken/begin/usage_terms?product={PRODUCT}")
    tom.press("Beginnen")
    assert in_force.count(Case, workflow="usage_terms") <= 2


def test_declining_closes_the_reports_and_nothing_else(in_force: Portal) -> None:
    tom = at_accept(in_force).follow("Ik ga niet akkoord").press("Ja, ik ga niet akkoord").sees("Niet akkoord")
    assert set(tom.open(REPORT).missing()) == {TERMS}
    tom.open("/account").sees("Rapportlezer")
    tom.open(REPORT).press("Lees de voorwaarden").sees("Lees de voorwaarden")


def test_a_colleague_does_not_accept_for_another(in_force: Portal) -> None:
    """R004-01: acceptance is a person's own."""
    reading(in_force)
    ann = in_force.sign_in(ANN).open(f"/zaken/{in_force.case('usage_terms')}/read")
    assert ann.status == 404


# --- Versions ----------------------------------------------------------------------------------------------------


def a_new_version(portal: Portal, *, in_days: int, grace_days: int) -> None:
    """The supplier publishes another version of the terms."""

    def publish(session) -> None:  # type: ignore[no-untyped-def]
        old = session.query(Publication).one()
        columns = {name: getattr(old, name) for name in ("product_id", "kind", "title", "body")}
        since = portal.moment + dt.timedelta(days=in_days)
        new = Publication(version="2027-01", sha256="1" * 64, since=since, grace_days=grace_days, **columns)
        session.add(new)

    portal.do(publish)


def found(portal: Portal) -> list[str]:
    """What the witness finds to be wrong with decisions; versions published by hand here are not its subject."""
    findings = portal.findings()
    return [f"{each.where}: {each.what}" for each in findings if each.kind in ("case", "in_force")]


def is_open(portal: Portal) -> bool:
    return portal.sign_in(TOM).open(REPORT).status == 200


def test_a_new_version_shuts_the_gate_until_it_is_accepted(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    a_new_version(in_force, in_days=1, grace_days=0)
    assert is_open(in_force)
    assert not is_open(in_force.later(days=1))
    in_force.sign_in(TOM).open(REPORT).sees("versie 2027-01")
    accepted_terms(in_force, TOM)
    assert is_open(in_force)


def test_within_the_grace_the_version_before_still_suffices(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    a_new_version(in_force, in_days=1, grace_days=14)
    assert is_open(in_force.later(days=14, hours=23))
    assert not is_open(in_force.later(days=1))


def test_only_the_immediate_predecessor_has_grace(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    a_new_version(in_force, in_days=1, grace_days=14)

    def one_more(session) -> None:  # type: ignore[no-untyped-def]
        old = session.query(Publication).filter_by(version="2027-01").one()
        columns = {name: getattr(old, name) for name in ("product_id", "kind", "title", "body", "sha256")}
        session.add(Publication(version="2027-02", since=old.since + dt.timedelta(days=1), grace_days=14, **columns))

    in_force.do(one_more)
    assert not is_open(in_force.later(days=2))


def test_a_draft_on_an_older_text_says_so_and_goes_on_with_the_new_one(in_force: Portal) -> None:
    """No silent change: the draft stays with its text, which nobody can accept any more, and the way on is a link."""
    tom = at_accept(in_force)
    old = in_force.case("usage_terms")
    a_new_version(in_force, in_days=0, grace_days=0)
    tom.fill(name=TOM.name).press("Ik ga akkoord")
    assert tom.status == 422
    assert "versie 2027-01" in tom.faults()["name"]
    assert in_force.count(InForce, kind="usage_terms") == 0
    tom.sees("Sinds u begon, is versie 2027-01 ingegaan").follow("Ga verder met de nieuwe tekst").press("Beginnen")
    assert in_force.state(old) == "withdrawn"
    accepted_terms(in_force, TOM)
    versions = in_force.ask(lambda: [row.version for row in reader.query(InForce).filter_by(kind="usage_terms")])
    assert versions == ["2027-01"]
    assert is_open(in_force)


def test_a_draft_on_a_text_that_still_suffices_may_be_finished(in_force: Portal) -> None:
    tom = at_accept(in_force)
    a_new_version(in_force, in_days=0, grace_days=14)
    tom.open(tom.address).sees("versie 2027-01").fill(name=TOM.name).press("Ik ga akkoord")
    assert is_open(in_force)


def test_a_blocked_account_reads_nothing_at_once(in_force: Portal) -> None:
    """R004-07: no reason is needed."""
    accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(REPORT)
    assert tom.status == 200
    in_force.do(lambda session: people.block(session, people.by_email(session, TOM.email), at=in_force.moment))  # type: ignore[arg-type]
    assert tom.open(REPORT).address.startswith("/inloggen")
