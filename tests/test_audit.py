"""The witness: whatever is changed behind the portal's back is named, and what is as it was is not."""

import datetime as dt
import hashlib
import hmac
import json
import re
import uuid
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject
from sqlalchemy import select

from portal.audit import Finding, Report
from portal.audit.chain import fingerprint
from portal.audit.report import COUNTED, PLACES, Tally
from portal.cases.tables import InForce
from portal.database import act
from portal.record import ledger
from portal.record.ledger import Entry
from tests.stage import COMPLETE, HALF_SIGNED, KARIN, Installation, demonstration, just_signed, portal_copy

__all__ = ["demonstration", "just_signed", "portal_copy"]

HOUSE = Path(__file__).parents[1]
LEDGER_COLUMNS = {
    "at": "2026-01-01 10:00:00.000000",
    "actor": "6228bb6f-23a5-49b3-a497-9c07fe1fa292",
    "on_behalf_of": "6228bb6f-23a5-49b3-a497-9c07fe1fa292",
    "act": "refuse",
    "subject": "case:6228bb6f-23a5-49b3-a497-9c07fe1fa292",
    "document": "0" * 64,
    "detail": '{"note": "anders"}',
    "previous": "1" * 64,
    "hash": "2" * 64,
    "mac": "3" * 64,
}


def words(findings: tuple[Finding, ...]) -> str:
    return "\n".join(f"{each.where}: {each.what}" for each in findings)


def retell(place: Installation, number: int, *, key: bytes | None, **changed: str) -> None:
    """Rewrite an entry and everything after it, as well as can be done without (or with) the key of the ledger."""
    for column, value in changed.items():
        place.sql(f"update ledger_entry set {column} = ? where number = ?", value, number)
    [(previous,)] = place.sql("select hash from ledger_entry where number = ?", number - 1)
    names = "number, at, actor, on_behalf_of, act, subject, document, detail"
    for row in place.sql(f"select {names} from ledger_entry where number >= ? order by number", number):
        values = dict(zip(names.split(", "), row, strict=True))
        values |= {"at": dt.datetime.fromisoformat(row[1]).replace(tzinfo=dt.UTC), "detail": json.loads(row[7])}
        hash_ = fingerprint(Entry(**values, previous=previous))
        mac = hmac.digest(key or b"a guess", hash_.encode(), "sha256").hex()
        update = "update ledger_entry set previous = ?, hash = ?, mac = ? where number = ?"
        place.sql(update, previous, hash_, mac, row[0])
        previous = hash_


# The control


def test_everything_that_is_counted_or_can_be_found_has_its_words() -> None:
    found: set[str] = set()
    counted: set[str] = set()
    for file in (HOUSE / "portal" / "audit").glob("*.py"):
        text = file.read_text()
        found |= set(re.findall(r"tally\.(?:find|guarded)\(\s*\"(\w+)\"", text))
        counted |= set(re.findall(r"tally\.checked\[\"(\w+)\"\]", text))
    assert len(found) > 20 and len(counted) > 20
    assert found <= set(PLACES) and counted <= set(COUNTED)


def test_the_demonstration_is_as_it_was(demonstration):
    report = demonstration.report()

    assert report.findings == ()
    assert report.in_words().endswith("Alles klopt.")
    assert report.checked["ledger_entries"] == demonstration.one("select count(*) from ledger_entry")
    assert report.checked["documents"] == demonstration.one("select count(*) from document")
    assert not any(report.waiting.values())


def test_a_copy_is_as_it_was_and_the_command_says_so(portal_copy):
    done = portal_copy.command("verify")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Alles klopt.\n")


def test_a_signature_that_waits_for_its_seal_is_counted_and_is_no_fault(just_signed):
    report = just_signed.report()

    assert report.findings == ()
    assert report.waiting["signatures"] == 1


def test_a_signature_that_nobody_will_seal_is_named(just_signed, tmp_path):
    place = just_signed.copy(tmp_path / "data")
    place.sql("delete from job where key like 'seal:%' and state <> 'done'")

    [finding] = place.found("documents")

    assert finding.kind == "signature" and finding.name.startswith(HALF_SIGNED)


# The ledger


@pytest.mark.parametrize("column", LEDGER_COLUMNS)
def test_a_changed_entry_is_the_first_that_is_named(portal_copy, column):
    portal_copy.sql(f"update ledger_entry set {column} = ? where number = 10", LEDGER_COLUMNS[column])

    found = portal_copy.found("ledger")

    assert found[0].where == "logboekregel 10"


def test_an_entry_with_another_number_leaves_a_gap_that_is_named(portal_copy):
    portal_copy.sql("update ledger_entry set number = 99 where number = 10")

    assert portal_copy.found("ledger")[0] == Finding("ledger_entry", "10", "ontbreekt")


def test_an_entry_that_was_removed_is_named(portal_copy):
    portal_copy.sql("delete from ledger_entry where number = 10")

    assert portal_copy.found("ledger")[0] == Finding("ledger_entry", "10", "ontbreekt")


@pytest.mark.parametrize("column", ["at", "detail", "act"])
def test_an_entry_that_cannot_be_read_is_named_and_nothing_crashes(portal_copy, column):
    portal_copy.sql(f"update ledger_entry set {column} = cast(x'ff7b' as text) where number = 10")

    found = portal_copy.found()

    assert found[0].where == "logboekregel 10" and column in found[0].what


def test_a_tail_that_was_cut_off_is_named_by_a_mail(portal_copy):
    last = portal_copy.one("select max(size) from mail")
    portal_copy.sql("delete from ledger_entry where number >= ?", last)

    found = portal_copy.found("ledger")

    assert {each.where for each in found} == {f"logboekregel {last}"}
    assert any("mail" in each.what for each in found)


@pytest.mark.row(8, "a cut tail, caught by one mail")
def test_one_mail_alone_is_witness_enough_against_a_cut_tail(portal_copy):
    last = portal_copy.one("select max(size) from mail")
    cut = portal_copy.one("select max(ledger_size) from signature") - 1
    portal_copy.sql("delete from ledger_entry where number > ?", cut)
    portal_copy.sql("delete from mail where id <> (select max(id) from mail where size = ?)", last)
    portal_copy.sql("delete from signature where ledger_size > ?", cut)

    assert portal_copy.found("ledger")[0].where == f"logboekregel {cut + 1}"


def test_a_chain_made_anew_without_the_key_is_named_at_its_first_entry(portal_copy):
    retell(portal_copy, 12, key=None, actor=str(uuid.uuid4()))

    found = portal_copy.found("ledger")

    assert found[0].where == "logboekregel 12" and "sleutel" in found[0].what


def test_a_chain_made_anew_with_the_key_is_named_by_the_first_witness_after_it(portal_copy):
    retell(portal_copy, 12, key=portal_copy.settings.secret("ledger").encode(), actor=str(uuid.uuid4()))

    found = portal_copy.found("ledger")

    witnesses = [size for (size,) in portal_copy.sql("select size from mail union select ledger_size from signature")]
    witnesses += [json.loads(facts)["ledger"]["size"] for (facts,) in portal_copy.sql("select facts from document")]
    first = min(size for size in witnesses if size >= 12)
    assert found[0].where == f"logboekregel {first}" and "kop" in found[0].what


def test_a_mail_whose_head_was_altered_is_named(portal_copy):
    mail, size = portal_copy.sql("select id, size from mail order by size desc limit 1")[0]
    portal_copy.sql("update mail set head = ? where id = ?", "4" * 64, mail)

    [finding] = portal_copy.found("ledger", "decisions")

    assert finding.where == f"logboekregel {size}" and "mail" in finding.what


def test_without_its_key_the_ledger_is_not_called_good_and_no_key_is_made(portal_copy):
    (portal_copy.folder / "secrets.json").rename(portal_copy.folder / "elsewhere.json")

    assert "secrets.json ontbreekt" in words(_without_key(portal_copy))
    assert not (portal_copy.folder / "secrets.json").exists()


def _without_key(place: Installation) -> tuple[Finding, ...]:
    from portal import audit
    from portal.database import connect

    with connect(place.settings.database_url).opened():
        return audit.verify(place.settings).findings


# Files and documents


def test_one_changed_byte_in_a_stored_document_is_named_and_the_command_exits_1(portal_copy):
    current = portal_copy.one("select current from document where id = ?", portal_copy.document(COMPLETE))
    content = bytearray(portal_copy.one("select content from blob where sha256 = ?", current))
    content[len(content) // 2] ^= 1
    portal_copy.sql("update blob set content = ? where sha256 = ?", bytes(content), current)

    done = portal_copy.command("verify", "--json")

    found = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert found[0]["kind"] == "blob" and found[0]["name"] == current
    assert any(each["where"] == f"stuk {COMPLETE}, revisie 3" for each in found)


def test_swapped_files_are_both_named(portal_copy):
    one, other = (
        portal_copy.one("select current from document where id = ?", portal_copy.document(reference))
        for reference in (COMPLETE, HALF_SIGNED)
    )
    portal_copy.sql("update blob set sha256 = 'x' where sha256 = ?", one)
    portal_copy.sql("update blob set sha256 = ? where sha256 = ?", one, other)
    portal_copy.sql("update blob set sha256 = ? where sha256 = 'x'", other)

    found = portal_copy.found()

    assert {one, other} <= {each.name for each in found if each.kind == "blob"}
    assert f"stuk {COMPLETE}, revisie 3" in words(found) and f"stuk {HALF_SIGNED}, revisie 2" in words(found)


def test_a_document_that_points_at_another_document_is_named(portal_copy):
    other = portal_copy.one("select current from document where id = ?", portal_copy.document(COMPLETE))
    half = portal_copy.document(HALF_SIGNED)
    portal_copy.sql("update document set current = ? where id = ?", other, half)
    portal_copy.sql("update revision set blob = ? where document_id = ? and number = 2", other, half)

    found = portal_copy.found("documents", "pdfs")

    first = next(n for n in portal_copy.entries("seal") if n > portal_copy.entries("seal")[1])
    assert found[0].where == f"logboekregel {first}"
    assert f"stuk {HALF_SIGNED}, revisie 2: begint niet met de vorige revisie" in words(found)


def test_a_document_cut_back_to_its_certified_revision_is_named_though_all_rows_agree(portal_copy):
    document = portal_copy.document(COMPLETE)
    seals = portal_copy.entries("seal")[:2]
    for statement in (
        "delete from signature where document_id = ?",
        "delete from revision where document_id = ? and number > 1",
        "update document set current = certified, state = 'certified', completed_at = null where id = ?",
    ):
        portal_copy.sql(statement, document)
    portal_copy.sql("delete from blob where sha256 not in (select blob from revision union select blob from kept_file)")

    report = portal_copy.report()

    assert report.findings[0].where == f"logboekregel {portal_copy.entries('sign')[0]}"
    assert {f"logboekregel {number}" for number in seals} <= {each.where for each in report.findings}
    assert "0 handtekeningen in het bestand, 0 in de tabel en 2 in het logboek" in words(report.findings)


def test_a_file_cut_back_to_its_certified_revision_is_named_though_it_is_a_valid_pdf(portal_copy):
    document = portal_copy.document(COMPLETE)
    portal_copy.sql("delete from revision where document_id = ? and number > 1", document)
    portal_copy.sql("update document set current = certified where id = ?", document)

    found = words(portal_copy.found("pdfs"))

    assert "0 handtekeningen in het bestand, 2 in de tabel en 2 in het logboek" in found


def test_a_deleted_signature_row_is_named(portal_copy):
    portal_copy.sql("delete from signature where document_id = ?", portal_copy.document(HALF_SIGNED))

    found = portal_copy.found("ledger", "documents")

    last = portal_copy.entries("sign")[-1]
    assert found[0].where == f"logboekregel {last}" and "die handtekening is er niet" in found[0].what


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("typed_name", "Iemand Anders", "een andere naam"),
        ("confirms", "Ik verklaar iets anders.", "een andere naam of een andere verklaring"),
        ("authority", '{"mandate": "x"}', "authority"),
        ("seen", "5" * 64, "seen"),
        ("completes", 1, "maakt het stuk volledig"),
        ("at", "2026-01-01 10:00:00.000000", "moment"),
        ("revision", None, "verzegelt een handtekening"),
    ],
)
def test_a_changed_signature_row_is_named(portal_copy, column, value, named):
    document = portal_copy.document(HALF_SIGNED)
    portal_copy.sql(f"update signature set {column} = ? where document_id = ?", value, document)

    assert named in words(portal_copy.found("documents", "pdfs"))


def test_other_facts_than_those_in_the_file_are_named(portal_copy):
    document = portal_copy.document(COMPLETE)
    facts = json.loads(portal_copy.one("select facts from document where id = ?", document))
    facts["organisation"]["name"] = "Stichting Anders"
    portal_copy.sql("update document set facts = ? where id = ?", json.dumps(facts), document)

    [finding] = portal_copy.found("pdfs")

    assert finding == Finding("document", COMPLETE, "heeft in het bestand andere gegevens dan in de tabel")


def test_a_document_sealed_by_somebody_else_is_named(portal_copy, tmp_path):
    from portal.documents.seal import Sealer
    from tests.stage import settings_of

    document = portal_copy.document(HALF_SIGNED)
    certified = portal_copy.one("select certified from document where id = ?", document)
    before = bytes(portal_copy.one("select content from blob where sha256 = ?", certified))
    stranger = Sealer.open(settings_of(tmp_path / "stranger"))
    field = portal_copy.one("select field from signature where document_id = ?", document)
    forged = stranger._sign(before, _plain_terms(field), stamp=None)
    name = hashlib.sha256(forged).hexdigest()
    portal_copy.sql("insert into blob values (?, ?, ?, '2026-01-01 10:00:00.000000')", name, forged, len(forged))
    portal_copy.sql("update document set current = ? where id = ?", name, document)
    portal_copy.sql("update revision set blob = ? where document_id = ? and number = 2", name, document)

    assert f"stuk {HALF_SIGNED}, revisie 2: is veranderd, of niet van dit portaal" in words(portal_copy.found("pdfs"))


def _plain_terms(field: str):
    from portal.documents.terms import terms_of

    return terms_of(field, "Ik verklaar", name="Peter Mulder", final=False)


def test_a_page_that_was_added_to_a_sealed_document_is_named(portal_copy):
    document = portal_copy.document(HALF_SIGNED)
    current = portal_copy.one("select current from document where id = ?", document)
    longer = _with_another_page(bytes(portal_copy.one("select content from blob where sha256 = ?", current)))
    name = hashlib.sha256(longer).hexdigest()
    portal_copy.sql(
        "update blob set sha256 = ?, content = ?, size = ? where sha256 = ?", name, longer, len(longer), current
    )
    portal_copy.sql("update document set current = ? where id = ?", name, document)
    portal_copy.sql("update revision set blob = ? where document_id = ? and number = 2", name, document)

    assert f"stuk {HALF_SIGNED}, revisie 2: is veranderd" in words(portal_copy.found("pdfs"))


def _with_another_page(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    drawing = writer.add_object(generic.StreamObject(stream_data=b"0 0 100 100 re f"))
    writer.insert_page(
        PageObject(contents=drawing, media_box=generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))))
    )
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def test_a_file_that_nobody_points_at_is_named(portal_copy):
    name = hashlib.sha256(b"stray").hexdigest()
    portal_copy.sql("insert into blob values (?, ?, 5, '2026-01-01 10:00:00.000000')", name, b"stray")

    assert portal_copy.found("files") == (Finding("blob", name, "hoort nergens bij"),)


def test_a_file_that_is_missing_is_named(portal_copy):
    evidence = portal_copy.one("select distinct evidence from mandate")
    portal_copy.sql("delete from blob where sha256 = ?", evidence)

    found = portal_copy.found("files")

    assert {each.name for each in found} == {evidence} and "mandate" in words(found)


# What is in force, and on what it rests


def test_something_put_in_force_by_hand_is_named(portal_copy):
    open_case = portal_copy.one('select id from "case" where reference = ?', HALF_SIGNED)
    copied = "kind, organisation_id, on_behalf_of, person_id, product_id, version, since, until"
    portal_copy.sql(
        f"insert into in_force (id, {copied}, case_id) select ?, {copied}, ? from in_force limit 1",
        uuid.uuid4().hex,
        open_case,
    )

    assert "rust op een zaak die niet is beslist" in words(portal_copy.found("decisions"))


def test_one_school_more_under_a_decided_declaration_is_named(portal_copy):
    portal_copy.sql(
        "insert into in_force (id, kind, organisation_id, on_behalf_of, version, since, case_id) "
        "select ?, kind, on_behalf_of, on_behalf_of, version, since, case_id from in_force "
        "where kind = 'board_declaration' limit 1",
        uuid.uuid4().hex,
    )

    assert f"zaak {COMPLETE}: heeft iets anders van kracht dan er is beslist" in words(portal_copy.found("decisions"))


@pytest.mark.parametrize("column", ["since", "until"])
def test_another_time_in_force_is_named(portal_copy, column):
    portal_copy.sql(f"update in_force set {column} = '2026-12-24 10:00:00.000000' where kind = 'registration'")

    assert "van kracht registration" in words(portal_copy.found("decisions"))


def test_a_decision_without_what_it_made_true_is_named(portal_copy):
    portal_copy.sql("delete from in_force where kind in ('board_declaration', 'board_licence')")

    assert f"zaak {COMPLETE}: is beslist, maar er is niets van kracht geworden" in words(portal_copy.found("decisions"))


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("update in_force set version = 'per_school' where kind = 'board_licence'", "iets anders van kracht"),
        ("delete from in_force where kind = 'board_licence'", "iets anders van kracht"),
        (
            "update in_force set until = '2026-12-24 10:00:00.000000' where kind = 'board_licence'",
            "eindigt op een ander",
        ),
        ("update assessment set verdict = 'refuse'", "anders beoordeeld"),
        ("delete from assessment", "anders beoordeeld"),
        ("update \"case\" set state = 'lapsed' where state = 'signing'", "een andere stand"),
        ("update \"case\" set state = 'advising' where state = 'signing'", "een andere stand"),
        ("update organisation set name = 'Anders' where kind = 'board'", "andere gegevens dan er zijn doorgegeven"),
        ("update organisation set profile = '{}' where kind = 'board'", "andere gegevens dan er zijn doorgegeven"),
        ("update organisation set registered_at = '2026-01-01 00:00:00' where kind = 'location'", "nooit ingeschreven"),
    ],
)
def test_what_no_act_made_so_is_named(portal_copy, statement, named):
    portal_copy.sql(statement)

    assert named in words(portal_copy.found("decisions"))


def test_a_turn_or_a_comment_that_nobody_made_is_named(portal_copy):
    case, person = portal_copy.sql('select id, started_by from "case" where reference = ?', COMPLETE)[0]
    columns = "(id, case_id, kind, person_id, words, at) values (?, ?, 'declined', ?, '', '2026-01-01 10:00:00')"
    portal_copy.sql(f"insert into turn {columns}", uuid.uuid4().hex, case, person)
    columns = "(id, case_id, step, question, person_id, words, at, shared) values (?, ?, 'scope', 'office', ?, 'x', '2026-01-01 10:00:00', 0)"
    portal_copy.sql(f"insert into comment {columns}", uuid.uuid4().hex, case, person)

    found = words(portal_copy.found("decisions"))

    assert "anders gelopen" in found and "andere opmerkingen" in found


@pytest.mark.parametrize("because", [None, COMPLETE, HALF_SIGNED])
def test_an_end_without_a_decision_that_may_end_it_is_named(portal_copy, because):
    """Even with the key of the ledger: an end needs its decision, in the same act."""
    row, case = portal_copy.sql("select id, case_id from in_force where kind = 'registration'")[0]
    cause = because and str(uuid.UUID(portal_copy.one('select id from "case" where reference = ?', because)))
    until = dt.datetime.now(dt.UTC)
    with portal_copy.opened(), act() as session:
        detail = {"rows": [str(uuid.UUID(row))], "until": until.isoformat(), "because": cause}
        ledger.append(session, act="end", subject=f"case:{uuid.UUID(case)}", **detail)
        session.get_one(InForce, uuid.UUID(row)).until = until
    portal_copy.sql("update ledger_entry set at = '2027-01-01 10:00:00' where act = 'end'")  # long after any decision

    assert "zonder besluit dat dat mag" in words(portal_copy.found("decisions"))


def test_a_case_decided_by_hand_is_named(portal_copy):
    portal_copy.sql("update \"case\" set state = 'decided', decided_at = submitted_at where reference = ?", HALF_SIGNED)

    found = words(portal_copy.found("decisions"))

    assert f"zaak {HALF_SIGNED}: heeft een andere stand dan het logboek zegt" in found


def test_answers_changed_after_they_were_sent_are_named(portal_copy):
    portal_copy.sql(
        "update step_answer set \"values\" = replace(\"values\", 'true', 'false') where step = 'licence' "
        'and case_id = (select id from "case" where reference = ?)',
        COMPLETE,
    )

    assert f"zaak {COMPLETE}: heeft andere antwoorden dan er zijn verstuurd" in words(portal_copy.found("decisions"))


def test_a_publication_whose_text_changed_is_named_also_when_its_hash_was_changed_with_it(portal_copy):
    body = json.loads(portal_copy.one("select body from publication where kind = 'usage_terms'"))
    body["introduction"] = "Iets anders."
    sha256 = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    portal_copy.sql("update publication set body = ? where kind = 'usage_terms'", json.dumps(body))
    text_alone = words(portal_copy.found("decisions"))
    portal_copy.sql("update publication set sha256 = ? where kind = 'usage_terms'", sha256)
    with_its_hash = words(portal_copy.found("decisions"))

    assert "publicatie usage_terms 2026-11: heeft een andere tekst" in text_alone
    assert "publicatie usage_terms 2026-11: staat anders of niet in het logboek" in with_its_hash


def test_a_mandate_ended_after_the_fact_is_named(portal_copy):
    portal_copy.sql("update mandate set until = since")

    found = words(portal_copy.found("documents"))

    assert f"handtekening {COMPLETE}, Handtekening1: rust op een tekenbevoegdheid die op dat moment niet gold" in found


def test_a_mandate_that_ends_later_is_no_fault(portal_copy):
    portal_copy.sql("update mandate set until = '2099-01-01 00:00:00.000000'")

    assert portal_copy.found("documents") == ()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("update authority_rule set together = 1", "onder een andere regel van bevoegdheid"),
        ("update mandate set counts = 'alone'", "onder een andere regel van bevoegdheid"),
        ("update mandate set basis = 'statutes'", "op een ander bewijs"),
        ("delete from authority_rule", "toen er geen regel van bevoegdheid gold"),
        ("delete from mandate", "op een tekenbevoegdheid die er niet is"),
    ],
)
def test_a_changed_authority_is_named_by_the_signatures_that_rest_on_it(portal_copy, statement, named):
    portal_copy.sql(statement)

    assert named in words(portal_copy.found("documents"))


def test_a_mandate_given_by_hand_is_named(portal_copy):
    portal_copy.sql(
        "insert into mandate (id, organisation_id, person_id, counts, basis, evidence, evidence_name, since, until, kinds) "
        "select ?, organisation_id, person_id, counts, basis, evidence, evidence_name, "
        "'2026-01-01 10:00:00.000000', until, kinds from mandate limit 1",
        uuid.uuid4().hex,
    )

    assert "meer of minder dan het logboek weet" in words(portal_copy.found("decisions"))


# The report, and what cannot be read


@pytest.mark.parametrize(
    "statement",
    [
        "update document set facts = '[]'",
        "update document set facts = '{\"reference\": []}'",
        "update document set id = 'no id' where code = (select min(code) from document)",
        "update signature set authority = '7'",
        "update signature set revision = 'two'",
        "update blob set content = null",
        "update revision set number = -1 where number = 2",
        "delete from ledger_entry",
    ],
)
def test_documents_that_cannot_be_read_are_findings_and_never_a_crash(portal_copy, statement):
    portal_copy.sql(statement)

    assert portal_copy.found("files", "documents", "pdfs")


@pytest.mark.parametrize(
    "statement",
    [
        "update document set facts = 'no json'",
        "update \"case\" set workflow = 'unheard_of'",
        "update publication set body = 'null'",
        "update in_force set since = 'yesterday'",
        "update mail set size = 'many'",
        "update step_answer set \"values\" = '{}'",
        "update ledger_entry set detail = '[1]'",
        "drop table mail",
    ],
)
def test_rows_that_cannot_be_read_are_findings_and_never_a_crash(portal_copy, statement):
    portal_copy.sql(statement)

    assert portal_copy.found("ledger", "files", "documents", "decisions")


def test_the_first_bad_entry_stands_on_the_first_line_of_the_command(portal_copy):
    portal_copy.sql("update publication set title = 'x', sha256 = 'y'")
    portal_copy.sql("update ledger_entry set actor = 'somebody' where number in (11, 17)")

    done = portal_copy.command("verify")

    assert done.returncode == 1
    assert done.stdout.startswith("logboekregel 11: is gewijzigd")
    assert "Alles klopt" not in done.stdout and "Traceback" not in done.stderr


def test_a_report_says_how_many_findings_it_does_not_write_out():
    tally = Tally()
    for number in range(100, 0, -1):
        tally.find("ledger_entry", number, "ontbreekt")

    report = tally.report()

    assert report.in_words().startswith("logboekregel 1: ontbreekt\nlogboekregel 2")
    assert "En nog 60." in report.in_words()
    assert len(report.as_mapping()["findings"]) == 100


def test_an_empty_report_is_json():
    assert json.loads(json.dumps(Report({}, {}, ()).as_mapping())) == {"checked": {}, "waiting": {}, "findings": []}


def test_the_audit_computes_an_entry_without_the_code_that_wrote_it(demonstration):
    with demonstration.opened():
        from portal.database import reader

        for entry in reader().scalars(select(Entry).order_by(Entry.number)):
            assert fingerprint(entry) == entry.hash == ledger.hash_of(entry)
    assert demonstration.one("select count(*) from person where email = ?", KARIN) == 1
