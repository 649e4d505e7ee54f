"""The fields of a step, of what starts the flow, and of the flow: settings with their values and problems. Pure.

Each field has a name that addresses it (``with.title``, ``retry``, ``port.approved``) and makes the operations that
set it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flows.definition.kind import Finding, KindSpec, Setting
from flows.definition.model import JSON, FlowDefinition, RetryPolicy, Step
from flows.definition.trigger import TriggerSpec
from flows.definition.words import say_port

Op = dict[str, Any]
STEPS = "steps/"
RETRY_FIELDS = (
    Setting(name="max_attempts", type="number", label="Tries in all", sample=5),
    Setting(name="first_delay_s", type="number", label="First pause", unit="seconds", otherwise=1),
    Setting(name="factor", type="number", label="Each pause is longer by", unit="times", otherwise=2),
    Setting(name="max_delay_s", type="number", label="Longest pause", unit="seconds", otherwise=300),
)
RETRY = Setting(name="retry", type="group", label="Try again", literal=True, fields=RETRY_FIELDS)
NAME = Setting(name="name", type="text", label="Name", literal=True, help="What people call this step.")
KEY = Setting(
    name="key",
    type="text",
    label="Key",
    literal=True,
    advanced=True,
    help="How expressions name this step: steps.KEY. What names it follows when it changes.",
)
ANY_FIELDS = Setting(name="with", type="mapping", label="Fields", help="What later steps read as this step’s output.")
WAY = Setting(
    name="way",
    type="group",
    label="One more way",
    literal=True,
    fields=(
        Setting(name="port", type="text", label="Name", literal=True, placeholder="legal"),
        Setting(name="target", type="text", label="Goes on to", literal=True, names="step"),
    ),
)
FLOW_SETTINGS = (
    Setting(name="name", type="text", label="Name", literal=True, required=True),
    Setting(name="description", type="text", label="What it is for", literal=True, lines=3),
    Setting(
        name="requested_by",
        label="Who asks for it",
        help="Picks from what came who requests the work, so that nobody approves their own. A user name or address.",
        sample="= body.requested_by",
    ),
    Setting(
        name="on_error",
        type="text",
        label="When a step fails and has no way for it",
        literal=True,
        names="step",
        help="The step that takes over, such as a task for the operators. Without one the run waits for a person.",
    ),
    Setting(
        name="vars",
        type="mapping",
        label="Variables",
        literal=True,
        advanced=True,
        help="Fixed values that expressions read as vars.NAME.",
    ),
    Setting(
        name="sensitive",
        type="names",
        label="Hidden data",
        literal=True,
        advanced=True,
        help="Paths such as trigger.body.iban. Their values show as •••• everywhere.",
    ),
    Setting(
        name="forms",
        type="mapping",
        label="Forms of this flow",
        literal=True,
        advanced=True,
        help="Forms that several steps ask with, each a name and its fields as JSON Schema. Steps choose them by name.",
    ),
)
_NAMED_IN_MESSAGE = re.compile(r"needs '(\w+)'")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with a field, in a sentence. ``below`` is the dotted place inside its value.

    ``is_missing``: it is needed and says nothing, which is told beside it only once somebody was there.
    """

    message: str
    severity: str = "error"
    below: str = ""
    is_missing: bool = False


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: ``name`` is its address, ``target`` and ``path`` where ``set`` puts it."""

    name: str
    target: str
    path: tuple[str, ...]
    setting: Setting
    value: JSON
    problems: tuple[Problem, ...] = ()
    fits: Mapping[str, JSON] = field(default_factory=dict)  # of another trigger: the settings that may stay

    @property
    def is_set(self) -> bool:
        """Whether it says something."""
        return self.value not in (None, "", [], {})

    @property
    def step(self) -> str:
        """Whose data its expressions use: a step's key, ``trigger`` or ``flow``."""
        return self.target.removeprefix(STEPS)


def step_fields(step: Step, spec: KindSpec | None) -> list[Field]:
    """All fields of a step: its name, its settings with the required ones first, retry and key."""
    target = f"{STEPS}{step.key}"
    name = replace(NAME, placeholder=step.title)
    fields = [Field(name="name", target=target, path=("name",), setting=name, value=step.name or None)]
    if spec is not None and spec.open_settings:
        settings = dict(step.settings) or None
        fields.append(Field(name="with", target=target, path=("with",), setting=ANY_FIELDS, value=settings))
    elif spec is not None:
        fields += _settings_fields(spec.settings, target, step.settings)
    fields.append(Field(name="retry", target=target, path=("retry",), setting=RETRY, value=_retry_value(step.retry)))
    fields.append(Field(name="key", target=target, path=(), setting=KEY, value=step.key))
    return fields


def port_fields(step: Step, spec: KindSpec | None) -> list[Field]:
    """A field for each exit and where it leads, the one for failures last."""
    exits = spec.exits(step) if spec is not None else ()
    ports = [*dict.fromkeys((*exits, *(port for port in step.links if port != "error"))), "error"]
    fields = [_port_field(f"{STEPS}{step.key}", port, step.links.get(port)) for port in ports]
    if spec is not None and spec.free_ports:
        fields.insert(-1, Field(name="way", target=f"{STEPS}{step.key}", path=(), setting=WAY, value=None))
    return fields


def trigger_fields(definition: FlowDefinition, specs: Mapping[str, TriggerSpec]) -> list[Field]:
    """What starts the flow: its kind, the settings of that kind, and the step it begins with."""
    trigger = definition.trigger
    labels = {key: spec.label for key, spec in specs.items()}
    kind = Setting(name="kind", type="choice", label="Starts by", literal=True, choices=tuple(specs), labels=labels)
    fields = [
        Field(name="kind", target="trigger", path=("kind",), setting=kind, value=trigger.kind if trigger else None)
    ]
    spec = specs.get(trigger.kind) if trigger else None
    if trigger is not None and spec is not None:
        fields += _settings_fields(spec.settings, "trigger", trigger.settings)
    return [*fields, _port_field("trigger", "next", definition.start or None)]


def flow_fields(definition: FlowDefinition) -> list[Field]:
    """What holds for the whole flow."""
    values: Mapping[str, JSON] = {
        "name": definition.name,
        "description": definition.description or None,
        "requested_by": definition.requested_by,
        "on_error": definition.on_error,
        "vars": dict(definition.vars) or None,
        "sensitive": list(definition.sensitive) or None,
        "forms": dict(definition.forms) or None,
    }
    return [
        Field(name=one.name, target="flow", path=(one.name,), setting=one, value=values[one.name])
        for one in FLOW_SETTINGS
    ]


def with_problems(fields: Iterable[Field], findings: Sequence[Finding]) -> list[Field]:
    """The fields with what validation says about each."""
    return [replace(field, problems=tuple(_problems_of(field, findings))) for field in fields]


def find_field(fields: Iterable[Field], name: str) -> Field | None:
    """The field of this name; a setting may be named without its ``with.``."""
    named = {field.name: field for field in fields}
    return named.get(name) or named.get(f"with.{name}")


def ops_for(field: Field, value: JSON) -> list[Op]:
    """The operations that give the field this value, none where it has it."""
    if value == field.value and type(value) is type(field.value):
        return []
    if field.name == "key":
        return [{"op": "rename_step", "key": field.step, "to": value or ""}]
    if field.name == "kind":
        return [{"op": "set_trigger", "kind": value, "with": dict(field.fits)} if value else {"op": "remove_trigger"}]
    if field.name == "way":
        made = value or {}
        return [{"op": "connect", "source": field.step, "port": made.get("port", ""), "target": made.get("target", "")}]
    if field.name.startswith("port."):
        port = field.name.removeprefix("port.")
        link = {"source": field.step, "port": port}
        return [{"op": "connect", **link, "target": value} if value else {"op": "disconnect", **link}]
    return [{"op": "set", "target": field.target, "path": list(field.path), "value": value}]


def retry_words(retry: RetryPolicy | None) -> str:
    """``Up to 5 tries, after 1 s, 2 s, 4 s and 8 s``; "" without a rule."""
    if retry is None or retry.max_attempts <= 1:
        return ""
    pauses, pause = [], retry.first_delay_s
    for _ in range(min(retry.max_attempts - 1, 4)):
        pauses.append(f"{min(pause, retry.max_delay_s):g} s")
        pause *= retry.factor
    more = ", …" if retry.max_attempts > 5 else ""
    return f"Up to {retry.max_attempts} tries, again after {', '.join(pauses)}{more}"


def _settings_fields(settings: Sequence[Setting], target: str, values: Mapping[str, JSON]) -> list[Field]:
    ordered = sorted(settings, key=lambda setting: not setting.required)
    return [
        Field(name=f"with.{one.name}", target=target, path=("with", one.name), setting=one, value=values.get(one.name))
        for one in ordered
    ]


def _port_field(target: str, port: str, leads_to: str | None) -> Field:
    label = "If it fails" if port == "error" else _port_label(port)
    setting = Setting(name=port, type="text", label=label, literal=True, names="step")
    return Field(name=f"port.{port}", target=target, path=(), setting=setting, value=leads_to)


def _port_label(port: str) -> str:
    """As the canvas calls it: ``Otherwise``, ``Approved``."""
    words = say_port(port)
    return "Then" if port == "next" else words[:1].upper() + words[1:]


def _retry_value(retry: RetryPolicy | None) -> JSON:
    if retry is None:
        return None
    numbers = {
        "max_attempts": retry.max_attempts,
        "first_delay_s": retry.first_delay_s,
        "factor": retry.factor,
        "max_delay_s": retry.max_delay_s,
    }
    return {name: int(number) if float(number).is_integer() else number for name, number in numbers.items()}


def _problems_of(field: Field, findings: Sequence[Finding]) -> Iterable[Problem]:
    for finding in findings:
        place = _place_of(finding)
        if place is None or place[0] != field.target:
            continue
        names = _names_of(field)
        for name in names:
            if place[1] == name or place[1].startswith(f"{name}."):
                below = place[1][len(name) + 1 :]
                message = _say(finding, field)
                is_missing = finding.code == "definition.missing_setting" and not field.is_set
                yield Problem(message=message, severity=finding.severity, below=below, is_missing=is_missing)


def _names_of(field: Field) -> tuple[str, ...]:
    if field.name == "port.next" and field.target == "trigger":
        return ("start",)
    if field.name == "port.next":
        return ("next", "on.next")
    if field.name.startswith("port."):
        return (f"on.{field.setting.name}",)
    if field.name == "way":
        return ("on",)
    return (field.name,)


def _place_of(finding: Finding) -> tuple[str, str] | None:
    """Target and dotted name, as fields have them."""
    place = finding.field or ""
    named = _NAMED_IN_MESSAGE.search(finding.message) if finding.code == "definition.missing_setting" else None
    if finding.step is not None:
        return f"{STEPS}{finding.step}", f"with.{named[1]}" if named and place == "with" else place
    if place == "trigger" or place.startswith("trigger."):
        rest = named[1] if named and place == "trigger" else place.removeprefix("trigger").removeprefix(".")
        return "trigger", rest if rest == "kind" else f"with.{rest}"
    return ("trigger", "start") if place == "start" else ("flow", place)


def _say(finding: Finding, field: Field) -> str:
    if finding.code == "definition.missing_setting" and not field.is_set:
        return f"“{field.setting.title}” is needed. Fill it in."
    return finding.message
