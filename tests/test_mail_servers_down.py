"""A mail server that is closed, silent, slow, or dies with the mail in its hands: signing is unaffected, each mail once or shown."""

import contextlib
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portal import clock
from portal.record import jobs, transmission
from tests.conftest import Tell
from tests.stage import HALF_SIGNED, KARIN, Installation, demonstration, just_signed, portal_copy, seals
from tests.test_record import Postbox, a_closed_port, a_mail_server

__all__ = ["demonstration", "just_signed", "portal_copy"]
pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]
MAILS = 3
"""The receipt of who signed last, and word to both that the document is complete."""
SLOW = 1.0


@contextlib.contextmanager
def silent() -> Iterator[str]:
    """Takes the line, and never says a word."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()
        yield f"smtp://127.0.0.1:{line.getsockname()[1]}"


@contextlib.contextmanager
def closed() -> Iterator[str]:
    yield f"smtp://127.0.0.1:{a_closed_port()}"


class Slow(Postbox):
    """Takes its time before each yes."""

    async def handle_MAIL(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
        time.sleep(SLOW)
        envelope.mail_from = address
        return "250 ok"


def worked(place: Installation, url: str) -> None:
    place.worker.settings = replace(place.settings, smtp_url=url)
    place.worker.work_off()


def later(place: Installation, url: str) -> None:
    """Half an hour on, what waits is tried again."""
    place.worker.settings = replace(place.settings, smtp_url=url)
    with clock.standing_at(clock.now() + 20 * jobs.LEASE):
        place.worker.work_off()


def states(place: Installation) -> Counter[str]:
    return Counter(state for (state,) in place.sql("select state from mail where state <> 'mailbox'"))


def received(postbox: Postbox) -> Counter[str]:
    return Counter(str(each["Message-ID"]) for each in postbox.messages())


def is_sealed(place: Installation) -> bool:
    return seals(place) == [1, 1, 1, 1] and place.one(
        "select state from document where id = ?", place.document(HALF_SIGNED)
    ) == ("complete")


@pytest.mark.row(11, "mail server closed or silent: the act answers at once, the seal comes, each mail later and once")
@pytest.mark.parametrize("away", [closed, silent])
def test_a_mail_server_that_is_away_delays_the_mail_alone(portal_copy, away, monkeypatch, tell: Tell) -> None:
    monkeypatch.setattr(transmission, "PATIENCE", 0.5)
    with away() as url:
        begun = time.monotonic()
        portal_copy.sign(KARIN, HALF_SIGNED)
        assert time.monotonic() - begun < 5
        worked(portal_copy, url)
    assert is_sealed(portal_copy)
    assert states(portal_copy) == {"waiting": MAILS}
    assert portal_copy.one("select count(*) from mail where state = 'waiting' and cause = ''") == 0

    with a_mail_server(Postbox()) as postbox:
        later(portal_copy, postbox.url)
        later(portal_copy, postbox.url)
        held = sum(1 for count in received(postbox).values() if count == 1)
    tell(f"each mail once after the server was {away.__name__}", MAILS, held)
    assert states(portal_copy) == {"sent": MAILS} and held == MAILS and len(postbox.received) == MAILS


@pytest.mark.row(11, "mail server slow: the seal does not wait for it, each mail once")
def test_a_slow_mail_server_keeps_nobody_waiting(portal_copy, tell: Tell) -> None:
    portal_copy.sign(KARIN, HALF_SIGNED)
    with a_mail_server(Slow()) as postbox:
        worked(portal_copy, postbox.url)
    sealed = portal_copy.one("select max(at) from ledger_entry where act = 'seal'")
    assert is_sealed(portal_copy) and sealed < portal_copy.one("select min(sent_at) from mail where state = 'sent'")
    held = sum(1 for count in received(postbox).values() if count == 1)
    tell("each mail once through a slow server", MAILS, held)
    assert states(portal_copy) == {"sent": MAILS} and held == MAILS


@pytest.mark.row(11, "mail server dies after DATA: shown as uncertain, and not sent twice")
def test_a_mail_server_that_dies_with_the_mail_in_hand_is_not_given_it_twice(portal_copy, tell: Tell) -> None:
    portal_copy.sign(KARIN, HALF_SIGNED)
    with a_mail_server(Postbox(after_data=lambda server: server.transport.abort())) as postbox:
        worked(portal_copy, postbox.url)
        assert is_sealed(portal_copy)
        postbox.after_data = None
        later(portal_copy, postbox.url)
    shown = portal_copy.sql("select cause from mail where state = 'uncertain'")
    held = sum("antwoordde niet" in cause for (cause,) in shown)
    tell("a mail of which nobody knows is shown, and sent once", MAILS, held)
    assert held == MAILS and set(received(postbox).values()) == {1} and len(postbox.received) == MAILS
    assert portal_copy.report().findings == ()


@pytest.mark.row(11, "mail server refuses for good: shown as not delivered")
def test_a_mail_that_is_refused_is_shown_as_not_delivered(portal_copy, tell: Tell) -> None:
    portal_copy.sign(KARIN, HALF_SIGNED)
    with a_mail_server(Postbox(answers=["554 no", "221 bye"] * MAILS)) as postbox:
        worked(portal_copy, postbox.url)
        later(portal_copy, postbox.url)
    held = portal_copy.one("select count(*) from mail where state = 'refused' and cause like '%554%'")
    tell("a refused mail is shown", MAILS, held)
    assert is_sealed(portal_copy) and held == MAILS and postbox.received == []
