"""What runs in the background: one function a job, taken from the job table, woken at once."""

import datetime as dt
import logging
import os
import secrets
import signal
import socket
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from portal import clock
from portal.cases import campaigns, reissuing, reminding, renewing, sealing, typed
from portal.cases.agreements import ending as agreement_ending
from portal.cases.agreements import subprocessors
from portal.cases.dpia import measure_reminding, triggers
from portal.cases.offering import making, withdrawing
from portal.cases.offering import reminding as offer_reminding
from portal.config import Settings
from portal.database import Database, reader
from portal.documents import render
from portal.documents.seal import Sealer
from portal.dossier import personal
from portal.errors import PortalError, UnavailableError
from portal.evidence import dossiers
from portal.offers import blocks, drafting
from portal.parties import erasing, looks
from portal.record import heads, jobs, letters, outbox, rounds
from portal.reports import own_announcing, own_reports, sharing
from portal.upkeep import ending, nightly, notes
from portal.wording import mark

POLL = 2.0  # seconds; the bell wakes the worker sooner
SHOWS_ITSELF = dt.timedelta(seconds=30)
INTERRUPTED = mark("Het werk is onderbroken en wordt opnieuw gedaan.")
EVERY_MORNING = (
    reminding.remind_all,
    subprocessors.remind_all,
    agreement_ending.remind_all,
    measure_reminding.remind_all,
    typed.sweep,
    triggers.look_at_all,
)
"""What looks once a day at what waits, each for itself."""
Address = Callable[[str, Mapping[str, str]], str]
"""Makes the full address of an endpoint with its parameters."""

log = logging.getLogger("tekenpoort.worker")


class Worker:
    """Does what the acts asked for: makes documents, seals signatures, sends mail."""

    def __init__(self, database: Database, settings: Settings, address: Address) -> None:
        self.database, self.settings, self.address = database, settings, address
        self.sealer = Sealer.open(settings)
        self.host = socket.gethostname()[:16]
        # A process number comes back, and after a restart of a container at once: the last part never does.
        self.name = f"{self.host}-{os.getpid()}-{secrets.token_hex(4)}"
        self.stopping = False
        self.interrupted = True
        self.shown_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    def run(self) -> None:
        """Work until told to stop."""
        render.warm()
        bell = jobs.Bell(self.settings.data / "worker.bell")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        log.info("worker %s has started", self.name)
        while not self.stopping:
            if not self.round():
                bell.wait(POLL)
        log.info("worker %s has stopped", self.name)

    def round(self) -> int:
        """Work off what is due, after freeing what was left half-done; without a database, try later."""
        try:
            if self.interrupted:
                with self.database.opened():
                    jobs.give_back(self._is_gone, INTERRUPTED)
                    reminding.ask(after=clock.today())
                    nightly.ask(after=clock.today())
                    ending.ask(after=clock.today())
                    heads.ask(after=clock.today())
                    erasing.ask(after=clock.today())
                self.interrupted = False
            self._show_life()
            return self.work_off()
        except DBAPIError as fault:
            log.error("the database does not do its work: %s; the worker tries again", fault.orig)
            self.interrupted = True
            return 0

    def _is_gone(self, owner: str) -> bool:
        """Whether the worker of this name cannot be at work any more, as far as can be seen from this machine."""
        host, number, _ = owner.rsplit("-", 2) if owner.count("-") >= 2 else ("", "", "")
        if owner == self.name:
            return True
        if host != self.host or not number.isdecimal():
            return False
        if int(number) == os.getpid():
            return True
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # somebody else's process, and alive
            pass
        return False

    def work_off(self) -> int:
        """Do everything that is due now; says how many jobs that were."""
        done = 0
        with self.database.opened():
            while not self.stopping and (taken := jobs.take(self.name)) is not None:
                self._do(taken)
                self._show_life()
                done += 1
        return done

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _do(self, taken: jobs.Taken) -> None:
        started = clock.now()
        try:
            self._work(taken)
        except UnavailableError as fault:
            log.warning("job %s %s waits: %s", taken.kind, taken.id, fault)
            jobs.postpone(taken, str(fault))
        except PortalError as fault:
            log.error("job %s %s: %s", taken.kind, taken.id, fault)
            self._show(taken, fault)
            jobs.postpone(taken, str(fault))
        except Exception as fault:  # whatever it is, the next job must not suffer
            log.exception("job %s %s failed", taken.kind, taken.id)
            self._show(taken, PortalError(f"Er ging iets mis ({type(fault).__name__}). De servicedesk ziet het."))
            jobs.postpone(taken, f"{type(fault).__name__}: {fault}"[:500])
        else:
            jobs.finish(taken)
            log.info("job %s %s done in %.3f s", taken.kind, taken.id, (clock.now() - started).total_seconds())

    def _work(self, taken: jobs.Taken) -> None:
        match taken.kind:
            case "make":
                sealing.make(
                    uuid.UUID(taken.parameters["document"]),
                    sealer=self.sealer,
                    operator=self.settings.operator,
                    link_secret=self.settings.secret("link"),
                )
            case "seal":
                sealing.seal(uuid.UUID(taken.parameters["document"]), sealer=self.sealer)
            case "invite":
                sealing.invite(uuid.UUID(taken.parameters["document"]), link_secret=self.settings.secret("link"))
            case "send":
                outbox.deliver(
                    uuid.UUID(taken.parameters["mail"]),
                    write=lambda mail: letters.write(mail, self.address, self.settings),
                    smtp_url=self.settings.smtp_url,
                    sender=self.settings.sender,
                )
            case subprocessors.TELL:
                subprocessors.tell(uuid.UUID(taken.parameters["notice"]))
            case reminding.REMIND:
                reminding.ask(after=clock.today())
                rounds.each(EVERY_MORNING, lambda remind: remind())
            case reissuing.REISSUE:
                reissuing.reissue(uuid.UUID(taken.parameters["organisation"]))
            case drafting.CAMPAIGN:
                campaigns.tell(uuid.UUID(taken.parameters["publication"]), after=taken.parameters["after"])
            case making.OFFER:
                making.offer_some(uuid.UUID(taken.parameters["round"]), start=taken.parameters["start"])
            case offer_reminding.REMIND:
                offer_reminding.remind_some(
                    uuid.UUID(taken.parameters["publication"]), by=uuid.UUID(taken.parameters["by"])
                )
            case withdrawing.WITHDRAW:
                withdrawing.withdraw_more(
                    uuid.UUID(taken.parameters["publication"]),
                    words=taken.parameters["words"],
                    by=uuid.UUID(taken.parameters["by"]),
                )
            case own_announcing.ANNOUNCE:
                own_announcing.announce(uuid.UUID(taken.parameters["report"]))
            case blocks.LIFT:
                blocks.lift_expired(uuid.UUID(taken.parameters["block"]), contact=self.settings.contact)
            case erasing.ERASE:
                erasing.erase_what_is_over(keeps_name=personal.is_named_in_a_document())
                sharing.forget_what_is_over()
                own_reports.forget_what_is_over()
                looks.forget_what_is_over()
                erasing.ask(after=clock.today())
            case renewing.RENEW:
                ending.daily_round(self.settings)
                ending.ask(after=clock.today())
            case renewing.RENEW_ONE:
                self._renew(uuid.UUID(taken.parameters["document"]))
            case dossiers.MAKE:
                dossiers.make(taken.id, taken.parameters, settings=self.settings, stamp=self.sealer.time_stamp)
            case heads.HEAD:
                heads.keep(heads.tree_now(reader()), stamp=self.sealer.time_stamp)
                heads.ask(after=clock.today())
                dossiers.sweep(self.settings)
            case nightly.VERIFY:
                nightly.start(self.settings)
                nightly.ask(after=clock.today())
            case other:
                raise PortalError(f"Geen werk dat {other} heet.")

    def _renew(self, document_id: uuid.UUID) -> None:
        try:
            renewing.renew(document_id, sealer=self.sealer)
        except renewing.NoLaterError as fault:
            log.warning("document %s keeps its time stamp: %s", document_id, fault)

    def _show_life(self) -> None:
        """Let the health page see that somebody works."""
        if clock.now() - self.shown_at > SHOWS_ITSELF:
            with suppress(OSError):  # a full disk is the health page's to tell, not a reason to stop working
                notes.note(self.settings.data, notes.ALIVE, worker=self.name)
            self.shown_at = clock.now()

    def _show(self, taken: jobs.Taken, fault: PortalError) -> None:
        if "document" in taken.parameters:
            sealing.note_fault(uuid.UUID(taken.parameters["document"]), fault)
