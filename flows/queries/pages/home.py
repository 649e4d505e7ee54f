"""The start page, by what somebody may do: what needs them, their tasks, their flows, the state of the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cases.queries import count_tasks
from cases.queries.queue import Part, get_queue_page
from flows.queries.pages.flow_lines import FlowLine, list_flow_lines
from flows.queries.pages.inbox import InboxRow, make_rows
from flows.queries.pages.needs import Need, list_needs
from integrator.events.models import Event
from integrator.events.ranges import get_head, unsealed
from integrator.events.statements import hash_seal
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere

TASKS_SHOWN = 8
UNSEALED_COUNTED = 10_000
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


@dataclass(frozen=True, kw_only=True)
class LogState:
    """How far the event log is sealed. ``digest`` is the head's hash, which an auditor compares with an export."""

    number: int
    sealed_at: datetime | None
    digest: str
    unsealed_count: int
    is_capped: bool


@dataclass(frozen=True, kw_only=True)
class Home:
    """The page. A part is None for those whom it does not concern; ``tasks_count`` stops at 1,000."""

    needs: tuple[Need, ...]
    tasks: tuple[InboxRow, ...] | None
    tasks_count: int
    flows: tuple[FlowLine, ...] | None
    has_more_flows: bool
    run_count: int
    log: LogState | None

    @property
    def sentence(self) -> str:
        """The answer to "what is there for me?": ``Three things need you``."""
        count = len(self.needs) + self.tasks_count
        if count == 0:
            return "Nothing needs you"
        if count == 1:
            return "One thing needs you"
        words = _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
        return f"{words} things need you"


def build_home(person: Person, *, now: datetime) -> Home:
    """This will put the page together. Twenty-one queries at most, whatever the roles."""
    tasks = get_queue_page(person, Part(), size=TASKS_SHOWN).rows
    designs, oversees = can_anywhere(person, Action.FLOW_DRAFT), can_anywhere(person, Action.EVENT_READ)
    lines, has_more = list_flow_lines(person, now=now) if designs else ([], False)
    has_other_parts = designs or oversees or can_anywhere(person, Action.RUN_OPERATE)
    return Home(
        needs=tuple(list_needs(person, now=now)),
        tasks=tuple(make_rows(tasks, person)) if tasks or not has_other_parts else None,
        tasks_count=len(tasks) if len(tasks) < TASKS_SHOWN else count_tasks(person),
        flows=tuple(lines) if designs else None,
        has_more_flows=has_more,
        run_count=sum(line.run_count for line in lines),
        log=get_log_state() if oversees else None,
    )


def get_log_state() -> LogState:
    """This will tell how far the log is sealed: two queries."""
    head = get_head()
    waiting = len(Event.objects.filter(unsealed(head)).order_by().values_list("id")[:UNSEALED_COUNTED])
    return LogState(
        number=head.number if head else 0,
        sealed_at=head.sealed_at if head else None,
        digest=hash_seal(head) if head else "",
        unsealed_count=waiting,
        is_capped=waiting == UNSEALED_COUNTED,
    )
