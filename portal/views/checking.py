"""`/verify`: anyone can check a document, by its file, by the code printed on it, or by a head of the ledger."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from portal.cases import sides
from portal.cases.tables import Document, DocumentState, Signature
from portal.database import reader
from portal.documents import vault
from portal.documents.authority import trust_of
from portal.documents.examining import examined
from portal.documents.verdicts import Examination, Verdict
from portal.dossier import checking
from portal.dossier.checking import STANDINGS, Check, Kept
from portal.errors import InvalidError, PortalError, TooManyError, UnavailableError
from portal.parties.authority import authority_sentence
from portal.parties.spelling import clean
from portal.record import ledger
from portal.views import case_pages
from portal.views.visitor import settings
from portal.wording import mark, moment, say

bp = Blueprint("checking", __name__, url_prefix="/verify")

LARGEST = 20 * 2**20
AT_ONCE, PATIENCE = 2, 4
"""So many files are examined at one time by one web process; another waits so many seconds, and is then sent away."""

VERDICTS = {
    Verdict.INTACT_AND_COMPLETE: ("done", mark("Onveranderd en compleet")),
    Verdict.INTACT_IN_PROGRESS: ("waiting", mark("Onveranderd, maar niet de complete versie")),
    Verdict.CHANGED: ("problem", mark("Veranderd na het tekenen")),
    Verdict.NOT_OURS: ("problem", mark("Niet van dit portaal, of niet te vertrouwen")),
}
HEADS = {
    True: ("done", mark("Het logboek bevat deze kop nog precies zo.")),
    False: (
        "problem",
        mark("Dit past niet bij ons logboek: daar staat een andere kop. Kijk eerst of u hem goed hebt overgenomen."),
    ),
    None: ("problem", mark("Het logboek is korter dan dit. Kijk eerst of u het aantal goed hebt overgenomen.")),
}
A_SCAN = ("info", mark("Scan van een stuk dat op papier is getekend"))
NO_FILE = mark("Kies het PDF-bestand dat u wilt controleren.")
TOO_LARGE = mark("Dit bestand is groter dan 20 MB. Stukken uit dit portaal zijn veel kleiner.")
TOO_HARD = mark(
    "Dit bestand zit zo vreemd in elkaar dat wij het niet kunnen controleren. Zo maakt het portaal geen stukken."
)
NO_CODE = mark("Vul de code in die op het stuk staat: drie keer vier letters of cijfers, zoals ABCD-EFGH-2345.")
UNKNOWN_CODE = mark("Deze code kennen wij niet. Kijk of u hem goed hebt overgenomen.")
NO_HEAD = mark("Vul het aantal regels in, en ten minste 16 tekens van de kop.")
BUSY = mark("Er worden op dit moment veel stukken gecontroleerd. Probeer het over een minuut opnieuw.")

_places = threading.BoundedSemaphore(AT_ONCE)


@bp.get("")
def index() -> ResponseReturnValue:
    """Three ways to check; a typed code leads to its page."""
    typed = clean(request.args.get("code"))
    if not typed:
        return _form()
    code = checking.spelled(typed)
    if len(code) == len("ABCD-EFGH-2345"):
        return redirect(url_for(".by_code", document_code=code))
    return _form(code=typed[:40], faults={"code": say(NO_CODE)})


@bp.post("")
def upload() -> ResponseReturnValue:
    """Check a file. It is read, judged and forgotten: nothing of it is kept."""
    try:
        pdf, name = _uploaded()
        check = _checked(pdf)
    except PortalError as fault:
        return _form(faults={"file": say(fault.sentence, **fault.values)}, status=fault.status)
    return render_template("checking/result.html", name=name, size=len(pdf), **_shown(check))


@bp.get("/<document_code>")
def by_code(document_code: str) -> ResponseReturnValue:
    """What the portal keeps of the document with this code, and whether that is intact."""
    code = checking.spelled(document_code)
    document = checking.by_code(reader(), code)
    if document is None:
        return _form(code=code, faults={"code": say(UNKNOWN_CODE)}, status=404)
    if document.current is None:
        return render_template("checking/result.html", **_particulars(document), check=None)
    return render_template(
        "checking/result.html", **_shown(_checked(vault.content(document.current)), of_visitor=False)
    )


@bp.post("/gezien")
def seen() -> ResponseReturnValue:
    """The version that was on somebody's screen when they signed: the beginning of the file that is sent along."""
    try:
        pdf, _ = _uploaded()
    except PortalError as fault:
        return _form(faults={"file": say(fault.sentence, **fault.values)}, status=fault.status)
    wanted = request.form.get("version", "")
    length = next((length for length, sha256 in checking.beginnings(pdf) if sha256 == wanted), None)
    if length is None:
        return _form(faults={"file": say("Deze versie zit niet in het bestand dat u koos.")})
    name = f"{wanted[:16]}.pdf"
    return send_file(BytesIO(pdf[:length]), mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.get("/logboek")
def head() -> ResponseReturnValue:
    """Whether the ledger still contains the head that a receipt or a document bears."""
    size, text = clean(request.args.get("size")), clean(request.args.get("head"))
    letters = "".join(text.lower().split())
    if (
        not size.isdecimal()
        or len(size) > 12
        or len(letters) < ledger.LEAST_OF_HASH
        or set(letters) - set("0123456789abcdef")
    ):
        return _form(size=size[:12], head=text[:100], faults={"size": say(NO_HEAD)})
    kind, sentence = HEADS[ledger.contains(reader(), int(size), letters)]
    now = ledger.head(reader())
    return _form(size=size, head=text[:100], answer={"kind": kind, "text": say(sentence)}, now=now)


def _form(*, faults: dict[str, str] | None = None, status: int = 0, **given: Any) -> ResponseReturnValue:
    page = {"code": "", "size": "", "head": "", "answer": None, "now": None, **given}
    errors = list((faults or {}).items())
    return render_template("checking/index.html", faults=faults or {}, errors=errors, **page), status or (
        422 if faults else 200
    )


def _uploaded() -> tuple[bytes, str]:
    """The file that was sent, and what its sender calls it."""
    try:
        file = request.files.get("file")
    except RequestEntityTooLarge as fault:
        raise InvalidError(TOO_LARGE) from fault
    if file is None or not file.filename:
        raise InvalidError(NO_FILE)
    pdf = file.stream.read(LARGEST + 1)
    if len(pdf) > LARGEST:
        raise InvalidError(TOO_LARGE)
    return pdf, clean(file.filename)[:200]


def _checked(pdf: bytes) -> Check:
    return checking.compare(reader(), pdf, _examined(pdf))


def _examined(pdf: bytes) -> Examination:
    """What the file proves by itself, looked at where it can do no harm."""
    trust = trust_of(settings().data)
    reader.rollback()  # no connection is held meanwhile
    with _a_place():
        try:
            return examined(pdf, trust=trust)
        except UnavailableError as fault:
            raise TooManyError(BUSY) from fault
        except PortalError as fault:
            raise InvalidError(TOO_HARD) from fault


@contextmanager
def _a_place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE):
        raise TooManyError(BUSY)
    try:
        yield
    finally:
        _places.release()


# --- What the page shows


def _shown(check: Check, *, of_visitor: bool = True) -> dict[str, Any]:
    """What is said of a file: of the visitor's own, or of the one that the portal keeps."""
    kind, text = A_SCAN if check.scan_of else VERDICTS[check.verdict]
    document = check.document
    return {
        **(_particulars(document) if document else {"document": None}),
        "check": check,
        "verdict": {"kind": kind, "text": say(text), "why": say(STANDINGS[check.standing])},
        "signatures": [_signature_row(each, check, of_visitor) for each in document.signatures]
        if document and check.known
        else [],
        "seals": _seal_rows(check) if document is None else [],
        "versions": _version_rows(check) if check.known else [],
    }


def _particulars(document: Document) -> dict[str, Any]:
    case = document.case
    _, state = case_pages.state_of(case)
    paper = document.on_paper if document.state == DocumentState.PAPER else None
    signed = [each["name"] for each in document.facts["signatories"] if paper and each["person"] in paper.people]
    on_paper = [{"label": say("Op papier getekend door"), "value": signed}] if paper else []
    return {
        "document": document,
        "rows": [
            {"label": say("Stuk"), "value": document.title},
            {"label": say("Kenmerk"), "value": document.facts["reference"]},
            {"label": say("Organisatie"), "value": case.organisation.name if case.organisation else ""},
            {"label": say("Opgemaakt op"), "value": moment(document.made_at)},
            {"label": say("Hoe het met de zaak staat"), "value": state},
            *on_paper,
        ],
    }


def _signature_row(signature: Signature, check: Check, of_visitor: bool) -> dict[str, Any]:
    """One person's signature, beside what the file bears of it."""
    if check.in_file(signature):
        state = ("done", say("Staat in dit bestand") if of_visitor else say("Getekend en verzegeld"))
    elif signature.revision is None:
        state = ("waiting", say("Getekend, wordt verzegeld"))
    else:
        state = ("waiting", say("Staat niet in dit bestand, wel in een latere versie"))
    return {
        "name": signature.typed_name,
        "function": signature.function,
        "organisation": sides.named(signature.document, signature.organisation_id),
        "authority": authority_sentence(signature.authority),
        "confirms": signature.confirms,
        "state_kind": state[0],
        "state_text": state[1],
        "at": moment(signature.at),
        "entry": signature.ledger_size,
        "kept": ledger.contains(reader(), signature.ledger_size, signature.ledger_head) is True,
        "seen": signature.seen,
        "can_be_cut": check.known is not None,
    }


def _seal_rows(check: Check) -> list[dict[str, Any]]:
    """What the file itself says of its signatures, where the portal knows nothing of it."""
    return [
        {
            "name": each.signer,
            "certificate": each.certificate,
            "intact": each.intact,
            "trusted": each.trusted,
            "at": moment(each.stamped_at) if each.stamped_at else None,
        }
        for each in check.examined.signatures
    ]


def _version_rows(check: Check) -> list[dict[str, Any]]:
    assert check.document is not None and check.known is not None
    nobody = Kept(0, "", holds=False)
    return [
        {
            "number": each.number,
            "stored_at": moment(each.stored_at),
            "sha256": each.blob,
            "is_this": check.known.is_whole and each.number == check.known.number,
            "entry": check.entries.get(each.number, nobody),
        }
        for each in check.document.revisions
    ]
