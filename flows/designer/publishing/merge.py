"""The page that brings one's draft and a newer live version together, with a choice for each conflict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from flows.definition.diff.values import say_value
from flows.definition.flow_file import definition_from_data
from flows.definition.kind import Setting
from flows.definition.merging import Conflict
from flows.definition.merging.results import Side
from flows.definition.model import JSON
from flows.definition.references import name_people_in
from flows.definition.words import say_port, slug_words
from flows.designer.finding_words import say_all
from flows.errors import FlowRefused, NotFound
from flows.operations.publishing.merging import MergeFacts, MergeOrder, look_at_merge, merge_draft
from flows.operations.publishing.rights import get_flow_to
from flows.queries import get_draft, get_flow_for
from flows.queries.findings import find_findings
from flows.queries.named_people import get_people_names
from flows.registry import kind_specs, trigger_specs
from flows.views.flows import frame_flow
from flows.views.refusals import page_for
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action

SIDES = ("mine", "theirs")
MAX_DIGITS = 9


Line = tuple[str, str]  # what a value is of, "" for the place itself; the value in words


@dataclass(frozen=True, kw_only=True)
class ConflictRow:
    """A conflict in words; ``field`` names it in the form, ``chosen`` is the side that was picked, "" for none."""

    conflict: Conflict
    field: str
    base: tuple[Line, ...]
    mine: tuple[Line, ...]
    theirs: tuple[Line, ...]
    chosen: str

    @property
    def place(self) -> str:
        """``Review: Due in``."""
        of = f"{self.conflict.step_title}: " if self.conflict.step_title else ""
        return f"{of}{self.conflict.label}"


@page_for(Action.FLOW_READ)
@require_http_methods(["GET", "POST"])
def show_merge(request: HttpRequest, key: str) -> HttpResponse:
    """Both sides with what was taken from each; POST keeps the result as an edit of the draft."""
    person = get_reader(request)
    flow = get_flow_for(person, key)
    get_flow_to(person, key, Action.FLOW_DRAFT)
    draft = get_draft(flow, person)
    if draft is None:
        raise NotFound("draft")
    first = look_at_merge(flow, draft, {})
    choices = _read_choices(request, first)
    refusal = ""
    if request.method == "POST":
        try:
            merge_draft(key=key, person=person, order=_read_order(request, first, choices), now=timezone.now())
        except FlowRefused as error:
            refusal = error.message
        else:
            messages.success(request, f"Your draft has both now. It stands on version {first.live.number}.")
            return redirect("flow_publish", key=key)
    facts = look_at_merge(flow, draft, choices)
    definition = definition_from_data(facts.merged.document)
    faults = [one for one in find_findings(definition, team=flow.team, flow=flow) if one.severity == "error"]
    words = _collect_words(facts)
    context = {
        "facts": facts,
        "taken": {side: [one.text for one in first.merged.changes if one.side == side] for side in (*SIDES, "both")},
        "rows": [_make_row(one, choices, words) for one in first.merged.conflicts],
        "faults": [] if facts.merged.conflicts else say_all(faults, definition, kind_specs(), trigger_specs()),
        "refusal": refusal,
    }
    status = 409 if refusal else 200
    template = "flows/designer/publishing/merge.html"
    return render_page(request, template, {**frame_flow(request, flow, "draft"), **context}, status=status)


def _read_choices(request: HttpRequest, first: MergeFacts) -> dict[str, Side]:
    """The side picked for each conflict, by its key."""
    given = {conflict.key: request.POST.get(_field(conflict), "") for conflict in first.merged.conflicts}
    return {key: cast(Side, side) for key, side in given.items() if side in SIDES}


def _read_order(request: HttpRequest, first: MergeFacts, choices: Mapping[str, Side]) -> MergeOrder:
    """As the page was loaded; what is no number is taken for something that moved on."""
    revision, live = request.POST.get("revision", ""), request.POST.get("live", "")
    return MergeOrder(
        revision=_read_number(revision, -1),
        live=_read_number(live, first.live.number),
        choices=choices,
    )


def _read_number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else otherwise


def _field(conflict: Conflict) -> str:
    return f"side:{conflict.key}"


def _make_row(conflict: Conflict, choices: Mapping[str, Side], words: _Words) -> ConflictRow:
    return ConflictRow(
        conflict=conflict,
        field=_field(conflict),
        base=words.say(conflict, conflict.base),
        mine=words.say(conflict, conflict.mine),
        theirs=words.say(conflict, conflict.theirs),
        chosen=choices.get(conflict.key, ""),
    )


@dataclass(frozen=True, kw_only=True)
class _Words:
    """Says the values of a conflict as people know them: durations in words, targets of links by their titles.

    A whole step is said setting by setting, people by their ``names``.
    """

    titles: Mapping[str, str]
    names: Mapping[str, str]
    document: Mapping[str, Any]

    def say(self, conflict: Conflict, value: object) -> tuple[Line, ...]:
        """The value in words; None was not there."""
        path = conflict.path
        if len(path) == 2 and path[0] == "steps" and (value is None or isinstance(value, dict)):
            return tuple(self._say_step(value)) if isinstance(value, dict) else (("", "there was no such step"),)
        if value is None:
            return (("", "nothing is set"),)
        if path[:1] == ("steps",) and path[2:3] in {("next",), ("on",)} and isinstance(value, str):
            return (("", self._say_target(value)),)
        step = self.document["steps"].get(path[1]) if path[:1] == ("steps",) else None
        in_step = path[2:3] == ("with",) and len(path) == 4
        setting = _list_settings(step or {}).get(path[3]) if in_step else None
        return (("", self._say_value(cast(JSON, value), setting)),)

    def _say_step(self, step: Mapping[str, Any]) -> Iterator[Line]:
        spec = kind_specs().get(str(step.get("kind", "")))
        yield "Kind", spec.label if spec else str(step.get("kind", "nothing"))
        if step.get("name"):
            yield "Name", say_value(step["name"])
        known = _list_settings(step)
        for name, value in (step.get("with") or {}).items():
            setting = known.get(name)
            yield (setting.label if setting else "") or slug_words(name), self._say_value(value, setting)
        for name, value in step.items():
            if name not in ("kind", "name", "with", "on", "next"):
                yield slug_words(name), say_value(value)
        links = {**({"next": step["next"]} if step.get("next") else {}), **(step.get("on") or {})}
        for port, target in links.items():
            yield f"{say_port(port).capitalize()} goes on to", self._say_target(str(target))

    def _say_value(self, value: JSON, setting: Setting | None) -> str:
        named = name_people_in({setting.name: value}, [setting], self.names)[setting.name] if setting else value
        return say_value(named, setting)

    def _say_target(self, key: str) -> str:
        return f"“{self.titles.get(key, key)}”"


def _list_settings(step: Mapping[str, Any]) -> Mapping[str, Setting]:
    spec = kind_specs().get(str(step.get("kind", "")))
    return {setting.name: setting for setting in spec.settings} if spec else {}


def _collect_words(facts: MergeFacts) -> _Words:
    """Titles of steps by key and names of people, of both sides and of what they began from. One query at most."""
    began = [facts.base.document] if facts.base is not None else []
    sides = [definition_from_data(side) for side in (*began, facts.live.document, facts.draft.document)]
    titles = {key: step.title for side in sides for key, step in side.steps.items()}
    return _Words(titles=titles, names=get_people_names(*sides), document=facts.merged.document)
