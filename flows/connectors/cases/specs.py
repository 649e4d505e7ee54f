"""The shapes of the case and task kinds: settings, ports and words. What they do stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cases.checklists import read_asked
from cases.errors import CaseInvalid
from flows.connectors.cases.sentences import tell_approve, tell_assign, tell_close, tell_open, tell_update
from flows.definition.filling import list_unknown, tell_unknown
from flows.definition.kind import KindSpec, Setting
from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words, levels_words, people_words, picked_words, within_words
from flows.definition.sampling.examples import give_approval, give_case, give_task
from flows.definition.words import join_words
from integrator.lib.strict_json import escape_pointer

PRIORITIES = ("low", "normal", "high", "urgent")
DEFAULT_OUTCOMES = ("done",)
RULES = ("all", "any", "veto")

_TITLE = Setting(name="title", type="text", label="Title", required=True, sample="= trigger.body.title",
                 help="What people read first, in lists and at the top. At most 500 characters.")  # fmt: skip
_PRIORITY = Setting(name="priority", type="choice", label="Priority", choices=PRIORITIES, sample="high",
                    labels={name: name.capitalize() for name in PRIORITIES})  # fmt: skip
_TEAM = Setting(name="team", type="text", label="Team", sample="legal", names="team", advanced=True,
                help="The team that owns the case.")  # fmt: skip
_DATA = Setting(name="data", type="mapping", label="Data", sample={"amount": "= trigger.body.amount"},
                help="Fields kept with the case.")  # fmt: skip
_STATUS = Setting(name="status", type="text", label="Status", sample="in review")
_MILESTONE = Setting(name="milestone", type="text", label="Milestone", sample="submitted", advanced=True,
                     help="A named point that the case reaches now.")  # fmt: skip
_CONTRIBUTIONS = Setting(
    name="contributions", type="contributions", label="Contributions", advanced=True,
    sample={"finance": "team:finance", "customer_service": "http:support"},
    help="Who has to contribute before the case goes on: team:finance and people get a task, http is sent by an"
         " application. Wait for the message case.contributions with the case’s number as its key.")  # fmt: skip
_SHOW = Setting(name="show", type="show", label="What they see",
                sample=[{"label": "Asset", "value": "= trigger.body.asset_url", "as": "link"}],
                help="Exactly these values are stored with the decision.")  # fmt: skip
_FORM = Setting(name="form", type="form", label="Form", literal=True, advanced=True,
                sample={"type": "object", "properties": {"amount": {"type": "number", "title": "Amount"}}},
                help="What they fill in: a form of the library or of this flow, or own fields."
                )  # fmt: skip
_FILL = Setting(name="fill", type="mapping", label="Filled in with", advanced=True,
                sample={"amount": "= trigger.body.amount"},
                help="What stands in the form when people are asked, by field. It goes before what the form takes from"
                " the case; what is sensitive stays empty.")  # fmt: skip
_DUE_IN = Setting(name="due_in", type="duration", label="Time to answer", sample="P2D",
                  help="Elapsed time, such as P2D.")  # fmt: skip

_UNDO_S = Setting(name="undo_s", type="number", label="Time to undo", literal=True, advanced=True, unit="s", sample=0,
                  help="For how long an answer given on a page can be undone before it counts, 0 to 3600; without it "
                  "as the installation says. Never in regulated cases.")  # fmt: skip


def _fill_fault(step: Step) -> list[tuple[str, str]]:
    """Of a form that is written out; those that are named are looked at where they stand."""
    fill, form = step.settings.get("fill"), step.settings.get("form")
    if fill is None:
        return []
    if form is None:
        return [("There is no form to fill in. Add 'form:', or remove 'fill'.", "/fill")]
    if not isinstance(fill, (dict, str)):
        return [("'fill' must be a mapping of the form's fields to values.", "/fill")]
    return [(tell_unknown(name, form), f"/fill/{escape_pointer(name)}") for name in list_unknown(fill, form)]


def _data_fault(step: Step) -> list[tuple[str, str]]:
    data = step.settings.get("data")
    if data is None or isinstance(data, (dict, str)):
        return []
    return [("'data' must be a mapping of field names to values.", "/data")]


def _check_open(step: Step) -> list[tuple[str, str]]:
    return [*_data_fault(step), *_contributions_fault(step)]


def _contributions_fault(step: Step) -> list[tuple[str, str]]:
    """What is wrong with a checklist that is written out; one that is data shows in the run."""
    asked = step.settings.get("contributions")
    if asked is None or isinstance(asked, str):
        return []
    try:
        read_asked(asked)
    except CaseInvalid as error:
        return [(error.message, "/contributions")]
    return []


def _describe_open(step: Step) -> str:
    settings = step.settings
    kind = f" of type {data_words(settings['type'])}" if settings.get("type") else ""
    title = f" called “{data_words(settings.get('title'))}”" if settings.get("title") else ""
    priority = f", with {data_words(settings['priority'])} priority" if settings.get("priority") else ""
    asked = settings.get("contributions")
    wanted = f", and ask for the contributions {picked_words(asked)}" if asked is not None else ""
    return f"Open a case{kind}{title}{priority}{wanted}"


def _describe_update(step: Step) -> str:
    changes = [
        f"{name} to {data_words(step.settings[name])}"
        for name in ("status", "priority", "team", "title", "milestone")
        if step.settings.get(name) is not None
    ]
    if step.settings.get("data") is not None:
        changes.append(f"the data {picked_words(step.settings['data'])}")
    if step.settings.get("contributions") is not None:
        changes.append(f"ask for the contributions {picked_words(step.settings['contributions'])}")
    return f"Change the case: {join_words(changes)}" if changes else "Change nothing of the case yet"


def _check_update(step: Step) -> list[tuple[str, str]]:
    if any(value is not None for value in step.settings.values()):
        return [*_data_fault(step), *_contributions_fault(step)]
    return [("This step changes nothing of the case. Add 'status:', 'priority:' or another field under 'with:'.", "")]


def _describe_close(step: Step) -> str:
    status = step.settings.get("status")
    return f"Close the case with {data_words(status)} as its status" if status is not None else "Close the case"


def task_outcomes(step: Step) -> tuple[str, ...]:
    """The outcomes of a ``task.assign`` step, which are its ports; ``done`` when none are named."""
    outcomes = step.settings.get("outcomes")
    rows = outcomes if isinstance(outcomes, list) else []
    names = (row.get("name") if isinstance(row, dict) else row for row in rows)
    named = tuple(name for name in names if isinstance(name, str))
    return named or DEFAULT_OUTCOMES


def _describe_assign(step: Step) -> str:
    title = data_words(step.settings.get("title")) if step.settings.get("title") else "do something"
    due = within_words(step.settings.get("due_in"))
    return f"Ask {people_words(step.settings.get('to'))} to do “{title}”{due}"


def _describe_approve(step: Step) -> str:
    settings = step.settings
    approvers = settings.get("approvers")
    entries = approvers if isinstance(approvers, list) else [approvers]
    order = ", one after the other" if settings.get("order") == "serial" and len(entries) > 1 else ""
    if settings.get("levels") is not None:
        return f"Ask {levels_words(settings)}{order}; each level must agree{within_words(settings.get('due_in'))}"
    verdict = f"{_rule_words(settings.get('rule') or 'all', entries)}{within_words(settings.get('due_in'))}"
    return f"Ask {people_words(approvers)}{order}; {verdict}"


def _rule_words(rule: JSON, entries: list[JSON]) -> str:
    if isinstance(rule, dict) and "quorum" in rule:
        return f"at least {data_words(rule['quorum'])} must agree"
    if rule == "any":
        return "any one is enough"
    if rule == "veto":
        return "the majority decides, with a veto"
    if any(str(_who(entry)).startswith(("each:", "=")) for entry in entries):
        return "all must agree"
    return {1: "they must agree", 2: "both must agree"}.get(len(entries), "all must agree")


def _who(entry: JSON) -> JSON:
    return entry.get("who") if isinstance(entry, dict) else entry


def _check_approve(step: Step) -> list[tuple[str, str]]:
    return [*_fill_fault(step), *_check_levels(step), *_check_quorum(step.settings)]


def _check_levels(step: Step) -> list[tuple[str, str]]:
    settings = step.settings
    levels = settings.get("levels")
    if levels is None:
        if settings.get("amount") is None:
            return []
        return [("An amount counts only with 'levels'. Add them, or remove 'amount'.", "/amount")]
    if settings.get("amount") is None:
        return [("Levels go by an amount. Add 'amount:', such as '= case.data.amount'.", "/levels")]
    rows = [row for row in levels if isinstance(row, dict)] if isinstance(levels, list) else []
    return [
        (message, f"/levels/{index}{pointer}")
        for index, row in enumerate(rows)
        for message, pointer in _check_quorum(row)
    ]


def _check_quorum(settings: Mapping[str, JSON]) -> list[tuple[str, str]]:
    rule, approvers = settings.get("rule"), settings.get("approvers")
    if not isinstance(rule, dict) or not isinstance(approvers, list):
        return []
    number = rule.get("quorum")
    if not isinstance(number, int) or any(str(_who(entry)).startswith(("each:", "=")) for entry in approvers):
        return []  # how many entries there are shows in the run
    if number <= len(approvers):
        return []
    return [
        (f"{number} must agree, but only {len(approvers)} are asked. Lower 'quorum' or add approvers.", "/rule/quorum")
    ]


CASE_OPEN_SPEC = KindSpec(
    key="case.open", label="Open a case", group="cases", icon="briefcase", family="local", describe=_describe_open,
    summary="begin what people follow", example=give_case, sentence=tell_open,
    settings=(
        Setting(name="type", type="text", label="Type", required=True, sample="content-approval", names="case_type",
                help="The kind of case; an unknown one is made when the flow is published."),
        _TITLE, replace(_PRIORITY, otherwise="normal"), _TEAM, _DATA, _STATUS, _MILESTONE, _CONTRIBUTIONS,
    ),
    check=_check_open,
)  # fmt: skip

CASE_UPDATE_SPEC = KindSpec(
    key="case.update", label="Change the case", group="cases", icon="edit", family="local", describe=_describe_update,
    summary="status, priority, data", example=give_case, sentence=tell_update,
    settings=(
        Setting(name="title", type="text", label="Title", sample="= trigger.body.title"),
        _PRIORITY, _TEAM, _DATA, _STATUS, _MILESTONE, _CONTRIBUTIONS,
    ),
    check=_check_update,
)  # fmt: skip

CASE_CLOSE_SPEC = KindSpec(
    key="case.close", label="Close the case", group="cases", icon="circle-check", family="local",
    describe=_describe_close, summary="what came of it", example=give_case, sentence=tell_close,
    settings=(_STATUS, _DATA, _MILESTONE), check=_data_fault,
)  # fmt: skip

TASK_ASSIGN_SPEC = KindSpec(
    key="task.assign", label="Task", group="people", icon="user-check", family="local", describe=_describe_assign,
    summary="somebody does something", example=give_task, sentence=tell_assign,
    settings=(
        _TITLE, _SHOW,
        Setting(name="to", type="people", label="Who is asked", required=True, sample=["team:finance"],
                help="People, or teams (`team:finance`), of which any one does it; or `guest:kim@example.com`, who "
                "needs no account and gets a link by mail."),
        _FORM, _FILL, _DUE_IN,
        Setting(name="outcomes", type="names", label="Outcomes", literal=True, sample=["mended", "give_up"],
                help="The answers to choose from, each a way on; without any, “done”. An entry may also say how its "
                "button looks: {name, label, needs_comment, style: primary, plain or danger}."),
        _UNDO_S,
    ),
    ports=(), ports_of=task_outcomes, check=_fill_fault,
)  # fmt: skip

TASK_APPROVE_SPEC = KindSpec(
    key="task.approve", label="Approval", group="people", icon="checkup-list", family="local",
    describe=_describe_approve, summary="several people decide", example=give_approval,
    sentence=tell_approve(_rule_words),
    settings=(
        _TITLE, _SHOW,
        Setting(name="approvers", type="approvers", label="Who is asked", required=True, sample=["team:legal"],
                unless="levels",
                help="People, or teams, of which any one decides (`team:legal`) or everybody (`each:team:legal`). "
                "Beside levels: asked first, whatever the amount."),
        Setting(name="rule", type="rule", label="Rule", literal=True, sample="all", otherwise="all",
                help="How several answers make one: all agree, one is enough, nobody objects, or so many agree."),
        Setting(name="order", type="choice", label="Order", literal=True, choices=("parallel", "serial"),
                labels={"parallel": "All at once", "serial": "One after the other"}, otherwise="parallel",
                advanced=True, sample="parallel", help="All at once, or one after the other."),
        Setting(name="levels", type="levels", label="Levels by amount", advanced=True,
                sample=[{"above": 0, "approvers": ["team:finance"]}, {"above": 10000, "approvers": ["lia"]}],
                help="Who is asked above which amount, one level after the other. The lowest is always asked."),
        Setting(name="amount", label="Amount", advanced=True, sample="= case.data.amount",
                help="What the levels go by: a number, or {amount, currency}. Written as = case.data.NAME it is "
                "followed: once it changes, the approval starts again from the level that it then needs."),
        Setting(name="currency", type="text", label="Currency", literal=True, advanced=True, sample="EUR",
                help="Three letters. The levels' bounds are in it; an amount in another one is an error."),
        _FORM, _FILL, _DUE_IN, _UNDO_S,
    ),
    ports=("approved", "rejected"), check=_check_approve,
)  # fmt: skip
