"""The record: a chain that cannot be rewritten, work that is done once, and mail that arrives once or is shown."""

import datetime as dt
import email
import email.policy
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from portal import clock
from portal.config import Settings
from portal.database import Base, act, connect, reader
from portal.errors import UnavailableError
from portal.record import jobs, ledger, letters, outbox, transmission
from portal.record.jobs import Bell, Job
from portal.record.ledger import FIRST, Entry
from portal.record.outbox import Letter, Mail

KEY = b"a key of the tests"
NOON = dt.datetime(2026, 1, 5, 11, 0, tzinfo=dt.UTC)
UNHURRIED = settings(deadline=None, max_examples=40)  # each example makes a database of its own
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
DETAIL = st.dictionaries(
    st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda key: key not in {"act", "actor", "subject", "document"}),
    st.recursive(WORDS | st.integers(-(2**53), 2**53) | st.booleans() | st.none(), st.lists, max_leaves=5),
    max_size=4,
)


@contextmanager
def a_database(path: Path) -> Iterator[None]:
    database = connect(f"sqlite:///{path}", ledger_key=KEY)
    tables = [each.__table__ for each in (Entry, Job, Mail)]
    Base.metadata.create_all(database.engine, tables=tables)  # type: ignore[arg-type]
    with database.opened():
        yield
    database.engine.dispose()


@contextmanager
def a_fresh_database() -> Iterator[None]:
    with TemporaryDirectory() as folder, a_database(Path(folder) / "record.db"):
        yield


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Path]:
    """An opened database with the tables of the record; gives the folder."""
    with a_database(tmp_path / "record.db"):
        yield tmp_path


def append(**detail: Any) -> ledger.Head:
    with act() as session:
        return ledger.append(session, act="try", subject="case:1", **detail)


# The ledger


@UNHURRIED
@given(st.lists(DETAIL, max_size=6))
def test_every_entry_follows_on_the_one_before_and_the_head_is_the_last(details):
    with a_fresh_database():
        heads = [append(**each) for each in details]
        entries = list(reader().scalars(select(Entry).order_by(Entry.number)))

        assert [each.number for each in entries] == list(range(1, len(details) + 1))
        assert [each.previous for each in entries] == [FIRST, *(each.hash for each in heads)][: len(details)]
        assert [each.hash for each in entries] == [ledger.hash_of(each) for each in entries]
        assert [each.mac for each in entries] == [ledger.mac_of(each.hash) for each in entries]
        assert ledger.head(reader()) == (heads[-1] if heads else ledger.Head(0, FIRST))


@UNHURRIED
@given(DETAIL, st.sampled_from(["actor", "act", "subject", "document", "previous", "on_behalf_of"]), WORDS)
def test_no_column_can_change_without_the_hash(detail, column, value):
    with a_fresh_database():
        append(**detail)
        [entry] = reader().scalars(select(Entry).order_by(Entry.number))
        before, was = ledger.hash_of(entry), getattr(entry, column)

        setattr(entry, column, value)

        assert (ledger.hash_of(entry) == before) == (value == was)
        reader().rollback()


def test_an_act_that_fails_leaves_no_entry(record):
    with pytest.raises(RuntimeError), act() as session:
        ledger.append(session, act="try", subject="case:1")
        raise RuntimeError

    assert ledger.head(reader()).size == 0


def test_entries_written_at_once_by_many_make_one_chain(record):
    path = record / "record.db"

    def write() -> None:
        with a_database(path):
            for _ in range(5):
                append()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    entries = list(reader().scalars(select(Entry).order_by(Entry.number)))
    assert [each.number for each in entries] == list(range(1, 31))
    assert all(after.previous == before.hash for before, after in pairwise(entries))


def test_another_key_is_noticed_before_anything_is_written_with_it(record):
    append()

    assert ledger.key_fits(reader())
    with connect(f"sqlite:///{record / 'record.db'}", ledger_key=b"another").opened():
        assert not ledger.key_fits(reader())


def test_an_empty_ledger_takes_any_key(record):
    assert ledger.key_fits(reader())


# Jobs


def ask(kind: str = "make", key: str = "make:1", **parameters: Any) -> None:
    with act() as session:
        jobs.ask(session, kind, key, **parameters)


def kept(key: str = "make:1") -> Job:
    reader.rollback()
    job = jobs.find(reader(), key)
    assert job is not None
    return job


def test_work_that_is_asked_for_twice_is_done_once(record):
    ask()
    ask()

    assert jobs.take("me") is not None
    assert jobs.take("me") is None


def test_work_that_was_done_can_be_asked_for_again(record):
    ask()
    taken = jobs.take("me")
    assert taken and jobs.finish(taken)

    ask(wanted="again")

    again = jobs.take("me")
    assert again and again.parameters == {"wanted": "again"} and again.attempts == 1


def test_work_asked_for_in_an_act_that_fails_is_never_done(record):
    with pytest.raises(RuntimeError), act() as session:
        jobs.ask(session, "make", "make:1")
        raise RuntimeError

    assert jobs.take("me") is None


def test_a_worker_that_lost_its_lease_changes_nothing_any_more(record):
    with clock.standing_at(NOON):
        ask()
        late = jobs.take("first")
    with clock.standing_at(NOON + jobs.LEASE + dt.timedelta(seconds=1)):
        taken = jobs.take("second")
        assert late and taken and taken.attempts == 2

        assert not jobs.finish(late) and not jobs.postpone(late, "too late")
        assert kept().state == "doing" and kept().owner == "second"
        assert jobs.finish(taken)
        assert not jobs.finish(late)
    assert kept().state == "done"


def test_a_lease_that_lasts_is_respected(record):
    with clock.standing_at(NOON):
        ask()
        assert jobs.take("first")
    with clock.standing_at(NOON + jobs.LEASE - dt.timedelta(seconds=1)):
        assert jobs.take("second") is None


def test_work_is_postponed_less_and_less_often_and_says_why(record):
    moment, waits = NOON, []
    ask_at = moment
    with clock.standing_at(ask_at):
        ask()
    for _ in range(len(jobs.PATIENCE) + 2):
        with clock.standing_at(moment):
            taken = jobs.take("me")
            assert taken and jobs.postpone(taken, "De tijdstempeldienst is er niet.")
            waits.append((kept().run_at - moment).total_seconds())
            assert kept().cause == "De tijdstempeldienst is er niet."
            assert jobs.take("me") is None
        moment += dt.timedelta(seconds=waits[-1])

    assert waits == [*jobs.PATIENCE, 600, 600] and waits == sorted(waits)


@pytest.mark.row(10, "work asked for while the clock was ahead")
def test_work_asked_for_while_the_clock_was_ahead_does_not_wait_for_that_moment(record):
    with clock.standing_at(clock.now() + dt.timedelta(days=10)), act() as session:
        jobs.ask(session, "make", "make:ahead")
        jobs.ask(session, "make", "make:later", at=clock.now() + dt.timedelta(days=1))

    taken = jobs.take("a")

    assert taken is not None and jobs.find(reader(), "make:ahead").state == "doing"
    assert jobs.take("a") is None


def test_mail_is_taken_after_everything_else_however_long_it_waits(record):
    with clock.standing_at(NOON):
        ask("send", "send:1")
    ask("seal", "seal:1")
    ask("send", "send:2")

    assert [taken.kind for taken in iter(lambda: jobs.take("me"), None)] == ["seal", "send", "send"]


def test_the_work_of_a_worker_that_is_gone_is_given_back_after_a_moment(record):
    with clock.standing_at(NOON):
        ask(key="make:1")
        ask(key="make:2")
        gone, busy = jobs.take("gone"), jobs.take("busy")
        assert gone and busy

        jobs.give_back(lambda owner: owner == "gone", "Het werk is onderbroken.")

        assert jobs.take("me") is None
        assert not jobs.finish(gone) and jobs.finish(busy)
    with clock.standing_at(NOON + dt.timedelta(seconds=jobs.PATIENCE[0])):
        again = jobs.take("me")
        assert again and again.id == gone.id and again.attempts == 2


def test_a_waiting_job_can_be_hurried(record):
    with clock.standing_at(NOON):
        ask()
        taken = jobs.take("me")
        assert taken and jobs.postpone(taken, "later")
        with act() as session:
            jobs.hurry(session, "make:1")

        assert jobs.take("me") is not None
    assert jobs.waiting(reader()) == 1


@pytest.mark.parametrize("folder", ["short", "/".join(["a-folder-with-a-long-name"] * 5)])
def test_the_bell_wakes_the_worker_at_once_also_from_a_deep_folder(record, folder):
    path = record / folder / "worker.bell"
    path.parent.mkdir(parents=True)
    bell = Bell(path)
    jobs.hang_bell(path)
    rung = threading.Timer(0.2, copy_context().run, [ask])
    rung.start()

    started = time.monotonic()
    bell.wait(10)
    waited = time.monotonic() - started

    rung.join()
    jobs._bell.clear()
    bell.line.close()
    assert 0.1 < waited < 5


def test_the_bell_rings_only_when_the_act_is_kept_and_an_absent_worker_is_no_fault(record):
    path = record / "worker.bell"
    jobs.hang_bell(path)
    ask(key="nobody listens")
    bell = Bell(path)
    with pytest.raises(RuntimeError), act() as session:
        jobs.ask(session, "make", "make:1")
        raise RuntimeError

    started = time.monotonic()
    bell.wait(0.3)

    jobs._bell.clear()
    bell.line.close()
    assert time.monotonic() - started >= 0.3


# The outbox, with a real mail server

HOSTILE = [
    "Obs 't Veld & Zn. <script>alert(1)</script>",
    "{{ 7*7 }} {% raw %} ${7*7} #{7*7}",
    "Stichting \u202eomgekeerd\u202c – ünïcödé 学校 🏫",
    "100% van %(alles)s en %s",
    ".\n..begin met een punt\n.\nQUIT",
    "een regel\r\nBcc: iedereen@kwaad.example\r\n\r\nen een tweede",
    "=?utf-8?q?nep=0D=0ABcc=3A_iedereen=40kwaad.example?= =\n=20",
    "a" * 1500,
]


@dataclass
class Postbox:
    """What a mail server received, and what it should say next."""

    received: list[Envelope] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    after_data: Callable[[SMTP], None] | None = None
    logins: list[bytes] = field(default_factory=list)
    url: str = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            self.received.append(envelope)
        if self.after_data:
            self.after_data(server)
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.answers.pop(0) if self.answers else "221 bye"

    def messages(self) -> list[email.message.EmailMessage]:
        parse = partial(email.message_from_bytes, policy=email.policy.default)
        return [parse(each.original_content) for each in self.received]


def a_closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


@contextmanager
def a_mail_server(postbox: Postbox, user: str = "", **terms: Any) -> Iterator[Postbox]:
    port = a_closed_port()
    server = Controller(postbox, hostname="127.0.0.1", port=port, **terms)
    server.start()
    postbox.url = f"smtp://{user}127.0.0.1:{port}"
    try:
        yield postbox
    finally:
        server.stop()


@pytest.fixture
def postbox(record: Path) -> Iterator[Postbox]:
    with a_mail_server(Postbox()) as made:
        yield made


def put(
    key: str = "mail-1", to: str = "ann@school.example", subject: str = "Te tekenen: een stuk", **facts: Any
) -> uuid.UUID:
    with act() as session:
        outbox.put(session, key=key, to=to, kind="to_sign", subject=subject, **facts)
    return mail(key).id


def mail(key: str = "mail-1") -> Mail:
    reader.rollback()
    return reader.query(Mail).filter_by(key=key).one()


def as_text(each: Mail) -> Letter:
    words = each.facts.get("words", "Er ligt een stuk klaar.")
    return Letter(words, f"<p>{words}</p>")


def deliver(mail_id: uuid.UUID, url: str | None, write: outbox.Write = as_text) -> None:
    outbox.deliver(mail_id, write=write, smtp_url=url, sender="Tekenpoort <portaal@tekenpoort.example>")


def test_a_mail_leaves_once_with_both_parts_and_its_subject(postbox):
    sent = put()
    assert put() == sent

    deliver(sent, postbox.url)
    deliver(sent, postbox.url)

    [message] = postbox.messages()
    assert message["Subject"] == "Te tekenen: een stuk" and message["To"] == "ann@school.example"
    assert message["Auto-Submitted"] == "auto-generated" and message["Message-ID"] == f"<{sent}@tekenpoort>"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert postbox.received[0].rcpt_tos == ["ann@school.example"]
    assert postbox.received[0].mail_from == "portaal@tekenpoort.example"
    assert mail().state == "sent" and mail().facts == {}


def test_a_mail_carries_the_ledger_of_its_moment(record):
    head = append()
    put()
    append()

    assert (mail().size, mail().head) == (head.size, head.hash)


def test_without_a_mail_server_a_mail_goes_to_the_mailbox(record):
    deliver(put(), None)

    assert mail().state == "mailbox"


def test_a_server_that_is_busy_gets_the_mail_later(postbox):
    postbox.answers = ["451 later"]
    waiting = put()

    with pytest.raises(UnavailableError):
        deliver(waiting, postbox.url)
    assert mail().state == "waiting" and "451" in mail().cause
    deliver(waiting, postbox.url)

    assert mail().state == "sent" and len(postbox.received) == 1


def test_a_server_that_refuses_is_believed_and_shown(postbox):
    postbox.answers = ["554 no"]
    refused = put()

    deliver(refused, postbox.url)
    deliver(refused, postbox.url)

    assert mail().state == "refused" and "554" in mail().cause
    assert postbox.received == []


def test_a_server_that_complains_at_the_goodbye_has_taken_the_mail_all_the_same(postbox):
    postbox.answers = ["250 taken", "421 closing"]
    sent = put()

    deliver(sent, postbox.url)
    deliver(sent, postbox.url)

    assert mail().state == "sent" and len(postbox.received) == 1


def test_a_server_that_dies_before_it_answers_leaves_the_mail_uncertain_and_it_is_not_sent_twice(postbox):
    postbox.after_data = lambda server: server.transport.abort()
    mail_id = put()

    deliver(mail_id, postbox.url)
    postbox.after_data = None
    deliver(mail_id, postbox.url)

    assert mail().state == "uncertain" and "antwoordde niet" in mail().cause
    assert len(postbox.received) == 1


def test_a_worker_that_dies_while_sending_leaves_the_mail_uncertain_and_it_is_not_sent_twice(postbox):
    mail_id = put()
    with act() as session:
        session.get_one(Mail, mail_id).state = "sending"

    deliver(mail_id, postbox.url)

    assert mail().state == "uncertain" and postbox.received == []


def test_a_closed_port_keeps_the_mail_waiting_with_its_cause_and_it_is_sent_later(postbox):
    waiting = put()

    with pytest.raises(UnavailableError):
        deliver(waiting, f"smtp://127.0.0.1:{a_closed_port()}")
    assert mail().state == "waiting" and "refused" in mail().cause
    deliver(waiting, postbox.url)

    assert mail().state == "sent" and mail().cause == ""


@pytest.mark.row(11, "a silent server is given up in time")
def test_a_silent_server_is_given_up_in_time_and_tried_again(postbox, monkeypatch):
    monkeypatch.setattr(transmission, "PATIENCE", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        waiting, started = put(), time.monotonic()

        with pytest.raises(UnavailableError):
            deliver(waiting, f"smtp://127.0.0.1:{silent.getsockname()[1]}")

        assert time.monotonic() - started < 3 and mail().state == "waiting"
    deliver(waiting, postbox.url)

    assert mail().state == "sent" and len(postbox.received) == 1


def test_letters_that_cannot_be_written_stay_waiting_with_their_facts(postbox):
    mail_id = put(words="bewaard")

    def broken(_: Mail) -> Letter:
        raise ValueError("a fault in a template")

    with pytest.raises(ValueError, match="a fault"):
        deliver(mail_id, postbox.url, broken)

    assert mail().state == "waiting" and mail().facts == {"words": "bewaard"}


# Hostile words


def lines(part: Any) -> str:
    """The text of a part with the line ends of this machine, without the last."""
    return str(part.get_content()).replace("\r\n", "\n").removesuffix("\n")


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_comes_out_as_it_went_in(postbox, words):
    deliver(put(words=words), postbox.url)

    [message] = postbox.messages()
    text_part, html_part = message.iter_parts()
    said = words.replace("\r\n", "\n")
    assert lines(text_part) == said
    assert lines(html_part) == f"<p>{said}</p>"
    assert postbox.received[0].rcpt_tos == ["ann@school.example"] and message["Bcc"] is None


@pytest.mark.parametrize("subject", HOSTILE)
def test_a_hostile_subject_stays_one_subject(postbox, subject):
    deliver(put(subject=subject), postbox.url)

    [message] = postbox.messages()
    assert " ".join(message["Subject"].split()) == " ".join(subject[:300].split()).replace("=?", "= ?")
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize(
    "to",
    [
        "ann@school.example, bas@kwaad.example",
        "ann@school.example\r\nBcc: bas@kwaad.example",
        "ann@school.example> RCPT TO:<bas@kwaad.example",
        "Ann <ann@school.example>",
        "",
        "geen adres",
        "\u0000@school.example",
    ],
)
def test_what_is_no_single_address_is_refused_and_reaches_nobody(postbox, to):
    deliver(put(to=to), postbox.url)

    assert mail().state == "refused" and mail().cause
    assert postbox.received == []


def test_every_word_of_a_mail_of_the_portal_comes_out_the_same(postbox, tmp_path):
    words = HOSTILE[0] + HOSTILE[2]
    terms = Settings(data=tmp_path, database_url="sqlite://")
    with act() as session:
        outbox.put(
            session, key="mail-1", to="ann@school.example", kind="to_sign", subject="Te tekenen",
            link=("signing.sign", {"document_id": "x"}),
            name=words, title=words, organisation=words, reference="BV-2026-00001", rule=words,
        )  # fmt: skip

    deliver(mail().id, postbox.url, lambda each: letters.write(each, lambda *_: "http://here/teken", terms))

    text_part, html_part = postbox.messages()[0].iter_parts()
    assert text_part.get_content().count(words) == 4
    assert "<script>" not in html_part.get_content() and "&lt;script&gt;" in html_part.get_content()
    assert f"{mail().size}" in text_part.get_content() and "http://here/teken" in text_part.get_content()


# Encryption and passwords


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1, in one file."""
    from ipaddress import ip_address

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    path.write_bytes(pem)
    return path


def terms_of(certificate: Path, postbox: Postbox) -> dict[str, Any]:
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate)

    def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given_: Any) -> AuthResult:
        assert isinstance(given_, LoginPassword) and session.ssl is not None
        postbox.logins.append(given_.password)
        return AuthResult(success=given_.password == b"geheim!/@", handled=False)

    return {"tls_context": secure, "require_starttls": True, "authenticator": let_in, "auth_required": True}


def test_a_server_with_starttls_and_a_password_gets_both(record, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    postbox = Postbox()
    with a_mail_server(postbox, "portaal:geheim%21%2F%40@", **terms_of(certificate, postbox)):
        deliver(put(), postbox.url)

    assert mail().state == "sent" and postbox.logins == [b"geheim!/@"]


def test_a_server_whose_certificate_is_not_trusted_gets_neither_password_nor_mail(record, certificate):
    postbox = Postbox()
    with a_mail_server(postbox, "portaal:geheim@", **terms_of(certificate, postbox)), pytest.raises(UnavailableError):
        deliver(put(), postbox.url)

    assert mail().state == "waiting" and "certificate" in mail().cause.lower()
    assert postbox.logins == [] and postbox.received == []


def test_a_wrong_password_keeps_the_mail_waiting_with_its_cause(record, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    postbox = Postbox()
    with a_mail_server(postbox, "portaal:fout@", **terms_of(certificate, postbox)), pytest.raises(UnavailableError):
        deliver(put(), postbox.url)

    assert mail().state == "waiting" and "535" in mail().cause


def test_a_password_never_leaves_this_machine_without_encryption(postbox, monkeypatch):
    url = postbox.url.replace("smtp://", "smtp://portaal:geheim@")
    monkeypatch.setattr(transmission, "_is_this_machine", lambda _: False)  # as if the server were elsewhere

    with pytest.raises(UnavailableError):
        deliver(put(), url)

    assert mail().state == "waiting" and "password" in mail().cause and postbox.received == []


def test_an_act_that_fails_puts_no_mail_in_the_outbox(record):
    with pytest.raises(RuntimeError), act() as session:
        outbox.put(session, key="mail-1", to="ann@school.example", kind="signed", subject="x")
        raise RuntimeError

    assert reader.query(Mail).count() == 0 and jobs.take("me") is None


def test_the_database_keeps_what_was_said_when_the_power_goes(record):
    assert reader.execute(text("pragma synchronous")).scalar() == 2
    assert reader.execute(text("pragma journal_mode")).scalar() == "wal"
