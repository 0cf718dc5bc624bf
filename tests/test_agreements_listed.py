"""The lists of the living agreements read from SQL only what a page shows, and say the same as the rules in Python."""

import datetime as dt
import itertools
import uuid

import pytest

from portal.cases.agreements import listing, objecting, register, stands, told
from portal.cases.agreements.agreed import Standing
from portal.cases.agreements.stands import Stand
from portal.cases.agreements.tables import SubprocessorAnswer
from portal.database import reader
from portal.parties.tables import Organisation
from tests.agreements import a_version
from tests.builders import EVA, OURS, SANNE, SCHOOL, THEIRS, Portal
from tests.suppliers import the_supplier
from tests.test_agreement_register import agreed, in_force_with, offered, register_of
from tests.test_signed_elsewhere import LINE, taken_in
from tests.test_subprocessors import announced
from tests.test_two_sides import SAM

__all__ = ["agreed", "offered"]


@pytest.fixture
def living(agreed: Portal) -> Portal:
    """Our board agreed anew in a newer version, the other board elsewhere; a sub-processor outside the EEA came by."""
    announced(agreed, name="Overzee Inc.", country="Verenigde Staten", in_eea="no", basis="SCC")
    a_version(agreed.later(days=1), "2026-12")
    in_force_with(agreed)
    taken_in(agreed, [THEIRS, *LINE[1:]])
    return agreed.later(days=70)


def listed(portal: Portal, organisation_id: uuid.UUID, **asked: object) -> list[str]:
    """The versions on the page, in order."""

    def ask() -> list[str]:
        organisation = reader.get_one(Organisation, organisation_id)
        found, total = listing.page(reader(), organisation, at=portal.moment, **asked)  # type: ignore[arg-type]
        assert total >= len(found)
        return [each.version for each in found]

    return portal.ask(ask)


def test_searching_filtering_and_sorting_find_what_they_should(living: Portal) -> None:
    supplier = the_supplier(living)
    assert listed(living, supplier) == ["2026-12", "2025-01", "2026-11"], "what ended comes last"
    for asked, versions in (
        ({"text": "overzee"}, {"2026-12"}),
        ({"text": "VERENIGDE"}, {"2026-12"}),
        ({"text": "voorbeeldhosting"}, {"2026-11", "2026-12"}),
        ({"text": "in_eea"}, set()),
        ({"text": "100%"}, set()),
        ({"text": THEIRS}, {"2025-01"}),
        ({"text": "2026-11"}, {"2026-11"}),
        ({"state": listing.OUTSIDE}, {"2026-12"}),
        ({"state": listing.NEWER}, {"2026-11"}),
        ({"state": "in_force"}, {"2025-01", "2026-12"}),
        ({"state": "ended"}, {"2026-11"}),
        ({"state": "coming"}, set()),
        ({"state": "in_force", "text": "overzee"}, {"2026-12"}),
    ):
        assert set(listed(living, supplier, **asked)) == versions, asked
    assert listed(living, supplier, sort="since") == ["2025-01", "2026-11", "2026-12"]
    assert listed(living, supplier, sort="until", descending=True)[-1] == "2026-11"
    assert listed(living, supplier, sort="since", descending=True, offset=1, limit=1) == ["2026-11"]
    assert listed(living, living.organisation(OURS)) == ["2026-12", "2026-11"]
    assert listed(living, living.organisation(SCHOOL), state="in_force") == ["2026-12"]
    assert listed(living, living.organisation(THEIRS)) == ["2025-01"]


@pytest.mark.parametrize("sort", listing.SORTS)
def test_each_order_gives_every_agreement_once(living: Portal, sort: str) -> None:
    for descending in (False, True):
        found = listed(living, the_supplier(living), sort=sort, descending=descending)
        assert sorted(found) == ["2025-01", "2026-11", "2026-12"]


def test_filters_of_lines_say_the_same_as_the_agreements_themselves(living: Portal) -> None:
    def ask() -> None:
        supplier = reader.get_one(Organisation, the_supplier(living))
        for days in (-80, -40, -30, 0, 400):
            at = living.moment + dt.timedelta(days=days)
            whole = register.of(reader(), supplier, at=at)
            for state in (*Standing, listing.OUTSIDE, listing.NEWER):
                kept = {
                    each.id
                    for each in whole
                    if (state == listing.OUTSIDE and each.transfers)
                    or (state == listing.NEWER and each.newer)
                    or each.standing == state
                }
                found, total = listing.page(reader(), supplier, at=at, state=state)
                assert ({each.id for each in found}, total) == (kept, len(kept)), (days, state)

    living.ask(ask)


def test_where_a_board_stands_is_the_same_in_sql_as_in_python(agreed: Portal) -> None:
    notice_id = announced(agreed)
    board, now = agreed.organisation(OURS), agreed.moment
    seen: set[Stand] = set()
    said = itertools.product(
        ("", "agreed", "objected"), ("general", "specific"), (False, True), ("", "dropped", "upheld"), (-1, 0, 1)
    )
    for answer, consent, replied, outcome, hours in said:

        def change(session) -> None:  # type: ignore[no-untyped-def]
            row = session.get_one(SubprocessorAnswer, (notice_id, board))
            row.answer, row.consent, row.outcome = answer, consent, outcome if answer == "objected" else ""
            row.replied_at = now if replied and answer == "objected" else None
            row.closes_at = now + dt.timedelta(hours=hours)

        def compare() -> None:
            row = objecting.found(reader(), notice_id, board)
            wanted = stands.stand(row, at=now)
            seen.add(wanted)
            assert told.figures(reader(), [notice_id], at=now) == {notice_id: {wanted: 1}}
            for each in Stand:
                assert told.about(reader(), notice_id, at=now, state=each)[1] == (each == wanted), (each, wanted)

        agreed.do(change)
        agreed.ask(compare)
    assert seen == set(Stand) - {Stand.WITHDRAWN}


def test_the_pages_search_sort_and_count(living: Portal) -> None:
    sam = living.sign_in(SAM).open(f"/organisaties/{the_supplier(living)}/overeenkomsten")
    sam.sees("3 overeenkomsten")
    sam.open(f"{sam.address}?q=overzee").sees("1 overeenkomst", "2026-12").sees_not("2025-01")
    eva = living.sign_in(EVA).open(register_of(living) + "?state=newer").sees("1 overeenkomst", "versie 2026-12 is er")
    eva.open(f"/organisaties/{living.organisation(OURS)}/subverwerkers?q=overzee&sort=name").sees("Overzee Inc.")
    eva.open(f"/organisaties/{living.organisation(OURS)}/subverwerkers?state=open").sees_not("Overzee Inc.")
    sanne = living.sign_in(SANNE).open(f"/organisaties/{the_supplier(living)}/subverwerkers")
    sanne.follow("Overzee Inc.").sees("2 besturen", "geen bezwaar bij 1", THEIRS)
    sanne.open(f"{sanne.address}?state=no_consent").sees(THEIRS).sees_not(f"Stichting Voorbeeld {OURS}")
