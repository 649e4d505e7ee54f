"""Teams that a draft asks and that nobody could answer for. It refuses nothing: who is in a team changes every day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cases.people_refs import list_idle_teams
from flows.definition.expressions import is_expression
from flows.definition.kind import Finding, KindSpec
from flows.definition.model import JSON, FlowDefinition
from flows.definition.places import Path, finding_at
from flows.definition.words import join_words

DECIDE = {"task.assign": "assign", "task.approve": "approve"}  # what is asked there, as tasks call it
_LEADS = ("each:team:", "team:")


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where teams are asked, by short name, and for what sort of task."""

    sort: str
    path: Path
    teams: tuple[str, ...]


def look_for_asked_teams(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Iterator[Finding]:
    """A warning for each place that asks a team which is not there, or in which nobody may answer.

    One query.
    """
    places = list(_asked(definition, kinds))
    if not places:
        return
    idle = list_idle_teams({slug for place in places for slug in place.teams}, {place.sort for place in places})
    for place in places:
        told = {slug: idle[slug, place.sort] for slug in place.teams if (slug, place.sort) in idle}
        missing = [f"“{slug}”" for slug, name in told.items() if not name]
        yield from _tell(place.path, missing, [name for name in told.values() if name])


def _tell(path: Path, missing: Sequence[str], silent: Sequence[str]) -> Iterator[Finding]:
    if missing:
        message = (
            f"There is no team {join_words(missing)} here, so nobody would be asked. Add it, or ask somebody else."
        )
        yield finding_at(path, message, code="flow.team_missing", severity="warning")
    if silent:
        who = join_words(silent)
        message = f"Nobody in {who} may answer this. Give somebody there a fitting role, or ask somebody else."
        yield finding_at(path, message, code="flow.nobody_answers", severity="warning")


def _asked(definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Iterator[_Place]:
    for step in definition.steps.values():
        spec = kinds.get(step.kind)
        if spec is None or step.kind not in DECIDE:
            continue
        for setting in spec.settings:
            if setting.type in ("people", "approvers", "levels"):
                teams = tuple(dict.fromkeys(_teams_in(step.settings.get(setting.name))))
                if teams:
                    yield _Place(sort=DECIDE[step.kind], path=("steps", step.key, "with", setting.name), teams=teams)


def _teams_in(value: JSON) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _teams_in(one)
    elif isinstance(value, dict):
        yield from _teams_in(value.get("who"))
        yield from _teams_in(value.get("approvers"))
    elif isinstance(value, str) and not is_expression(value):
        lead = next((lead for lead in _LEADS if value.startswith(lead)), None)
        if lead and value[len(lead) :]:
            yield value[len(lead) :].strip()
