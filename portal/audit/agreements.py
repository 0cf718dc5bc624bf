"""What happens to agreements in force: new sub-processors and what was said of them, against the ledger."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from portal.audit.report import Tally
from portal.audit.snapshot import Snapshot
from portal.cases.agreements.tables import AgreementEnd, SignedElsewhere, SubprocessorAnswer, SubprocessorNotice
from portal.config import Settings
from portal.record.ledger import Entry
from portal.wording import mark

CONTENT = ("name", "task", "data", "country", "in_eea", "basis")


def check(kept: Snapshot, _settings: Settings, tally: Tally) -> None:
    """Every notice of a sub-processor with what each board said of it."""
    told = kept.by(Entry, "subject")
    notices = kept.rows(SubprocessorNotice)
    tally.checked["subprocessors"] = len(notices)
    known = {f"subprocessor:{each.id}" for each in notices}
    for entry in kept.rows(Entry):
        if entry.subject.startswith("subprocessor:") and entry.subject not in known:
            tally.find("ledger_entry", entry.number, mark("gaat over een subverwerker die er niet is"))
    for notice in notices:
        with tally.guarded("subprocessor", notice.id):
            answers = kept.by(SubprocessorAnswer, "notice_id").get(notice.id, [])
            for what in _faults(notice, answers, told.get(f"subprocessor:{notice.id}", [])):
                tally.find("subprocessor", notice.id, what)
    _check_elsewhere(kept, tally)
    _check_ends(kept, tally)


def _check_ends(kept: Snapshot, tally: Tally) -> None:
    """Every end of an agreement: by whom, for whom, when and why as the ledger says; and none is gone."""
    told = kept.by(Entry, "subject")
    ends = kept.rows(AgreementEnd)
    tally.checked["agreement_ends"] = len(ends)
    known = {f"agreement:{each.agreement_id}" for each in ends}
    for entry in kept.rows(Entry):
        if entry.act == "end_agreement" and entry.subject not in known:
            tally.find("ledger_entry", entry.number, mark("gaat over een einde van een overeenkomst dat er niet is"))
    for end in ends:
        with tally.guarded("agreement_end", end.agreement_id):
            mine = told.get(f"agreement:{end.agreement_id}", [])
            said = [_as_ended(each) for each in mine if each.act == "end_agreement"]
            clocks = [each.isoformat() for each in (end.export_until, end.delete_by, end.backups_by)]
            sides = (str(end.organisation_id), str(end.board_id), str(end.product_id))
            if said != [(end.ends_at.isoformat(), clocks, str(end.made_by), *sides, _sha256_of(end.why))]:
                tally.find("agreement_end", end.agreement_id, mark("eindigt anders dan het logboek zegt"))
            certified = [each.detail["case"] for each in mine if each.act == "certify_deletion"]
            if certified != [str(each) for each in (end.certificate_id,) if each]:
                tally.find("agreement_end", end.agreement_id, mark("heeft een andere verklaring dan het logboek zegt"))


def _as_ended(entry: Entry) -> tuple[Any, ...]:
    said = entry.detail
    return (said["ends"], said["clocks"], entry.actor, said["notice_of"], said["board"], said["product"], said["why"])


def _check_elsewhere(kept: Snapshot, tally: Tally) -> None:
    """Every agreement signed elsewhere: taken in and ended as the ledger says."""
    told = kept.by(Entry, "subject")
    rows = kept.rows(SignedElsewhere)
    tally.checked["elsewhere"] = len(rows)
    known = {f"elsewhere:{each.id}" for each in rows}
    for entry in kept.rows(Entry):
        if entry.subject.startswith("elsewhere:") and entry.subject not in known:
            tally.find("ledger_entry", entry.number, mark("gaat over een elders getekende overeenkomst die er niet is"))
    for row in rows:
        with tally.guarded("elsewhere", row.id):
            for what in _faults_of_elsewhere(row, told.get(f"elsewhere:{row.id}", [])):
                tally.find("elsewhere", row.id, what)


def _faults_of_elsewhere(row: SignedElsewhere, told: Sequence[Entry]) -> Iterator[str]:
    taken = [each for each in told if each.act == "take_in"]
    ended = [each for each in told if each.act == "end_elsewhere"]
    if len(taken) != 1:
        yield mark("is volgens het logboek nooit vastgelegd")
        return
    said = taken[0].detail
    by = str(row.entered_by)
    now = (row.blob, by, str(row.board_id), str(row.product_id), row.version, row.signed_on, row.since.isoformat())
    named = (said[name] for name in ("board", "product", "version", "signed_on", "since"))
    if now != (taken[0].document, taken[0].actor, *named):
        yield mark("is een andere overeenkomst dan er is vastgelegd")
    until = row.until.isoformat() if row.until else None
    if until != (ended[-1].detail if ended else said)["until"] or bool(ended) != (row.ended_at is not None):
        yield mark("eindigt op een ander moment dan het logboek zegt")
    elif ended and (ended[-1].actor, ended[-1].detail["why"]) != (_text(row.ended_by), _sha256_of(row.why_ended)):
        yield mark("is om een andere reden of door een ander beëindigd dan het logboek zegt")
    said_yes = [each.actor for each in told if each.act == "confirm_elsewhere"]
    said_yes += [taken[0].actor] if said["confirmed"] else []
    if said_yes != ([_text(row.confirmed_by)] if row.confirmed_at is not None else []):
        yield mark("is door een ander bevestigd dan het logboek zegt, of zonder dat het dat weet")


def _faults(notice: SubprocessorNotice, answers: Sequence[SubprocessorAnswer], told: Sequence[Entry]) -> Iterator[str]:
    made = [each for each in told if each.act == "announce"]
    if len(made) != 1:
        yield mark("is volgens het logboek nooit aangekondigd")
        return
    said = made[0].detail
    if (said["content"], said["product"]) != (
        _sha256([getattr(notice, each) for each in CONTENT]),
        str(notice.product_id),
    ):
        yield mark("is iets anders dan er is aangekondigd")
    if (made[0].actor, made[0].on_behalf_of) != (str(notice.announced_by), str(notice.organisation_id)):
        yield mark("is door of namens een ander aangekondigd dan het logboek zegt")
    if said["effective"] != notice.effective_at.isoformat():
        yield mark("begint op een ander moment dan er is aangekondigd")
    later = {each.detail["board"]: each.detail["clocks"] for each in told if each.act == "give_time"}
    given = {str(each.board_id): _clocks([each]) for each in answers if str(each.board_id) in later}
    if said["clocks"] != _clocks(each for each in answers if str(each.board_id) not in later) or given != later:
        yield mark("geeft besturen een andere tijd om bezwaar te maken dan het logboek zegt")
    withdrawn = [each.actor for each in told if each.act == "withdraw_notice"]
    if withdrawn != ([_text(notice.withdrawn_by)] if notice.withdrawn_at is not None else []):
        yield mark("is ingetrokken zonder dat het logboek dat weet, of andersom")
    for answer in answers:
        mine = [each for each in told if each.detail.get("board") == str(answer.board_id)]
        if _said(answer) != _as_told(mine):
            yield mark("is door een bestuur anders beantwoord dan het logboek zegt")


def _said(answer: SubprocessorAnswer) -> tuple[Any, ...]:
    """What was said by whom, as the row has it."""
    return (
        (answer.answer, _text(answer.answered_by), _sha256_of(answer.words) if answer.answer == "objected" else None),
        (_text(answer.replied_by), _sha256_of(answer.reply)) if answer.replied_at else None,
        (answer.outcome, _text(answer.closed_by)),
    )


def _as_told(mine: Sequence[Entry]) -> tuple[Any, ...]:
    """The same, as the ledger has it."""
    answer: tuple[Any, ...] = ("", None, None)
    reply: tuple[Any, ...] | None = None
    outcome: tuple[Any, ...] = ("", None)
    for each in mine:
        match each.act:
            case "consent":
                answer = ("agreed", each.actor, None)
            case "object":
                answer = ("objected", each.actor, each.detail["words"])
            case "answer_objection":
                reply = (each.actor, each.detail["words"])
            case "close_objection":
                outcome = (each.detail["outcome"], each.actor)
    return answer, reply, outcome


def _clocks(answers: Iterable[SubprocessorAnswer]) -> str:
    given = [
        (
            str(each.board_id),
            str(each.agreement_id),
            each.consent,
            each.closes_at.isoformat(),
            each.begins_at.isoformat(),
        )
        for each in answers
    ]
    return _sha256(sorted(given))


def _sha256(values: object) -> str:
    return _sha256_of(json.dumps(values, ensure_ascii=False))


def _sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
