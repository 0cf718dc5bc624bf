"""The witness and what ends: whatever goes on after that on which it rests has gone is named."""

import pytest

from tests.stage import Installation, demonstration, portal_copy  # noqa: F401

BOARD = "(select id from organisation where board_number is not null and kind = 'board' and registered_at is not null)"
BEFORE, AFTER = "2001-01-01 00:00:00.000000", "2099-01-01 00:00:00.000000"


def named(portal: Installation, what: str) -> set[str]:
    return {each.kind for each in portal.found("decisions") if what in each.what}


def test_nothing_of_the_demonstration_outlives_what_it_rests_on(portal_copy: Installation) -> None:  # noqa: F811
    assert named(portal_copy, "langer dan") == set() == named(portal_copy, "geen tekenbevoegde meer")


def test_what_goes_on_after_its_organisation_is_named_whatever_it_is(portal_copy: Installation) -> None:  # noqa: F811
    portal_copy.sql(f"update organisation set ended_at = ? where id in {BOARD}", BEFORE)
    assert named(portal_copy, "langer dan de organisatie") == {"membership", "mandate", "in_force"}


@pytest.mark.parametrize("table", ["membership", "mandate", "authority_rule", "in_force"])
def test_what_ends_before_its_organisation_is_not(portal_copy: Installation, table: str) -> None:  # noqa: F811
    portal_copy.sql(f"update organisation set ended_at = ? where id in {BOARD}", AFTER)
    for each in ("membership", "mandate", "authority_rule", "in_force"):
        portal_copy.sql(f"update {each} set until = ?", AFTER)
    assert named(portal_copy, "langer dan de organisatie") == set()
    portal_copy.sql(f"update {table} set until = null")
    assert len(named(portal_copy, "langer dan de organisatie")) == 1


def test_a_mandate_that_outlives_the_rule_it_was_given_under_is_named(portal_copy: Installation) -> None:  # noqa: F811
    portal_copy.sql("update authority_rule set until = ?", AFTER)
    assert named(portal_copy, "langer dan de tekenregel") == {"mandate"}
    portal_copy.sql("update mandate set until = ?", AFTER)
    assert named(portal_copy, "langer dan de tekenregel") == set()


def test_a_mandate_of_somebody_whose_role_ended_is_named(portal_copy: Installation) -> None:  # noqa: F811
    portal_copy.sql("update membership set until = ? where role = 'signatory'", AFTER)
    assert named(portal_copy, "geen tekenbevoegde meer") == {"mandate"}
    portal_copy.sql("update mandate set until = ?", AFTER)
    assert named(portal_copy, "geen tekenbevoegde meer") == set()
    portal_copy.sql("update membership set status = 'ended' where role = 'signatory'")
    assert named(portal_copy, "geen tekenbevoegde meer") == {"mandate"}
