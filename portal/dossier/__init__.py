"""Reads across the wings: my tasks, for whom I may act, what an organisation has, and the facts for the gate."""

from portal.dossier.acting import ACTS_OF_SIGNATORY, Acting, acting_for, live_memberships, may_act, may_invite
from portal.dossier.deadlines import Deadline, deadlines_of
from portal.dossier.gate_facts import boards_of, facts, may_see_board, may_see_gate, schools_of, sets_ambition_for
from portal.dossier.organisation import Rights, rights_at
from portal.dossier.readers import has_come_for
from portal.dossier.tasks import (
    Task,
    Tasks,
    cases_of,
    count_to_sign,
    find_cases,
    tasks_of,
    terms_to_accept,
    to_assess,
    to_sign,
    unfinished_documents,
    waits_for,
)

__all__ = [
    "ACTS_OF_SIGNATORY",
    "Acting",
    "Deadline",
    "Rights",
    "Task",
    "Tasks",
    "acting_for",
    "boards_of",
    "cases_of",
    "count_to_sign",
    "deadlines_of",
    "facts",
    "find_cases",
    "has_come_for",
    "live_memberships",
    "may_act",
    "may_invite",
    "may_see_board",
    "may_see_gate",
    "rights_at",
    "schools_of",
    "sets_ambition_for",
    "tasks_of",
    "terms_to_accept",
    "to_assess",
    "to_sign",
    "unfinished_documents",
    "waits_for",
]
