"""Heads of the ledger: each stamped with the time, and whatever is done to the ledger afterwards is named by one."""

import datetime as dt
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.audit.heads import roots_of
from portal.database import reader
from portal.documents import vault
from portal.documents.time_stamps import stamped_at
from portal.errors import PortalError, UnavailableError
from portal.record import heads, ledger
from portal.record.heads import StampedHead
from portal.record.jobs import Job
from portal.record.ledger import Entry
from portal.record.tree import Tree
from tests.builders import ANN, Portal, all_is_well, sign


def kept(portal: Portal) -> StampedHead:
    """A head of this moment, as the worker keeps one."""
    with portal.opened():
        made = heads.keep(heads.tree_now(reader()), stamp=portal.worker.sealer.time_stamp)
        reader.expunge(made)
        return made


def token_of(portal: Portal, head: StampedHead) -> bytes:
    return portal.ask(lambda: vault.content(head.token))


# --- The tree ----------------------------------------------------------------------------------------------------


def hashes(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


@given(st.integers(1, 70))
def test_maker_and_witness_come_to_the_same_root_each_in_its_own_way(count: int) -> None:
    assert list(roots_of(hashes(count)))[-1] == (count, Tree(hashes(count)).root)


@given(st.integers(1, 70), st.data())
def test_another_hash_anywhere_gives_another_root(count: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, count - 1))
    changed = [*hashes(count)[:place], "f" * 64, *hashes(count)[place + 1 :]]
    assert Tree(changed).root != Tree(hashes(count)).root


def test_the_root_of_one_entry_is_its_leaf_and_of_none_that_of_nothing() -> None:
    one = hashes(1)[0]
    assert Tree([one]).root == hashlib.sha256(b"\0" + bytes.fromhex(one)).hexdigest()
    assert Tree([]).root == hashlib.sha256(b"").hexdigest()
    with pytest.raises(IndexError):
        Tree([one]).path(2)


# --- Keeping -----------------------------------------------------------------------------------------------------


def test_a_head_says_how_long_the_ledger_is_and_bears_a_time_stamp(to_sign: Portal) -> None:
    head = kept(to_sign)

    now = to_sign.ask(lambda: ledger.head(reader()))
    said = heads.statement(head.size, head.hash, head.root)
    moment = stamped_at(token_of(to_sign, head), said, trust=to_sign.worker.sealer.trust)
    assert now.size == head.size + 1, "the ledger itself says that a head was kept"
    assert abs(moment - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    assert all_is_well(to_sign)


def test_the_stamp_is_over_this_head_and_no_other(to_sign: Portal) -> None:
    head = kept(to_sign)
    other = heads.statement(head.size, head.hash, "0" * 64)

    with pytest.raises(PortalError, match="iets anders"):
        stamped_at(token_of(to_sign, head), other, trust=to_sign.worker.sealer.trust)
    with pytest.raises(PortalError, match="geen tijdstempel"):
        stamped_at(b"no token", other, trust=to_sign.worker.sealer.trust)


def test_when_nothing_happened_there_is_no_second_head(to_sign: Portal) -> None:
    assert kept(to_sign).size == kept(to_sign).size
    assert to_sign.count(StampedHead) == 1


def test_without_a_time_stamp_there_is_no_head(to_sign: Portal) -> None:
    def nobody_answers(_digest: bytes) -> bytes:
        raise UnavailableError("De tijdstempeldienst gaf geen tijdstempel.")

    with to_sign.opened(), pytest.raises(UnavailableError):
        heads.keep(heads.tree_now(reader()), stamp=nobody_answers)
    assert to_sign.count(StampedHead) == to_sign.count(Entry, act="head") == 0


def test_the_worker_keeps_one_each_night_and_asks_for_the_next(to_sign: Portal) -> None:
    to_sign.ask(lambda: heads.ask(after=clock.today()))
    to_sign.later(days=1).work()
    assert to_sign.count(StampedHead) == 1
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    to_sign.later(days=1).work()
    assert to_sign.count(StampedHead) == 2
    assert to_sign.count(Job, kind="head", state="todo") == 1


# --- What a head gives away --------------------------------------------------------------------------------------


def retell(portal: Portal, number: int, act: str) -> None:
    """Rewrite one entry and chain everything after it anew, with the right key: nothing else can tell."""

    def rewrite(session) -> None:  # type: ignore[no-untyped-def]
        previous = ledger.FIRST
        for entry in session.query(Entry).order_by(Entry.number):
            entry.act = act if entry.number == number else entry.act
            entry.previous = previous
            previous = entry.hash = ledger.hash_of(entry)
            entry.mac = hmac.digest(portal.settings.secret("ledger").encode(), previous.encode(), "sha256").hex()

    portal.do(rewrite)


def named(portal: Portal) -> set[str]:
    return {each.where for each in portal.findings("ledger", "heads") if "bewaarde kop" in f"{each.where} {each.what}"}


def test_a_ledger_chained_anew_with_the_right_key_is_named_by_a_head(to_sign: Portal) -> None:
    head = kept(to_sign)
    retell(to_sign, 5, "invented")
    assert f"bewaarde kop {head.size}" in named(to_sign)


def test_a_tail_that_was_cut_off_is_named_by_a_head(to_sign: Portal) -> None:
    head = kept(to_sign)
    to_sign.do(lambda session: session.query(Entry).filter(Entry.number >= head.size).delete())
    found = to_sign.findings("ledger")
    assert any(f"head {head.size}" in each.what for each in found)


def test_a_head_that_was_removed_is_named_by_the_ledger(to_sign: Portal) -> None:
    head = kept(to_sign)
    to_sign.do(lambda session: session.query(StampedHead).delete())
    [finding] = to_sign.findings("heads")
    assert finding.where == f"logboekregel {head.size + 1}" and "niet meer is" in finding.what


@pytest.mark.parametrize("column", ["hash", "root", "token"])
def test_a_head_that_was_changed_is_named(to_sign: Portal, column: str) -> None:
    head = kept(to_sign)
    to_sign.do(lambda session: session.query(StampedHead).update({column: "0" * 64}))
    assert any(each.where == f"bewaarde kop {head.size}" for each in to_sign.findings("heads"))


def test_a_stamp_of_another_authority_is_named(to_sign: Portal, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from portal.documents.seal import Sealer
    from tests.papers import settings_in

    theirs = Sealer.open(settings_in(tmp_path))
    with to_sign.opened():
        heads.keep(heads.tree_now(reader()), stamp=theirs.time_stamp)
    [finding] = to_sign.findings("heads")
    assert "niet vertrouwen" in finding.what
