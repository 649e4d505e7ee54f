"""The task's page: what is decided on, who else is asked, where each answer leads, why it came here. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from cases.approval_rules import Outcome, Rule
from cases.chains import level_of, read_chain
from cases.models import Approval, Case, Task
from cases.outcome_buttons import make_buttons
from cases.queries import CoAsker, describe_co_askers, describe_task_rule
from cases.queries.co_askers import join_about
from cases.queries.revealing import can_reveal_task
from cases.shapes import say_decider
from cases.shown import ShownRow, read_shown
from cases.veils import list_task_fields, mask_answer, mask_show
from cases.visibility.acting import choose_covered
from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.definition.words import join_words, slug_words
from flows.models import Flow, Run, Wait
from flows.queries.named_people import with_people_named
from flows.queries.pages.consequences import say_chain, say_way
from flows.queries.pages.history import TECHNICAL, HistoryEntry, tell_history
from flows.queries.pages.inbox import read_uuid, say_asked
from flows.registry import kind_specs
from integrator.events.queries import timeline, timeline_of
from integrator.pages.context import leads_somewhere
from integrator.pages.facts import say_key
from integrator.pages.words import say_clock
from integrator.people.models import Membership, Person
from integrator.people.rights import Action, can

EVENTS_READ = 100
EVENTS_SHOWN = 8
_KEYS = {"approved": "a", "rejected": "r"}
_OWN_CONSEQUENCES = {  # of what people ask each other, without a flow
    ("information", "answered"): "They read it with their task, whose clock goes on.",
    ("reopen", "reopen"): "It goes as “If you say yes” tells.",
    ("reopen", "leave"): "Nothing changes. What was decided stays decided.",
}


@dataclass(frozen=True, kw_only=True)
class AnswerButton:
    """A way to answer. ``look`` is primary, no or plain; ``key`` takes the focus to it, "" without one."""

    value: str
    label: str
    icon: str
    look: str
    key: str
    consequence: str
    needs_comment: bool = False

    @property
    def is_rejection(self) -> bool:
        """Whether it says no, so that a phone asks for its reason."""
        return self.look == "no"


@dataclass(frozen=True, kw_only=True)
class Asker:
    """The flow that asks: its version's definition and the step. ``href`` is its page, "" for strangers."""

    flow: Flow
    definition: FlowDefinition
    step: str
    href: str


@dataclass(frozen=True, kw_only=True)
class AskedEntry:
    """One entry of the approval, as ``components/asked.html`` takes it."""

    who: str
    about: str
    state: str
    state_label: str
    said: str
    is_me: bool


@dataclass(frozen=True, kw_only=True)
class TaskPage:
    """Everything that the page shows of one task; ``asker`` is None when no flow of ours asked.

    ``answer`` is what was filled in, masked like what is shown; ``hidden`` are (path, label) of what this person may
    reveal. ``waits`` says for whom it waits or who holds it:
    ``for Legal``, ``claimed by you``. ``sees_case``: its case is there and this person's to open.
    """

    task: Task
    shown: tuple[ShownRow, ...]
    answer: Any
    hidden: tuple[tuple[str, str], ...]
    rule: str
    asked: tuple[AskedEntry, ...]
    answers: tuple[AnswerButton, ...]
    asker: Asker | None
    why: str
    waits: str
    sees_case: bool
    history: tuple[HistoryEntry, ...]

    @property
    def needs_words(self) -> bool:
        """Whether no answer goes without a comment."""
        return all(answer.needs_comment for answer in self.answers)

    @property
    def digest(self) -> str:
        """What of the page others can change, in short: state, holder, and the state of everybody who is asked."""
        own = f"{self.task.status}{'-undoable' * (self.task.settles_at is not None)}"
        return ".".join([own, str(self.task.assignee_id or ""), *(entry.state for entry in self.asked)])

    def tell_since(self, digest: str) -> list[str]:
        """This will say in words what changed since the page had this digest, the task itself first."""
        if self.digest == digest:
            return []
        status, holder, *states = (*digest.split("."), "")[:-1] if "." in digest else ("", "")
        told = [_say_state(self)] if self.digest.split(".")[:2] != [status, holder] else []
        changed = (entry for entry, state in zip(self.asked, states, strict=False) if entry.state != state)
        told += [f"{entry.who}: {entry.state_label or entry.state}." for entry in changed if not (told and entry.is_me)]
        return told or ["Who is asked has changed."]


def build_task_page(task: Task, person: Person, *, now: datetime, zone: tzinfo) -> TaskPage:
    """This will put the page together for somebody who may see the task. Fourteen queries at most."""
    asker = get_asker(task, person)
    sees_case = task.case_id is not None and Case.objects.visible_to(person).filter(pk=task.case_id).exists()
    co_askers = describe_co_askers(task)
    return TaskPage(
        task=task,
        shown=tuple(read_shown(mask_show(task))),
        answer=mask_answer(task),
        hidden=_list_hidden(task, person),
        rule=describe_task_rule(task),
        asked=tuple(_describe_entry(entry, task, person, now=now, zone=zone) for entry in co_askers),
        answers=tuple(_make_answers(task, co_askers, asker)),
        asker=asker,
        why=say_why(task, person),
        waits=say_asked(task, person),
        sees_case=sees_case,
        history=tuple(list_so_far(task, sees_case=sees_case)),
    )


def _list_hidden(task: Task, person: Person) -> tuple[tuple[str, str], ...]:
    fields = list_task_fields(task)
    if not fields or not can_reveal_task(person, task):
        return ()
    labels = {f"show.{place}": str(row.get("label", "")) for place, row in enumerate(task.show)}
    return tuple((path, labels.get(path) or say_key(path.partition(".")[2])) for path in fields)


def get_asker(task: Task, person: Person) -> Asker | None:
    """This will find the flow and the step that asked: one query, two without its step; None without a flow.

    In its definition people have their names, for one query more where it names any.
    """
    run_id, wait_id = read_uuid(task.correlation), read_uuid(task.origin)
    if run_id is None or wait_id is None:
        return None
    waits = Wait.objects.select_related("run__flow", "run__version").defer("run__state", "run__output")
    wait = waits.filter(id=wait_id, run_id=run_id).first()
    runs = Run.objects.select_related("flow", "version").defer("state", "output")
    run = wait.run if wait is not None else runs.filter(id=run_id).first()
    if run is None:
        return None
    step = wait.step_key if wait is not None else ""
    path = f"/flows/{run.flow.key}/"
    return Asker(
        flow=run.flow,
        definition=with_people_named(definition_from_data(run.version.document)),
        step=step,
        href=path if can(person, Action.FLOW_READ, run.flow.team_id) and leads_somewhere(path) else "",
    )


def say_why(task: Task, person: Person) -> str:
    """Why the task came to this person: ``asks any one of Legal. You have been a member since 3 March 2025.``"""
    candidates = list(task.candidates.all())
    mine = next((candidate for candidate in candidates if candidate.person_id == person.pk), None)
    if mine is not None and mine.stands_for:
        return f"asks you instead of {_name_of(mine.stands_for, task)}, where nobody else may answer."
    if mine is not None:
        return "asks you by name."
    teams = [candidate.team for candidate in candidates if candidate.team is not None]
    held = Membership.objects.filter(person=person, team__in=teams).select_related("team").order_by("since_at", "id")
    first = held.first()
    asks = f"asks any one of {join_words([team.name for team in teams], 'or')}." if teams else "asked somebody else."
    if first is not None:
        return f"{asks} You have been a member{_of(first, teams)} since {_say_date(first.since_at.date())}."
    if any(team.lead_id == person.pk for team in teams):
        return f"{asks} You lead the team."
    if task.status in ("open", "claimed") and task.decided_by_id != person.pk:
        covered = choose_covered(task, person)
        if covered is not None:
            return f"{asks} You act for {covered}." if teams else f"asks {covered}, for whom you act."
    return f"{asks} You answered it." if task.decided_by_id == person.pk else asks


def list_so_far(task: Task, *, sees_case: bool) -> list[HistoryEntry]:
    """This will give what people did in this matter, newest first, without technical events. Three queries.

    Who is asked for information, or does not see the case, reads what happened to this task alone.
    """
    if task.kind == "information" or (task.case_id is not None and not sees_case):
        rows = timeline_of("task", str(task.pk), limit=EVENTS_READ)
    else:
        rows = timeline([task.correlation, task.case.number if task.case else ""], limit=EVENTS_READ)
    return [entry for entry in tell_history(rows, about=task.title) if entry.topic != TECHNICAL][:EVENTS_SHOWN]


def _make_answers(task: Task, entries: Sequence[CoAsker], asker: Asker | None) -> list[AnswerButton]:
    return [
        AnswerButton(
            value=button.value,
            label=button.label,
            icon=button.icon,
            look=button.look,
            key=_KEYS.get(button.value, "") if task.kind == "approve" else "",
            consequence=_say_consequence(task, entries, asker, button.value),
            needs_comment=button.needs_comment,
        )
        for button in make_buttons(task)
    ]


def _say_consequence(task: Task, entries: Sequence[CoAsker], asker: Asker | None, outcome: str) -> str:
    own = _OWN_CONSEQUENCES.get((task.kind, outcome))
    if own is not None:
        return own
    said: list[str] = []
    port: str | None = outcome
    if task.approval is not None:
        mine: Outcome = "approved" if outcome == "approved" else "rejected"
        words, port = say_chain(_rule_of(task.approval, task.position), entries, mine)
        said.append(words)
    if port is not None:
        said += (
            say_way(asker.definition, kind_specs(), step=asker.step, port=port)
            if asker
            else [f"{task.requested_by or 'Whoever asked'} is told."]
        )
    return " ".join(said)


def _rule_of(approval: Approval, position: int) -> Rule:
    """The rule of the level that an entry belongs to."""
    key = level_of(approval, position)
    return next(level.rule for level in read_chain(approval) if level.key == key)


def _describe_entry(entry: CoAsker, task: Task, person: Person, *, now: datetime, zone: tzinfo) -> AskedEntry:
    about, label = entry.sentence, ""
    state: str = entry.state
    if entry.state == "answered":
        standing_in = f", standing in for {entry.label}" if "standing in" in entry.sentence else ""
        about = "" if entry.by == entry.label else f"answered by {entry.by}{standing_in}"
        state = entry.outcome or "answered"
        label = f"{entry.outcome} {say_clock(entry.at, now=now, zone=zone)}" if entry.at else ""
        if entry.settles_at is not None:
            label = f"{entry.outcome}, can be undone until {entry.settles_at.astimezone(zone):%H:%M:%S}"
    elif entry.state == "open":
        about, label = _say_you(entry.sentence.removesuffix(", not answered"), person), "not answered"
        about = about.removeprefix(entry.label).lstrip() if about in (entry.label, f"{entry.label} (you)") else about
    is_me = entry.is_this and (entry.state == "open" or task.decided_by_id == person.pk)
    return AskedEntry(
        who=entry.label,
        about=join_about(about, entry),
        state=state,
        state_label=label,
        said=entry.comment or "",
        is_me=is_me,
    )


def _say_you(names: str, person: Person) -> str:
    return re.sub(rf"(?<!\w){re.escape(str(person))}(?!\w)", lambda match: f"{match[0]} (you)", names, count=1)


def _say_state(page: TaskPage) -> str:
    task = page.task
    if task.status == "done":
        return f"{say_decider(task)} answered this just now: {task.outcome.replace('_', ' ')}."
    if task.status == "withdrawn":
        return f"This was withdrawn just now. {task.withdrawn_reason}".strip()
    if task.status == "claimed":
        return f"Now it is {page.waits}."
    return "It was released: everybody who was asked can answer it again."


def _of(membership: Membership, teams: Sequence[Any]) -> str:
    return f" of {membership.team}" if len(teams) > 1 else ""


def _name_of(ref: str, task: Task) -> str:
    """What the entry that is stood in for is called: as the approval has it, else read from what was written."""
    if task.entry and ref == task.entry_ref:
        return task.entry
    return slug_words(ref.removeprefix("each:").removeprefix("team:"))


def _say_date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
