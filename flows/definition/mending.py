"""What would mend a finding, as edits: the nearest step, port or name, or taking away what does nothing. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.definition.expressions import compile_expression
from flows.definition.expressions.errors import InvalidExpression
from flows.definition.kind import Finding, KindSpec
from flows.definition.model import JSON, FlowDefinition, Step
from flows.definition.words import nearest


@dataclass(frozen=True, kw_only=True)
class Mend:
    """A button: its words and the operations it asks for."""

    label: str
    ops: tuple[dict[str, JSON], ...]

    @property
    def ops_json(self) -> str:
        """The operations for a page's script."""
        return json.dumps(self.ops)


def mend_of(finding: Finding, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend | None:
    """The mend for a finding about a step; None where a person has to decide."""
    step = definition.steps.get(finding.step or "")
    find = _MENDS.get(finding.code)
    if step is None or find is None:
        return None
    path = tuple(finding.details.get("path") or ())
    return find(step, path, definition, kinds)


_Path = tuple[JSON, ...]


def _port_of(path: _Path) -> str:
    return "next" if path[2:] == ("next",) else str(path[3]) if len(path) > 3 else ""


def _mend_target(step: Step, path: _Path, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend | None:
    port = _port_of(path)
    guess = nearest(step.links.get(port, ""), definition.steps)
    if guess is None or guess == step.key:
        return Mend(label="Remove the link", ops=({"op": "disconnect", "source": step.key, "port": port},))
    title = definition.steps[guess].title
    return Mend(label=f"Lead to {title}", ops=({"op": "connect", "source": step.key, "port": port, "target": guess},))


def _mend_port(step: Step, path: _Path, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend | None:
    port, spec = _port_of(path), kinds.get(step.kind)
    away: dict[str, JSON] = {"op": "disconnect", "source": step.key, "port": port}
    free = [name for name in (spec.exits(step) if spec else ()) if name not in step.links]
    guess = nearest(port, free)
    target = step.links.get(port)
    if guess is None or target not in definition.steps:
        return Mend(label="Remove the link", ops=(away,))
    linked: dict[str, JSON] = {"op": "connect", "source": step.key, "port": guess, "target": target}
    return Mend(label=f"Use {guess.replace('_', ' ')}", ops=(away, linked))


def _mend_unreachable(step: Step, path: _Path, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend:
    return Mend(label="Delete the step", ops=({"op": "delete_steps", "keys": [step.key], "heal": True},))


def _mend_name(step: Step, path: _Path, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend | None:
    if len(path) < 4:
        return None
    name, spec = str(path[3]), kinds.get(step.kind)
    free = [setting.name for setting in (spec.settings if spec else ()) if setting.name not in step.settings]
    guess = nearest(name, free)
    away = _set(step, ["with", name], None)
    if guess is None:
        return Mend(label=f"Remove {name}", ops=(away,))
    return Mend(label=f"Use {guess}", ops=(_set(step, ["with", guess], step.settings.get(name)), away))


def _mend_retry(step: Step, path: _Path, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend:
    return Mend(label="Try once only", ops=(_set(step, ["retry"], None),))


def _mend_repeat(step: Step, path: _Path, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend:
    return Mend(label="Ask a person first", ops=(_set(step, ["with", "repeat"], "ask"),))


def _mend_expression(step: Step, path: _Path, definition: FlowDefinition, kinds: Mapping[str, KindSpec]) -> Mend | None:
    """A step of the expression that does not exist, by the nearest that does."""
    value = _value_at(step.settings, path[3:])
    if not isinstance(value, str):
        return None
    try:
        references = compile_expression(value[1:]).references
    except InvalidExpression:
        return None
    for reference in sorted(references):
        if reference[0] == "steps" and len(reference) > 1 and reference[1] not in definition.steps:
            guess = nearest(reference[1], (key for key in definition.steps if key != step.key))
            if guess is None:
                return None
            mended = re.sub(rf"(?<![\w.])steps\.{re.escape(reference[1])}(?!\w)", f"steps.{guess}", value)
            if mended == value:
                return None
            return Mend(label=f"Use {guess}", ops=(_set(step, list(path[2:]), mended),))
    return None


def _value_at(value: JSON, path: _Path) -> JSON:
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _set(step: Step, path: list[JSON], value: JSON) -> dict[str, JSON]:
    return {"op": "set", "target": f"steps/{step.key}", "path": path, "value": value}


_Finder = Callable[[Step, _Path, FlowDefinition, Mapping[str, KindSpec]], Mend | None]
_MENDS: Mapping[str, _Finder] = {
    "definition.dangling_link": _mend_target,
    "definition.port": _mend_port,
    "definition.unreachable": _mend_unreachable,
    "definition.unknown_setting": _mend_name,
    "definition.idle_retry": _mend_retry,
    "definition.unsafe_retry": _mend_repeat,
    "expression.invalid": _mend_expression,
}
