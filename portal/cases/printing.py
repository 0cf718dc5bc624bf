"""From a case to the facts that its pages and its document show: answers in words, in the order of the definition."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import clock, wording
from portal.cases import permitting, presigning, sides, surroundings
from portal.cases.access import relevant_answers
from portal.cases.catalogue import workflow_of
from portal.cases.dpia import printed as dpia
from portal.cases.sides import Side
from portal.cases.surroundings import Surroundings
from portal.cases.tables import Case, CaseState, Document, TurnKind
from portal.offers.agreements.words import annexes_in_words, deviations_in_words
from portal.offers.publications import PROCESSOR_AGREEMENT
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.authority import authority_sentence
from portal.parties.tables import Organisation, Person
from portal.record import jobs, ledger
from portal.wording import mark, say, say_count
from workflows import vocabulary as v

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that can be taken for another
VERDICTS: Mapping[str, str] = {
    "accept": mark("Akkoord"),
    "conditions": mark("Akkoord onder voorwaarden"),
    "ask": mark("Vraag gesteld"),
    "refuse": mark("Geweigerd"),
    "advise": mark("Advies"),
}
SECTORS: Mapping[str, str] = {
    "po": mark("basisonderwijs"),
    "so": mark("speciaal onderwijs"),
    "vo": mark("voortgezet onderwijs"),
}


def canonical(value: object) -> bytes:
    """One and only one way to write answers down, so that the same answers have the same hash."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(answers: v.Answers) -> str:
    """One hash for a set of answers: what was on the screen is what is submitted."""
    return hashlib.sha256(canonical(answers)).hexdigest()


def sections(
    workflow: v.Workflow, answers: Mapping[str, Mapping[str, Any]], around: Surroundings
) -> list[dict[str, Any]]:
    """The answered steps on the path, each with its questions and answers in words."""
    kept = workflow.relevant(answers)
    return [
        {
            "step": step.name,
            "title": say(step.title),
            "rows": [
                {
                    "name": question.name,
                    "label": say(question.label),
                    "value": in_words(question, kept[step.name].get(question.name), around),
                    **({"hint": say(question.hint)} if workflow.prints_help and question.hint else {}),
                }
                for question in step.asked(kept)
            ],
        }
        for step in workflow.path(answers)
        if step.name in kept
    ]


def in_words(question: v.Question, value: Any, around: Surroundings) -> Any:
    """One answer as a person reads it: a string, a list of strings, or {"columns", "rows"}."""
    if value in (None, "", []):
        return say("Niet ingevuld")
    match question:
        case v.YesNo(yes=yes, no=no):
            return say(yes) if value else say(no)
        case v.Date():
            return wording.day(v.day(value), weekday=True)
        case v.Choice(options=options):
            return say(dict(options)[value])
        case v.Choices(options=options):
            return [say(dict(options)[key]) for key in value]
        case v.RecipientGroup():
            return dict(around.groups).get(value, value)
        case v.File():
            return value["name"]
        case v.FromRegister():
            return _from_register(value)
        case v.Clauses():
            return [clause["confirm"] for clause in around.clauses if clause["id"] in value]
        case v.OnFile(of=of, one=one):
            names = {each.key: each.name for each in around.on_file.get(of, ())}
            return names.get(value, value) if one else [names.get(key, key) for key in value]
        case v.PartyRows():
            return _places(value, around)
        case v.Pick(of=of, one=one):
            known = {each.id: each.title for each in around.things.get(of, ())}
            return known.get(value, value) if one else [known.get(key, key) for key in value]
        case v.OfEach():
            return _of_each(question, value, around)
        case v.Rows(questions=columns):
            rows = [[_one_line(in_words(each, row.get(each.name), around)) for each in columns] for row in value]
            return {"columns": [say(each.label) for each in columns], "rows": rows}
    return str(value)


def _of_each(question: v.OfEach, value: Mapping[str, Mapping[str, Any]], around: Surroundings) -> dict[str, Any]:
    """A row for each thing: what it is, what is said of it, and what was answered."""
    rows = []
    for thing in around.things.get(question.of, ()):
        if thing.id in value:
            described = filter(None, [thing.text, *(f"{label}: {fact}" for label, fact in thing.facts)])
            rows.append([thing.name, "\n".join(described), row_in_words(question, value[thing.id], around)])
    return {"columns": [say("Waarover"), say("Zo is het beschreven"), say("Uw antwoord")], "rows": rows}


def row_in_words(question: v.OfEach, row: Mapping[str, Any], around: Surroundings) -> str:
    """What was answered about one thing, a line for each question."""
    return "\n".join(
        f"{say(each.label).rstrip('?')}: {_one_line(in_words(each, row.get(each.name), around))}"
        for each in question.asked_of(row)
        if not each.optional or row.get(each.name)
    )


def ask_document(session: Session, case: Case) -> Document:
    """Fix the facts of the case's document, and ask the worker to make it."""
    workflow = workflow_of(case)
    code = "-".join("".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(3))
    document = Document(
        case_id=case.id,
        title=say(workflow.title),
        template=workflow.document,
        code=code,
        facts=facts_of(session, case, code=code),
    )
    session.add(document)
    session.flush()
    jobs.ask(session, "make", f"make:{document.id}", document=str(document.id))
    return document


def facts_of(session: Session, case: Case, *, code: str) -> dict[str, Any]:
    """Everything that the document of this case shows, as plain values; what is not in here is not in the document."""
    workflow, around = workflow_of(case), surroundings.of(session, case)
    kept = relevant_answers(case)
    confirmed = kept.get("read", {}).get("confirmed", [])
    signing = [] if case.state == CaseState.DECIDED else sides.sides_of(session, case)
    return {
        "workflow": workflow.name,
        "title": say(workflow.title),
        "reference": case.reference,
        "code": code,
        "version": workflow.version,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "organisation": organisation_facts(case.organisation) if case.organisation else None,
        "person": _person_facts(case.person or case.starter),
        "product": _product(session, case),
        "publication": _publication_facts(case),
        "sections": sections(workflow, kept, around),
        **_annexes(case),
        "clauses": [{**clause, "confirmed": clause["id"] in confirmed} for clause in around.clauses],
        "assessments": [
            {
                "name": each.assessor.name,
                "function": each.assessor.function,
                "for": each.organisation.name if each.organisation else "",
                "verdict": say(VERDICTS[each.verdict]),
                "text": each.words,
                "at": each.at.isoformat(timespec="seconds"),
            }
            for each in case.assessments
            # What rights holders said of an earlier request, before a question, is not about this one.
            if each.round == case.round or not workflow.asks_rights_holders
        ],
        **_agreed(case),
        "rule": sides.rule_in_words(signing),
        **_at_least(signing),
        **_two_sides(signing),
        **_presigned(session, case),
        "signatories": _signatories(session, signing),
        "answers": kept,
        "ledger": ledger.head(session).as_mapping(),
        **dpia.facts(session, case),
    }


def _product(session: Session, case: Case) -> str | None:
    if case.publication:
        return case.publication.product.title
    asks = workflow_of(case).asks_rights_holders and case.product_id
    return session.get_one(Product, case.product_id).title if asks else None


def _agreed(case: Case) -> dict[str, str]:
    """When whom it is for accepted the conditions."""
    at = [each.at for each in case.turns if each.kind == TurnKind.AGREED] if permitting.conditions(case) else []
    return {"agreed_at": at[-1].isoformat(timespec="seconds")} if at else {}


def organisation_facts(organisation: Organisation) -> dict[str, Any]:
    """An organisation as a document names it."""
    lines = [organisation.address] if organisation.address else []
    if organisation.board_number:
        lines.append(say("Bestuursnummer %(number)s", number=organisation.board_number))
    if organisation.kvk:
        lines.append(say("KvK-nummer %(number)s", number=organisation.kvk))
    return {"name": organisation.name, "kind": say(v.PARTY_NAMES[v.Party(organisation.kind)]), "lines": lines}


def _at_least(signing: list[Side]) -> dict[str, int]:
    """How many must sign, where that is more than the rule of the organisation says."""
    return {"at_least": signing[0].at_least} if signing and signing[0].at_least > 1 else {}


def _two_sides(signing: list[Side]) -> dict[str, Any]:
    """Where two sides sign: each by its name and its rule."""
    if len(signing) < 2:
        return {}
    return {
        "sides": [
            {
                "organisation": str(each.organisation.id),
                "kind": organisation_facts(each.organisation)["kind"],
                "name": each.organisation.name,
                "lines": organisation_facts(each.organisation)["lines"],
                "rule": each.rule_in_words,
            }
            for each in signing
        ]
    }


def _presigned(session: Session, case: Case) -> dict[str, Any]:
    """Where the supplier signed beforehand: which of its documents says so."""
    found = presigning.of(session, case) if workflow_of(case).asked_to_countersign(relevant_answers(case)) else None
    if found is None or case.counterparty is None:
        return {}
    supplier = organisation_facts(case.counterparty)
    return {"presigned": {**found.facts(), **supplier, "organisation": str(case.counterparty_id)}}


def _signatories(session: Session, signing: list[Side]) -> list[dict[str, Any]]:
    """A signature field for each who may sign now, and whether the others would be enough; of two sides, for whom."""
    asked = [(side, *each) for side in signing for each in side.people.items()]
    people = {person_id: session.get_one(Person, person_id) for _, person_id, _ in asked}
    return [
        {
            "field": f"Handtekening{number}",
            "person": str(person_id),
            "name": people[person_id].name,
            "function": people[person_id].function,
            "authority": authority_sentence(authority.as_mapping()),
            "confirms": side.confirms,
            "may_stay_empty": side.is_bound_by(each for each in side.people.values() if each is not authority),
            **({"organisation": str(side.organisation.id)} if len(signing) > 1 else {}),
        }
        for number, (side, person_id, authority) in enumerate(asked, 1)
    ]


def _person_facts(person: Person | None) -> dict[str, str] | None:
    return {"name": person.name, "email": person.email, "function": person.function} if person else None


def _publication_facts(case: Case) -> dict[str, str] | None:
    publication = case.publication
    if publication is None:
        return None
    return {"title": publication.title, "version": publication.version, "sha256": publication.sha256}


def _annexes(case: Case) -> dict[str, Any]:
    """What a text has that is an agreement: its introduction, its model, its annexes and deviations, in words."""
    if case.publication is None or case.publication.kind != PROCESSOR_AGREEMENT:
        return {}
    body = case.publication.body
    return {
        "introduction": body["introduction"],
        "model": body["model"],
        "annexes": annexes_in_words(body),
        "deviations": deviations_in_words(body),
        "assessed": _assessed(case),
    }


def _assessed(case: Case) -> list[dict[str, str]]:
    """Who answered the steps of whoever assesses, and when last."""
    steps = {each.name for each in workflow_of(case).steps if each.by is v.Role.PRIVACY_OFFICER}
    answers = sorted((each for each in case.answers if each.step in steps), key=lambda each: each.answered_at)
    last = {each.person.id: (each.person, each.answered_at) for each in answers if each.person is not None}
    return [
        {"name": person.name, "function": person.function, "at": at.isoformat(timespec="seconds")}
        for person, at in last.values()
    ]


def _places(codes: list[str], around: Surroundings) -> dict[str, Any]:
    places = [place for place in around.places if place.code in codes]
    columns = [mark("School of vestiging"), mark("Code"), mark("Adres"), mark("Plaats"), mark("Sector")]
    rows = [[p.name, p.code, p.address or "–", p.town, say(SECTORS.get(p.sector, p.sector))] for p in places]
    caption = say_count("%(count)s school of vestiging", "%(count)s scholen en vestigingen", len(places))
    return {"columns": [say(column) for column in columns], "rows": rows, "caption": caption}


def _from_register(key: str) -> str:
    kind, _, number = key.partition(":")
    if kind == "board" and (board := register.board(number)):
        return f"{board.name} ({number})"
    if kind == "location" and (location := register.location(number)):
        return f"{location.name}, {location.place} ({number})"
    return say("Zelf ingevuld")


def _one_line(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
