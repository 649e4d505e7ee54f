"""What a design names outside itself, and the same design with other names: to take a flow to another team. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from flows.definition.expressions import is_expression
from flows.definition.kind import KindSpec, Setting
from flows.definition.model import JSON, FlowDefinition, Step
from flows.definition.trigger import TriggerSpec

Sort = Literal["connection", "secret", "table", "flow", "team", "person"]
SORTS: tuple[str, ...] = get_args(Sort)
_PEOPLE = ("people", "approvers")
_NO_PERSON = ("=", "team:", "each:", "guest:", "http:")  # what an entry begins with that names no person
Renamed = Callable[[str, str], str]  # (sort, name) → name


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A name and the places where it stands, in words."""

    sort: str
    name: str
    places: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a copy goes: its team, key and name, the path of its address, and other names by (sort, name)."""

    team: str
    key: str
    name: str
    names: Mapping[tuple[str, str], str]


def find_references(
    definition: FlowDefinition, kinds: Mapping[str, KindSpec], triggers: Mapping[str, TriggerSpec]
) -> list[Reference]:
    """Every outside name written as text, each once, by sort; what expressions compute is not known before a run."""
    found: dict[tuple[str, str], list[str]] = {}

    def note(place: str) -> Renamed:
        def keep(sort: str, name: str) -> str:
            places = found.setdefault((sort, name), [])
            if place not in places:
                places.append(place)
            return name

        return keep

    for step in definition.steps.values():
        spec = kinds.get(step.kind)
        _rename_all(step.settings, spec.settings if spec else (), note(f"step “{step.title}”"))
    if definition.trigger is not None:
        known = triggers.get(definition.trigger.kind)
        _rename_all(definition.trigger.settings, known.settings if known else (), note("what starts it"))
    rows = [Reference(sort=sort, name=name, places=tuple(places)) for (sort, name), places in found.items()]
    own = ("flow", definition.key)
    return sorted(
        (row for row in rows if (row.sort, row.name) != own), key=lambda row: (SORTS.index(row.sort), row.name)
    )


def place_copy(
    definition: FlowDefinition, to: Placement, kinds: Mapping[str, KindSpec], triggers: Mapping[str, TriggerSpec]
) -> FlowDefinition:
    """The design under another key, in another team, with other names. Its address is the new key, if it has one."""

    def rename(sort: str, name: str) -> str:
        if (sort, name) == ("flow", definition.key):
            return to.key
        return to.names.get((sort, name)) or name

    def copy_step(step: Step) -> Step:
        spec = kinds.get(step.kind)
        return replace(step, settings=_rename_all(step.settings, spec.settings if spec else (), rename))

    trigger = definition.trigger
    if trigger is not None:
        known = triggers.get(trigger.kind)
        settings = _rename_all(trigger.settings, known.settings if known else (), rename)
        if "path" in settings and definition.key != to.key:
            settings["path"] = to.key
        trigger = replace(trigger, settings=settings)
    steps = {key: copy_step(step) for key, step in definition.steps.items()}
    return replace(definition, key=to.key, name=to.name, team=to.team, trigger=trigger, steps=steps)


def list_people(
    definition: FlowDefinition, kinds: Mapping[str, KindSpec], triggers: Mapping[str, TriggerSpec]
) -> frozenset[str]:
    """The user names and e-mail addresses of whom the design asks or tells; neither guests nor expressions."""
    named = (row.name for row in find_references(definition, kinds, triggers) if row.sort == "person")
    return frozenset(name for name in named if not name.startswith(_NO_PERSON))


def name_people(definition: FlowDefinition, names: Mapping[str, str], kinds: Mapping[str, KindSpec]) -> FlowDefinition:
    """The design with people by the names in ``names``, to be told in words; never to be stored, run or compared by
    digest. A name that would read as something else in a design stays as it is written.
    """
    if not names:
        return definition

    def name_in(step: Step) -> Step:
        spec = kinds.get(step.kind)
        return replace(step, settings=name_people_in(step.settings, spec.settings, names)) if spec else step

    return replace(definition, steps={key: name_in(step) for key, step in definition.steps.items()})


def name_people_in(values: Mapping[str, JSON], known: Sequence[Setting], names: Mapping[str, str]) -> dict[str, JSON]:
    """The settings with people by the names in ``names``, under the conditions of ``name_people``."""

    def rename(sort: str, name: str) -> str:
        called = names.get(name, name) if sort == "person" else name
        return name if called.startswith(_NO_PERSON) else called

    return _rename_all(values, known, rename)


def _rename_all(values: Mapping[str, JSON], known: Sequence[Setting], rename: Renamed) -> dict[str, JSON]:
    """The settings with each name that their fields say is one given to ``rename``."""
    result = dict(values)
    for setting in known:
        if setting.name not in result:
            continue
        value = result[setting.name]
        if setting.type in _PEOPLE:
            result[setting.name] = _rename_people(value, rename)
        elif setting.type == "levels" and isinstance(value, list):
            result[setting.name] = [_rename_level(row, rename) for row in value]
        elif setting.type == "contributions":
            result[setting.name] = _rename_contributions(value, rename)
        elif setting.names in SORTS and isinstance(value, str) and value and not is_expression(value):
            result[setting.name] = rename(setting.names, value)
        elif setting.fields and isinstance(value, dict):
            result[setting.name] = _rename_all(value, setting.fields, rename)
    return result


def _rename_level(row: JSON, rename: Renamed) -> JSON:
    if not isinstance(row, dict) or "approvers" not in row:
        return row
    return {**row, "approvers": _rename_people(row["approvers"], rename)}


def _rename_contributions(value: JSON, rename: Renamed) -> JSON:
    """Those who are asked, of names with whom to ask or of rows in full; ``http:team:support`` names a team too."""
    if isinstance(value, dict):
        return {key: _rename_contribution(row, rename) for key, row in value.items()}
    return [_rename_contribution(row, rename) for row in value] if isinstance(value, list) else value


def _rename_contribution(row: JSON, rename: Renamed) -> JSON:
    if isinstance(row, dict):
        return {**row, "from": _rename_contribution(row["from"], rename)} if "from" in row else row
    if not isinstance(row, str) or row == "http":
        return row
    lead = "http:" if row.startswith("http:") else ""
    who = row.removeprefix(lead)
    if lead and not who.startswith("team:"):
        return lead + rename("team", who)
    return lead + str(_rename_people(who, rename))


def _rename_people(value: JSON, rename: Renamed) -> JSON:
    """People by name, ``team:legal``, ``each:team:legal``, one or a list, or ``{who: …}``."""
    if isinstance(value, list):
        return [_rename_people(one, rename) for one in value]
    if isinstance(value, dict) and isinstance(value.get("who"), str):
        return {**value, "who": _rename_people(value["who"], rename)}
    if not isinstance(value, str) or not value or is_expression(value):
        return value
    lead = next((lead for lead in ("each:team:", "team:") if value.startswith(lead)), "")
    return lead + rename("team" if lead else "person", value[len(lead) :])
