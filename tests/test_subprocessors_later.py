"""A sub-processor announced before a board agreed, and before the next version was written: nobody is passed over."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from portal.cases.agreements.tables import SubprocessorAnswer
from portal.database import reader
from portal.offers.agreements.annexes import subprocessors_of
from portal.offers.tables import Publication, PublicationDraft
from portal.record.ledger import Entry
from tests.agreements import a_version
from tests.builders import EVA, IRIS, NOOR, OURS, PRODUCT, SANNE, Portal, a_role
from tests.suppliers import KIM
from tests.test_agreement_register import in_force_with, register_of, rows_of
from tests.test_processor_agreement import offered
from tests.test_signed_elsewhere import LINE, taken_in
from tests.test_subprocessors import MAILER, all_is_well, announced, at_board, at_supplier
from workflows.vocabulary import Role

__all__ = ["offered"]


def answers(portal: Portal) -> list[SubprocessorAnswer]:
    return portal.ask(lambda: list(reader.scalars(select(SubprocessorAnswer))))


# --- A board that agrees later -----------------------------------------------------------------------------------


def test_a_board_that_agrees_after_the_announcement_gets_its_own_whole_time(offered: Portal) -> None:
    notice_id = announced(offered)
    at_supplier(offered, notice_id).sees("0 besturen")
    in_force_with(offered.later(days=30))
    [answer] = answers(offered)
    assert answer.closes_at == dt.datetime(2027, 1, 22, 23, 0, tzinfo=dt.UTC)  # thirty days after 23 December
    assert answer.begins_at == dt.datetime(2027, 1, 21, 23, 0, tzinfo=dt.UTC)  # not on 4 January, as for others
    letter = offered.letter(NOOR.email, "Nieuwe subverwerker")
    assert "vrijdag 22 januari 2027" in letter and "4 januari" not in letter
    assert sum(each.startswith("Nieuwe subverwerker") for each in offered.mails(NOOR.email)) == 1
    at_board(offered, notice_id).sees("vrijdag 22 januari 2027", "kan nog bezwaar maken").sees_not("4 januari")
    at_supplier(offered, notice_id).sees("1 bestuur", "bezwaar nog mogelijk bij 1")
    assert offered.count(Entry, act="give_time") == 1
    assert all_is_well(offered)

    offered.moment = dt.datetime(2027, 1, 10, tzinfo=dt.UTC)
    assert "Snelpost" not in rows_of(offered.sign_in(EVA), register_of(offered) + ".csv")[0]["Ontvangers"]
    at_board(offered, notice_id).fill(words="Liever niet.").press("Bezwaar maken").sees("Liever niet.")
    assert all_is_well(offered)
    earlier = dt.datetime(2027, 1, 4, tzinfo=dt.UTC)
    board = offered.organisation(OURS)
    offered.do(lambda session: setattr(session.get_one(SubprocessorAnswer, (notice_id, board)), "begins_at", earlier))
    assert [each.where for each in offered.findings("agreements")] == [f"subverwerker {notice_id}"]


def test_a_sub_processor_that_its_version_names_asks_nothing_of_a_board(offered: Portal) -> None:
    announced(offered)
    [text] = offered.ask(lambda: list(reader.scalars(select(Publication).filter_by(kind="processor_agreement"))))
    rows = [*subprocessors_of(text.body["leaflet"]), {**MAILER, "name": " snelpost  spa "}]
    a_version(offered, "2026-12", leaflet={**text.body["leaflet"], "subprocessors": rows})
    in_force_with(offered)
    assert answers(offered) == []
    assert not any(each.startswith("Nieuwe subverwerker") for each in offered.mails(NOOR.email))


def test_what_was_taken_back_asks_nothing_of_who_comes_later(offered: Portal) -> None:
    notice_id = announced(offered)
    at_supplier(offered, notice_id).follow("Aankondiging intrekken").press("Ja, trek in")
    in_force_with(offered)
    assert answers(offered) == []


@pytest.mark.parametrize(("ends", "told"), [("", 1), ("2026-01-01", 0)])
def test_so_does_an_agreement_that_was_signed_elsewhere_while_it_holds(offered: Portal, ends: str, told: int) -> None:
    notice_id = announced(offered)
    line = [*LINE]
    line[5] = ends
    taken_in(offered.later(days=3), line).sees("1 overeenkomst is vastgelegd.")
    found = answers(offered)
    assert [each.consent for each in found] == ["specific"] * told  # its text is not known: silence is no yes
    if told:
        a_role(offered, NOOR, offered.organisation(OURS), Role.PRIVACY_OFFICER)
        at_board(offered, notice_id).sees("zaterdag 26 december 2026", "dan is er geen toestemming")
    assert all_is_well(offered)


# --- The next version --------------------------------------------------------------------------------------------


def a_draft(portal: Portal) -> uuid.UUID:
    """Kim begins the next version with the text of the last."""
    portal.sign_in(KIM).open(f"/leverancier/{PRODUCT}/overeenkomsten").press("Begin met de laatste versie")
    return portal.ask(lambda: reader.scalars(select(PublicationDraft.id)).one())


def test_who_writes_the_next_version_is_told_of_who_is_missing_and_adds_it_in_one_press(offered: Portal) -> None:
    announced(offered)
    draft_id = a_draft(offered)
    here = f"/leverancier/concepten/{draft_id}"
    kim = offered.sign_in(KIM)
    for page in (here, f"{here}/leaflet-subprocessors", f"{here}/voorbeeld"):
        kim.open(page).sees("1 aangekondigde subverwerker staat niet in de bijlage", "Snelpost SpA")
    kim.open(f"{here}/data").sees_not("Snelpost")
    kim.open(f"{here}/voorbeeld")
    address, fields = kim.would_send("Zet Snelpost SpA in de bijlage")
    for _ in range(2):
        assert kim.send("POST", address, data=fields).status == 302
    kim.open(f"{here}/voorbeeld").sees("Subverwerkers: Snelpost SpA").sees_not("staat niet in de bijlage")
    [kept] = offered.ask(lambda: list(reader.scalars(select(PublicationDraft))))
    added = [each for each in kept.body["leaflet"]["subprocessors"] if each["name"] == "Snelpost SpA"]
    assert added == [{**MAILER, "basis": ""}]
    for someone in (NOOR, IRIS):
        assert offered.sign_in(someone).open("/account").post(address, {}).status == 404, someone
    assert (
        offered.sign_in(SANNE).open("/account").post(address.replace(str(draft_id), str(uuid.uuid4())), {}).status
        == 404
    )


def test_what_was_left_out_on_purpose_is_not_asked_again(offered: Portal) -> None:
    announced(offered)
    offered.moment = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
    a_version(offered, "2027-02")  # Snelpost had begun, and is not named
    draft_id = a_draft(offered.later(minutes=1))
    offered.sign_in(KIM).open(f"/leverancier/concepten/{draft_id}").sees_not("Snelpost")
    in_force_with(offered)
    assert answers(offered) == []


def test_what_a_board_accepted_goes_along_with_its_next_agreement(offered: Portal) -> None:
    in_force_with(offered)
    announced(offered)
    a_version(offered.later(days=10), "2026-12")  # before Snelpost begins
    in_force_with(offered)
    assert len(answers(offered)) == 1
    offered.moment = dt.datetime(2027, 1, 10, tzinfo=dt.UTC)
    lines = rows_of(offered.sign_in(EVA), register_of(offered) + ".csv")
    by_version = {each["Versie"]: each["Ontvangers"] for each in lines}
    assert "Snelpost" in by_version["2026-12"] and "Snelpost" not in by_version["2026-11"]
