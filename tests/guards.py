"""What must hold at every request of every test: sound HTML, no GET that writes, nothing left unsaved, no fault of ours.

Also the access lists: every endpoint of the portal stands in exactly one of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from portal.database import reader

PUBLIC = frozenset(
    {
        "static", "home.index", "home.health", "registration.begin", "registration.sent", "registration.search",
        "registration.entry", "registration.open_draft", "accounts.invitation", "security.login", "security.logout",
        "security.forgot_password", "security.reset_password", "security.two_factor_token_validation",
        "security.mf_recovery", "public.privacy", "public.accessibility", "public.weakness", "public.security_txt",
        "public.robots_txt", "calendar.subscribed", "appearance.stylesheet", "appearance.logo",
        "checking.index", "checking.upload", "checking.by_code", "checking.seen", "checking.head",
        "shared_links.show",
    }
)  # fmt: skip
SIGNED_IN = frozenset(
    {
        "accounts.signed_in", "accounts.prove", "accounts.second_factor", "accounts.drop_second_factor",
        "accounts.recovery_codes", "accounts.account", "accounts.details", "accounts.sign_out_everywhere",
        "security.change_password", "organisations.index", "signing.several", "reports.index", "cases.begin",
        "home.waiting", "home.in_force", "home.cases", "home.tasks_csv", "home.waiting_csv", "home.in_force_csv",
        "home.cases_csv", "calendar.index", "calendar.download", "calendar.download_csv", "calendar.one",
        "calendar.renew", "calendar.stop", "my_data.index", "my_data.as_json", "my_data.as_zip",
        "my_data.end_session", "my_data.end_other_sessions", "models.index", "models.index_csv",
        "gate.explain", "share_ledger.mine", "share_ledger.mine_csv", "matrix.index",
        "share_ledger.schools", "share_ledger.schools_csv",
    }
)  # fmt: skip
PARTICIPANT = frozenset(
    {
        "case_texts.show", "case_texts.as_pdf", "cases.show", "cases.answer", "cases.check", "cases.submit", "cases.done",
        "turns.take", "dpia_reopening.say_so", "dpia.so_far", "dpia.outcome", "dpia.file", "typed_steps.keep", "typed_steps.forget", "turns.remind", "permissions.agree", "permissions.attachment", "comments.show", "comments.settle", "evidence.of_case",
    }
)  # fmt: skip
"""Who takes part in the case, also by the mailed link of a draft."""
READER_OF_DOCUMENT = frozenset({"documents.show", "documents.pdf", "documents.beforehand"})
MEMBER = frozenset(
    {
        "organisations.show", "colleagues.index", "colleagues.people_csv", "colleagues.invite",
        "colleagues.invite_again", "colleagues.end_role", "colleagues.change_acts", "colleagues.evidence",
        "organisation_lists.documents", "organisation_lists.documents_csv", "organisation_lists.cases",
        "organisation_lists.cases_csv", "organisation_lists.schools", "organisation_lists.schools_csv",
        "evidence.of_organisation", "agreements.index", "agreements.index_csv", "agreements.index_xlsx",
        "agreements.show", "agreements.pdf", "agreements.end", "agreement_confirming.answer",
        "agreements.certificate", "subprocessors.index", "subprocessors.index_csv", "subprocessors.show",
        "subprocessors.show_csv", "subprocessors.announce", "subprocessors.withdraw", "subprocessors.reply",
        "dpia_register.index", "dpia_register.index_csv", "dpia_register.index_xlsx", "dpia_measures.index",
        "dpia_measures.index_csv", "dpia_measures.index_xlsx", "dpia_measures.show", "dpia_measures.hand_in",
        "dpia_measures.judge", "dpia_measures.change", "dpia_measures.evidence",
    }
)  # fmt: skip
WHO_ASKED = frozenset({"evidence.show", "evidence.download"})
"""A dossier is for who asked for it, while they may."""
NEAR_BOARD = frozenset({"board_reports.index", "board_reports.show", "sharing.share_of_board"})
SETS_AMBITION = frozenset({"ambitions.change"})
"""An administrator of the school, or of its board; the board's reports are for who has a role at the board itself."""
NEAR_SCHOOL = frozenset(
    {
        "reports.show", "reports.gate", "reports.one", "sharing.share", "own_report_pages.index",
        "own_report_pages.show", "own_report_pages.file", "matrix.remind",
    }
)  # fmt: skip
ADMINISTERS_SCHOOL = frozenset({"matrix.school", "matrix.school_csv", "matrix.one"})
"""An administrator of the school, or of its board; about others at the same school alone."""
OF_A_SHARE = frozenset({"sharing.show", "sharing.file", "sharing.recall"})
"""Who passed a report on, who oversees its school, and the rights holders of the product."""
SIGNATORY = frozenset({"signing.sign"})
JUDGE = frozenset({"judging.judge"})
"""Who assesses from a seat at an organisation, or advises."""
SERVICE_DESK = frozenset(
    {
        "service_desk.queue", "service_desk.queue_csv", "service_desk.assess", "service_desk.evidence",
        "service_desk.open_cases", "service_desk.open_cases_csv", "desk_people.persons", "desk_people.persons_csv",
        "desk_people.person", "desk_people.organisations", "desk_people.organisations_csv", "desk_people.organisation",
        "products.index", "products.make", "products.show", "products.change", "products.begin_draft",
        "publishing.edit", "publishing.preview", "publishing.publish", "publishing.discard", "publishing.show",
        "campaigns.show", "campaigns.show_csv", "campaigns.organisations", "campaigns.organisations_csv",
        "campaigns.remind", "on_paper.index", "on_paper.index_csv", "on_paper.enter", "on_paper.pdf", "on_paper.scan",
        "on_paper.confirm",
        "moving.index", "moving.index_csv", "moving.move", "health.show", "health.hurry", "health.retry",
        "endings.index", "endings.index_csv", "agreement_ends.index", "agreement_ends.index_csv",
        "health.send_again", "blocking.block_account",
        "working_copy.show", "working_copy.use", "working_copy.template", "working_copy.ours",
    }
)  # fmt: skip
FOR_A_SUPPLIER = frozenset(
    {
        "signed_elsewhere.index", "signed_elsewhere.index_csv", "signed_elsewhere.hand_in",
        "signed_elsewhere.take_in", "signed_elsewhere.end",
    }
)  # fmt: skip
"""A supplier's administrators and the service desk; only the desk ends."""
LOOKS_BACK = frozenset({"gate_history.index", "gate_history.index_csv"})
"""The service desk, and who audits the portal."""
RIGHTS_HOLDER = frozenset(
    {
        "rights_holders.index",
        "rights_holders.readers",
        "rights_holders.readers_csv",
        "permissions.of_product",
        "permissions.of_product_csv",
        "blocking.block",
        "blocking.lift",
        "share_ledger.product",
        "share_ledger.product_csv",
        "tracing.index",
    }
)
"""Blocking for a product is also the service desk's; each lifts only its own."""
SUPPLIER = frozenset(
    {
        "agreement_versions.index", "agreement_versions.show", "agreement_versions.begin", "agreement_drafts.show",
        "agreement_drafts.edit", "agreement_publishing.preview", "agreement_publishing.preview_pdf", "agreement_drafts.as_json",
        "agreement_publishing.publish", "agreement_drafts.discard", "agreement_announced.add",
        "model_drafts.edit", "model_publishing.versions", "model_publishing.begin", "model_publishing.draft", "model_publishing.replace",
        "model_publishing.draft_json", "model_publishing.draft_pdf", "model_publishing.discard", "model_publishing.publish",
        "models.withdraw", "own_reports.index", "own_reports.index_csv", "own_reports.begin", "own_reports.begin_next",
        "own_reports.publish", "own_reports.kept_file", "own_reports.show", "own_reports.file", "own_reports.withdraw",
    }
)  # fmt: skip
"""Who writes for a supplier, and the service desk."""
READER_OF_AGREEMENT = frozenset(
    {
        "agreement_texts.show", "agreement_texts.difference", "agreement_texts.as_json", "agreement_texts.as_pdf",
        "agreement_texts.as_docx", "models.show", "models.difference", "models.as_json", "models.as_pdf",
    }
)  # fmt: skip
"""Whoever works at an organisation of schools as well."""
WHO_OFFERS = frozenset(
    {
        "offering.show", "offering.show_csv", "offering.show_xlsx", "offering.remind", "offering.withdraw",
        "offering.case", "offering.reply", "offering.remind_one", "offering.withdraw_one",
        "offer_making.choose", "offer_making.round",
    }
)  # fmt: skip
"""Who speaks for the supplier of the product, and the service desk; questions are answered by the supplier alone."""
DEMONSTRATION = frozenset({"mailbox.index", "mailbox.show", "components_page.show", "components_page.export"})
NOWHERE = frozenset({"security.two_factor_rescue", "gate.check"})
"""A name that only makes an address; no page answers there. What a proxy is told has tests of its own."""
ACCESS = {
    "public": PUBLIC,
    "signed in": SIGNED_IN,
    "participant": PARTICIPANT,
    "reader of the document": READER_OF_DOCUMENT,
    "member": MEMBER,
    "who asked": WHO_ASKED,
    "near the board": NEAR_BOARD,
    "sets an ambition": SETS_AMBITION,
    "administers a school": ADMINISTERS_SCHOOL,
    "near the school": NEAR_SCHOOL,
    "of a share": OF_A_SHARE,
    "signatory": SIGNATORY,
    "judge": JUDGE,
    "service desk": SERVICE_DESK,
    "for a supplier": FOR_A_SUPPLIER,
    "looks back": LOOKS_BACK,
    "rights holder": RIGHTS_HOLDER,
    "supplier": SUPPLIER,
    "reader of an agreement": READER_OF_AGREEMENT,
    "who offers": WHO_OFFERS,
    "demonstration": DEMONSTRATION,
    "nowhere": NOWHERE,
}

MAY_WRITE_ON_GET = frozenset({"web_session", "reading", "offer_opening", "own_report_opening", "look"})
TOKEN = re.compile(r'name="csrf_token"[^>]*value="[^"]+"')
"""What differs on the same page each time it is made."""
LEADS = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh", "Content-Location")
A_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]*")
"""An address on this host for every browser: some read a backslash as a slash, and skip what cannot be seen."""
_WRITE = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)


@dataclass
class Watch:
    """What a database was told while somebody looked, and what a request left behind."""

    written: list[str] = field(default_factory=list)
    left: list[object] = field(default_factory=list)

    def on(self, engine: Engine) -> None:
        """From now on, note every table that this engine writes to."""
        event.listen(engine, "before_cursor_execute", self._note)

    def after_each_request(self, app: Flask) -> None:
        """From now on, note what a request left unsaved in the session that only reads."""
        app.teardown_request(self._look)

    @contextmanager
    def request(self, method: str, address: str) -> Iterator[None]:
        """Around one request: a GET writes nothing but the browser's session and what was opened."""
        self.written.clear()
        self.left.clear()
        yield
        if method in ("GET", "HEAD"):
            written = set(self.written) - MAY_WRITE_ON_GET
            assert not written, f"GET {address} wrote to {', '.join(sorted(written))}"
        assert not self.left, f"{method} {address} left unsaved: {self.left}"

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found = _WRITE.match(statement)
        if found:
            self.written.append(found[1])

    def _look(self, _fault: BaseException | None) -> None:
        if reader.registry.has():
            self.left += [*reader.new, *reader.dirty, *reader.deleted]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Everything that is asked of a database meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def refuse_unlisted(app: Flask, access: Mapping[str, frozenset[str]] = ACCESS) -> None:
    """Every endpoint of an application stands in exactly one access list, and nothing else does."""
    listed = Counter(endpoint for endpoints in access.values() for endpoint in endpoints)
    there = Counter({rule.endpoint for rule in app.url_map.iter_rules()})
    assert listed == there, f"not in exactly one list: {sorted((listed - there) + (there - listed))}"


def refuse_elsewhere(response: TestResponse, address: str) -> None:
    """No answer leads a browser out of the portal: neither a redirect, nor what htmx makes of its headers."""
    for name in LEADS:
        to = response.headers.get(name)
        assert to is None or A_PATH.fullmatch(to), f"{address} leads to {to} by {name}"


def refuse_fault(response: TestResponse, address: str) -> None:
    """No request of any test ends in a fault of ours; a test that wants one says so."""
    assert response.status_code < 500, f"{address} gave {response.status_code}; the log says why"


def plain(response: TestResponse, *, without: str = "") -> tuple[int, str, dict[str, str]]:
    """An answer to compare with another: status, page and headers, but for what is new each time, and what was typed.

    A cookie counts with everything but its value.
    """
    page = TOKEN.sub("", response.text)
    for each in filter(None, (without, escape(without))):
        page = page.replace(each, "")
    headers = {name: value for name, value in response.headers if name not in ("Content-Length", "Set-Cookie")}
    cookies = [re.sub("=[^;]*", "", each, count=1) for each in response.headers.getlist("Set-Cookie")]
    return response.status_code, page, headers | {"Set-Cookie": " ".join(cookies)}


def sound_html(text: str, address: str) -> Element:
    """The page as a tree, when it is HTML5 without one error and without an id that stands there twice."""
    try:
        page: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    except html5lib.html5parser.ParseError as fault:
        raise AssertionError(f"{address} is no sound HTML: {fault}\n{text}") from fault
    ids = Counter(each.get("id") for each in page.iter() if each.get("id"))
    twice = [name for name, count in ids.items() if count > 1]
    assert not twice, f"{address} has these ids more than once: {twice}"
    labels = [each.get("for") for each in page.iter("label") if each.get("for")]
    loose = [name for name in labels if name not in ids]
    assert not loose, f"{address} has labels that belong to nothing: {loose}"
    return page
