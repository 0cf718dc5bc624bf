"""Authority: alone, jointly, by majority, within limits; when those who signed suffice, and what a change makes void."""

import datetime as dt
import subprocess
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases import catalogue
from portal.cases.tables import Signature
from portal.database import reader
from portal.documents import vault
from portal.errors import RefusedError
from portal.parties import mandates
from portal.parties.authority import Limits, Purpose, Rule, authority_sentence, is_met, rule_sentence
from portal.parties.tables import AuthorityRule, Mandate, Person
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    OMAR,
    OURS,
    START,
    THEIRS,
    Portal,
    Someone,
    a_declaration,
    all_is_well,
    an_account,
    sign,
)
from tests.test_mandate_change import CAS, a_change, bound_by, signed
from workflows.mandate_change import KINDS

DEE = Someone("Dee Meijer", "dee@ons.example", "Lid van het bestuur")

# --- When those who signed suffice -------------------------------------------------------------------------------


def an_authority(seat: int, together: int) -> dict[str, Any]:
    return {"mandate": str(seat), "mode": "alone" if together == 1 else "jointly", "together": together}


authorities = st.lists(st.builds(an_authority, st.integers(0, 5), st.integers(1, 5)), max_size=8)


@given(authorities, st.randoms())
def test_the_order_in_which_people_sign_does_not_matter(given_: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)
    assert is_met(shuffled) == is_met(given_)


@given(authorities, authorities)
def test_one_signature_more_never_undoes_what_was_met(some: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    assert not is_met(some) or is_met([*some, *more])


@given(st.integers(2, 5), st.integers(1, 10))
def test_one_person_never_counts_twice(together: int, times: int) -> None:
    assert not is_met([an_authority(1, together)] * times)


@given(st.integers(2, 5), st.lists(st.integers(0, 9), max_size=12))
def test_who_acts_for_another_takes_that_ones_seat(together: int, seats: list[int]) -> None:
    acting = [{**an_authority(100 + n, together), "seat": str(seat)} for n, seat in enumerate(seats)]
    assert is_met(acting) == (len(set(seats)) >= together)


@given(st.integers(1, 40), st.integers(0, 40))
def test_a_majority_is_more_than_half(holders: int, signed_: int) -> None:
    needed = Rule("majority").needed(holders)
    assert is_met([an_authority(n, needed) for n in range(signed_)]) == (signed_ > holders / 2)


@given(st.sampled_from(["alone", "jointly", "majority"]), st.integers(2, 4), st.integers(1, 9))
def test_the_rule_in_words_says_how_many(mode: str, together: int, people: int) -> None:
    rule = Rule(mode, together)
    sentence = rule_sentence(rule, people)
    assert mode == "alone" or str(rule.needed(people)) in sentence or "Eén tekenbevoegde" in sentence


limits = st.builds(
    Limits, st.sets(st.sampled_from("abc")).map(lambda kinds: tuple(sorted(kinds))), st.none() | st.integers(1, 9)
)


@given(limits, limits, st.sampled_from("abc"), st.integers(0, 9))
def test_limits_within_others_allow_nothing_more(narrow: Limits, wide: Limits, kind: str, amount: int) -> None:
    purpose = Purpose(kind, amount)
    assert not (narrow.within(wide) and narrow.cover(purpose)) or wide.cover(purpose)


def test_who_has_any_limit_does_not_sign_what_is_for_those_without() -> None:
    whole = Purpose("mandate_change", without_limits=True)
    assert Limits().cover(whole)
    assert not Limits(("mandate_change",)).cover(whole)
    assert not Limits(amount=10).cover(whole)


def test_a_limit_can_be_every_procedure_that_is_signed_but_the_change_of_authority() -> None:
    workflows = [catalogue.current(each) for each in catalogue.every_workflow()]
    signed_ones = {each.name for each in workflows if each.signatory and not each.signatory.without_limits}
    assert {kind for kind, _ in KINDS} == signed_ones


# --- At a moment -------------------------------------------------------------------------------------------------

HOURS = st.integers(0, 50)


@given(st.lists(st.tuples(st.integers(0, 4), HOURS, st.none() | HOURS), max_size=8), HOURS)
def test_of_a_majority_they_are_counted_who_hold_a_mandate_then(
    held: list[tuple[int, int, int | None]], at: int
) -> None:
    """The rule at a moment, against a plain count; without a database."""
    holders = {person for person, since, until in held if since <= at and (until is None or until > at)}
    found = [
        Mandate(id=uuid.UUID(int=person), counts="joint", kinds=[], since=START + dt.timedelta(hours=since))
        for person, since, until in held
        if since <= at and (until is None or until > at)
    ]
    assert len({each.seat for each in found}) == len(holders)


def a_board_of(portal: Portal, *people: Someone, mode: str = "majority", **rule: str) -> None:
    """Our board, with these besides Ann and Bas, bound by this rule."""
    change = a_change(portal, "joining", "rule", joining=people, rule={"mode": mode, **rule})
    signed(portal, change, ANN, BAS)
    for each in people:
        an_account(portal, each)


def signatures(portal: Portal, case_id: uuid.UUID) -> list[Signature]:
    return portal.document(case_id).signatures


def test_the_majority_of_the_board_binds_it_and_the_stamp_says_so(registered: Portal) -> None:
    a_board_of(registered, CAS)
    case_id = a_declaration(registered, real=True)
    facts = registered.document(case_id).facts
    assert facts["rule"] == "De meerderheid van het bestuur tekent: 2 van deze 3 tekenbevoegden."
    sign(registered, case_id, CAS)
    assert registered.state(case_id) == "signing"
    sign(registered, case_id, ANN)
    assert registered.state(case_id) == "decided"
    first, second = signatures(registered, case_id)
    assert (first.completes, second.completes) == (False, True)
    assert {each: second.authority[each] for each in ("mode", "together", "of")} == {
        "mode": "majority",
        "together": 2,
        "of": 3,
    }
    assert authority_sentence(second.authority) == "meerderheid van het bestuur (2 van 3), volgens mandaatbesluit"
    registered.work()
    assert all_is_well(registered)


def test_when_the_board_grows_the_majority_is_counted_anew_and_the_document_made_again(registered: Portal) -> None:
    a_board_of(registered, CAS)
    case_id = a_declaration(registered, real=True)
    old = registered.document(case_id).id
    sign(registered, case_id, ANN)
    signed(registered, a_change(registered, "joining", joining=(DEE,)), ANN, BAS)
    registered.work()
    new = registered.document(case_id)
    assert new.id != old
    assert new.facts["rule"] == "De meerderheid van het bestuur tekent: 3 van deze 4 tekenbevoegden."
    assert "telt niet meer" in registered.letter(ANN.email, "Niet meer geldig")
    assert all_is_well(registered)


# --- Any two of these three --------------------------------------------------------------------------------------


def test_any_two_of_three_complete_it_and_the_third_place_is_closed(registered: Portal) -> None:
    signed(registered, a_change(registered, "joining", joining=(CAS,)), ANN, BAS)
    an_account(registered, CAS)
    case_id = a_declaration(registered, real=True)
    assert registered.document(case_id).facts["rule"] == "2 van deze 3 tekenbevoegden tekenen gezamenlijk."
    bas = registered.sign_in(BAS).open(f"/tekenen/{registered.document(case_id).id}")
    sign(registered, case_id, CAS)
    sign(registered, case_id, ANN)
    assert registered.state(case_id) == "decided"
    bas.fill(typed_name=BAS.name, code=registered.code(BAS)).press("Teken nu")
    assert bas.status == 409
    bas.sees("Dit stuk is al volledig getekend. Uw handtekening is niet meer nodig.")
    registered.work()
    registered.sign_in(BAS).open(f"/zaken/{case_id}").sees("Niet meer nodig: deze plaats is gesloten")
    assert len(signatures(registered, case_id)) == 2
    said = words_of(registered, case_id)
    assert "Hiermee is het stuk volledig getekend. Gesloten: de plaats van Bas Jansen." in said
    assert all_is_well(registered)
    assert registered.findings("pdfs") == ()


def words_of(portal: Portal, case_id: uuid.UUID) -> str:
    """What stands on the paper, stamps and all."""
    current = portal.document(case_id).current or ""
    pdf = portal.ask(lambda: vault.content(current))
    said = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return " ".join(said.split())


# --- Limits ------------------------------------------------------------------------------------------------------


def limited(portal: Portal, someone: Someone = CAS, board: str = THEIRS, by: Someone = IRIS, **limits: Any) -> None:
    """Somebody who may sign for their board, within these limits."""
    signed(portal, a_change(portal, "joining", board=board, by=by, joining=(someone,), limits=limits), by)
    an_account(portal, someone)


def test_who_may_sign_only_other_kinds_is_not_asked_and_cannot(registered: Portal) -> None:
    limited(registered, kinds=["organisation_change"])
    case_id = a_declaration(registered, board=THEIRS, by=IRIS, real=True)
    document = registered.document(case_id)
    assert CAS.name not in {each["name"] for each in document.facts["signatories"]}
    with pytest.raises(RefusedError, match="niet tekenbevoegd voor dit stuk"):
        sign(registered, case_id, CAS)
    assert all_is_well(registered)


def test_within_the_limits_one_signs_and_they_are_frozen_with_the_signature(registered: Portal) -> None:
    limited(registered, kinds=["board_declaration"], amount="25000")
    case_id = a_declaration(registered, board=THEIRS, by=IRIS, real=True)
    sign(registered, case_id, CAS)
    assert registered.state(case_id) == "decided"
    [signature] = signatures(registered, case_id)
    assert signature.authority["limits"] == {"kinds": ["board_declaration"], "amount": 25000}
    assert authority_sentence(signature.authority) == (
        "zelfstandig bevoegd, volgens mandaatbesluit, beperkt tot bepaalde stukken, tot € 25.000"
    )
    registered.sign_in(IRIS).open(f"/organisaties/{registered.organisation(THEIRS)}/mensen").sees(
        "alleen: Bestuursverklaringen · tot € 25.000"
    )
    registered.work()
    assert all_is_well(registered)


def test_nobody_with_a_limit_changes_who_may_bind(registered: Portal) -> None:
    limited(registered, amount="25000")
    case_id = a_change(registered, "joining", board=THEIRS, by=IRIS, joining=(DEE,))
    registered.work()
    assert CAS.name not in {each["name"] for each in registered.document(case_id).facts["signatories"]}


def test_those_with_limits_do_not_count_among_those_who_must_be_left(registered: Portal) -> None:
    limited(registered, amount="25000")
    signed(registered, a_change(registered, "leaving", board=THEIRS, by=IRIS, leaving=(OMAR,)), IRIS)
    with pytest.raises(Exception, match="Dan zijn er 0 tekenbevoegden"):
        a_change(registered, "leaving", board=THEIRS, by=IRIS, leaving=(IRIS,))


def test_on_the_day_a_mandate_ends_what_asks_its_holder_is_made_anew(registered: Portal) -> None:
    limited(registered, until=(START + dt.timedelta(days=5)).date().isoformat())
    case_id = a_declaration(registered, board=THEIRS, by=IRIS, real=True)
    old = registered.document(case_id).id
    assert CAS.name in {each["name"] for each in registered.document(case_id).facts["signatories"]}
    registered.later(days=4).work()
    assert registered.document(case_id).id == old
    registered.later(days=2).work()
    new = registered.document(case_id)
    assert new.id != old
    assert CAS.name not in {each["name"] for each in new.facts["signatories"]}
    assert registered.mails(CAS.email)[0].startswith("Niet meer geldig")
    assert all_is_well(registered)


def test_who_gets_limits_that_do_not_cover_an_open_document_is_not_asked_any_more(registered: Portal) -> None:
    case_id = a_declaration(registered, board=THEIRS, by=IRIS, real=True)
    old = registered.document(case_id).id
    change = a_change(
        registered,
        "joining",
        "leaving",
        board=THEIRS,
        by=IRIS,
        joining=(OMAR,),
        leaving=(OMAR,),
        limits={"kinds": ["organisation_change"]},
    )
    signed(registered, change, IRIS)
    assert registered.document(case_id).id != old
    assert [each["name"] for each in registered.document(case_id).facts["signatories"]] == [IRIS.name]
    assert OMAR.name in bound_by(registered, THEIRS)
    assert all_is_well(registered)


def test_a_new_rule_leaves_everybodys_limits_as_they_were(registered: Portal) -> None:
    limited(registered, kinds=["board_declaration"])
    signed(registered, a_change(registered, "rule", board=THEIRS, by=IRIS, rule={"mode": "majority"}), IRIS)
    organisation_id = registered.organisation(THEIRS)
    held = registered.ask(lambda: mandates.mandates_at(reader(), organisation_id, at=registered.moment))
    assert sorted(len(each.kinds) for each in held) == [0, 0, 1]
    assert all_is_well(registered)


# --- Delegation --------------------------------------------------------------------------------------------------


def a_delegation(portal: Portal, to: Someone = EVA, by: Someone = ANN, **given_: Any) -> uuid.UUID:
    """Ann, who signs jointly with Bas, lets Eva sign declarations for her."""
    until = (START + dt.timedelta(days=20)).date().isoformat()
    values = {"email": to.email, "kinds": ["board_declaration"], "amount": "", "until": until, **given_}
    return a_change(portal, "delegating", by=by, delegating=values)


def eva_can(portal: Portal, deed: Any) -> None:
    """Eva has an app that gives codes."""

    def give(session: Any) -> None:
        eva = session.get_one(Person, portal.visitor(EVA).person_id)
        eva.tf_totp_secret = portal.app.extensions["security"].totp_factory.generate_totp_secret()
        eva.tf_primary_method = "authenticator"

    portal.do(give)
    deed()


def test_who_may_sign_delegates_within_limits_and_takes_one_seat_with_the_delegate(registered: Portal) -> None:
    eva_can(registered, lambda: signed(registered, a_delegation(registered), ANN, BAS))
    case_id = a_declaration(registered, real=True)
    assert registered.document(case_id).facts["rule"] == "Deze 2 tekenbevoegden tekenen gezamenlijk."
    sign(registered, case_id, EVA)
    sign(registered, case_id, ANN)
    assert registered.state(case_id) == "signing", "Ann and whom she delegated to are one of the two"
    sign(registered, case_id, BAS)
    assert registered.state(case_id) == "decided"
    assert "gemachtigd door een tekenbevoegde" in authority_sentence(signatures(registered, case_id)[0].authority)
    registered.work()
    assert all_is_well(registered)


def test_a_delegation_ends_with_the_mandate_it_came_from(registered: Portal) -> None:
    eva_can(registered, lambda: signed(registered, a_delegation(registered), ANN, BAS))
    signed(registered, a_change(registered, "joining", joining=(CAS,)), ANN, BAS)
    assert EVA.name in bound_by(registered)
    signed(registered, a_change(registered, "leaving", by=BAS, leaving=(ANN,)), ANN, BAS)
    assert bound_by(registered) == {BAS.name, CAS.name}
    assert all_is_well(registered)


def test_a_new_rule_keeps_a_delegation_with_the_mandate_it_came_from(registered: Portal) -> None:
    eva_can(registered, lambda: signed(registered, a_delegation(registered), ANN, BAS))
    signed(registered, a_change(registered, "rule", rule={"mode": "majority"}), ANN, BAS)
    organisation_id = registered.organisation(OURS)
    held = registered.ask(lambda: mandates.mandates_at(reader(), organisation_id, at=registered.moment))
    assert (len(held), len({each.seat for each in held})) == (3, 2)
    assert all_is_well(registered)


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        (EVA, "geen account met een gekoppelde app"),
        (IRIS, "geen account met een gekoppelde app"),
        (BAS, "al tekenbevoegd"),
    ],
)
def test_delegating_is_to_a_colleague_with_a_second_factor(registered: Portal, to: Someone, sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        a_delegation(registered, to=to)


def test_nobody_delegates_what_was_delegated_to_them(registered: Portal) -> None:
    until = (START + dt.timedelta(days=5)).date().isoformat()
    eva_can(registered, lambda: signed(registered, a_delegation(registered, until=until), ANN, BAS))
    an_account(registered, EVA)
    with pytest.raises(Exception, match="Alleen wie zelf tekenbevoegd is"):
        a_delegation(registered, to=BAS, by=EVA)


def test_nobody_delegates_further_than_they_go(registered: Portal) -> None:
    until = (START + dt.timedelta(days=5)).date().isoformat()
    ann = registered.ask(lambda: reader.query(Mandate).filter_by(person_id=registered.visitor(ANN).person_id).one().id)
    registered.do(lambda session: setattr(session.get_one(Mandate, ann), "amount", 100))
    with pytest.raises(Exception, match="niet meer weggeven dan u zelf mag tekenen"):
        eva_can(registered, lambda: a_delegation(registered, until=until, amount="101"))


def test_one_person_signs_a_document_once_for_whichever_side(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    sign(to_sign, case_id, ANN)
    sign(to_sign, case_id, ANN)
    assert len(signatures(to_sign, case_id)) == 1


# --- The witness -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("column", "value"), [("kinds", ["board_declaration"]), ("amount", 5)])
def test_forged_limits_are_named(registered: Portal, column: str, value: Any) -> None:
    row = registered.ask(lambda: reader.query(Mandate).first().id)
    registered.do(lambda session: setattr(session.get_one(Mandate, row), column, value))
    assert any(each.kind == "mandate" and column in each.what for each in registered.findings())


def test_a_signature_under_a_majority_that_was_none_is_named(registered: Portal) -> None:
    a_board_of(registered, CAS)
    case_id = a_declaration(registered, real=True)
    sign(registered, case_id, ANN)
    rule = registered.ask(lambda: reader.query(AuthorityRule).filter_by(mode="majority").one().id)
    registered.do(lambda session: setattr(session.get_one(AuthorityRule, rule), "mode", "jointly"))
    assert any("andere regel van bevoegdheid" in each.what for each in registered.findings())
