"""The witness and the roles: a role that nobody gave, that was ended, or that may more than was said, is named."""

import uuid

import pytest

from tests.stage import Installation, demonstration, portal_copy  # noqa: F401

TOM = "meester.tom@amersfoort.example"


def named(portal: Installation) -> list[tuple[str, str]]:
    return [(each.kind, each.what) for each in portal.found("decisions") if each.kind == "membership"]


def test_the_roles_of_the_demonstration_are_as_they_were_given(portal_copy: Installation) -> None:  # noqa: F811
    assert named(portal_copy) == []


def test_a_role_given_by_hand_is_named(portal_copy: Installation) -> None:  # noqa: F811
    copied = "person_id, organisation_id, called, status, acts, since, until"
    portal_copy.sql(
        f"insert into membership (id, role, {copied}) select ?, 'administrator', {copied} from membership "
        "where person_id = (select id from person where email = ?)",
        uuid.uuid4().hex,
        TOM,
    )
    [(_, what)] = named(portal_copy)
    assert "door niemand gegeven" in what


@pytest.mark.parametrize("role", ["signatory", "service_desk", "board_office"])
def test_a_role_that_was_raised_by_hand_is_named(portal_copy: Installation, role: str) -> None:  # noqa: F811
    portal_copy.sql(
        "update membership set role = ? where person_id = (select id from person where email = ?)", role, TOM
    )
    assert named(portal_copy)


def test_a_role_moved_to_another_organisation_is_named(portal_copy: Installation) -> None:  # noqa: F811
    portal_copy.sql(
        "update membership set organisation_id = (select id from organisation where kind = 'operator') "
        "where person_id = (select id from person where email = ?)",
        TOM,
    )
    assert named(portal_copy)


def test_a_role_that_ended_and_was_brought_back_by_hand_is_named(portal_copy: Installation) -> None:  # noqa: F811
    from portal.database import reader
    from portal.parties import colleagues
    from portal.parties.tables import Membership, Person

    with portal_copy.opened():
        tom = reader.query(Person).filter_by(email=TOM).one()
        membership = reader.query(Membership).filter_by(person_id=tom.id).one()
        ids, by = (membership.organisation_id, membership.id), tom.id
        reader.rollback()
        colleagues.end_role(*ids, by=by, may=lambda _session: True)
    assert named(portal_copy) == []
    portal_copy.sql("update membership set status = 'active', until = null where id = ?", ids[1].hex)
    [(_, what)] = named(portal_copy)
    assert "beëindigd" in what
