"""Findings in the words of somebody who sees a flow, not a file: by the names that stand on the page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flows.definition.kind import Finding, KindSpec, Setting
from flows.definition.model import JSON, FlowDefinition
from flows.definition.trigger import TriggerSpec
from flows.definition.words import did_you_mean, join_words
from flows.designer.file_words import COLUMNS, FILE_WORDS, PARTS
from flows.designer.inspector.fields import FLOW_SETTINGS, RETRY

MISSING = "definition.missing_setting"
_ADD = re.compile(r"Add '\w+:.*$")
_ADDED = re.compile(r"'(\w+):")
_NOT_ADDED = ("on", "with")
_NEEDS = re.compile(r"needs '\w+'")
_QUOTED = re.compile(r"'(\w+):?'")
_WITH_VALUE = re.compile(r"'(\w+): (\w+)'")
_LISTED = re.compile(r"\b(Settings|Fields) here: ([\w, ]+)\.")
_OF_KIND = re.compile(r"\b(kind|trigger|auth) '([\w.]+)'|\ba '([\w.]+)' step\b")
_CHOOSE = re.compile(r"for '(\w+)'\. Choose one of: ([\w, ]+)\.")


@dataclass(frozen=True, kw_only=True)
class _Names:
    """What stands on the page for the names of the file: of settings, their choices, kinds of all sorts, and steps."""

    labels: dict[str, str] = field(default_factory=dict)
    choices: dict[str, Mapping[str, str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)

    def take(self, settings: Iterable[Setting]) -> None:
        """These go before what was taken already."""
        for setting in settings:
            self.labels[setting.name] = setting.title
            self.choices[setting.name] = setting.labels


def say_finding(
    finding: Finding,
    definition: FlowDefinition,
    kinds: Mapping[str, KindSpec],
    triggers: Mapping[str, TriggerSpec],
) -> str:
    """The finding's sentence, said again where its own speaks of the file."""
    step = definition.steps.get(finding.step or "")
    path = [str(part) for part in finding.details.get("path") or ()]
    settings = _settings_of(finding, definition, kinds, triggers)
    if finding.code == MISSING:
        wanted = [setting for setting in settings if f"'{setting.name}'" in finding.message]
        if wanted:
            return f"“{wanted[0].title}” is not said yet. {wanted[0].help}".strip()
    if step is not None and finding.code == "definition.unreachable":
        return "No way leads here, so this would never run. Let another step go on with it, or delete it."
    if step is not None and finding.code == "definition.dangling_link":
        target = step.links.get("next" if path[2:] == ["next"] else path[-1], "")
        hint = did_you_mean(target, definition.steps, what="Steps")
        return f"It goes on with “{target}”, but there is no such step.{hint}"
    given = step.settings if step is not None else definition.trigger.settings if definition.trigger else {}
    return _say(finding.message, _names_at(path, settings, given, {**triggers, **kinds}))


def say_all(
    findings: Iterable[Finding],
    definition: FlowDefinition,
    kinds: Mapping[str, KindSpec],
    triggers: Mapping[str, TriggerSpec],
) -> list[Finding]:
    """All of them with the sentences of ``say_finding``, for lists of problems."""
    return [replace(one, message=say_finding(one, definition, kinds, triggers)) for one in findings]


def say_findings(
    findings: Iterable[Finding],
    definition: FlowDefinition,
    kinds: Mapping[str, KindSpec],
    triggers: Mapping[str, TriggerSpec],
) -> list[Finding]:
    """The same for forms: a setting that is missing keeps its words, by which its field is found and says them."""
    return [
        one
        if one.code == MISSING and _NEEDS.search(one.message)
        else replace(one, message=say_finding(one, definition, kinds, triggers))
        for one in findings
    ]


def _settings_of(
    finding: Finding,
    definition: FlowDefinition,
    kinds: Mapping[str, KindSpec],
    triggers: Mapping[str, TriggerSpec],
) -> Sequence[Setting]:
    """What can be filled in where the finding stands."""
    step = definition.steps.get(finding.step or "")
    if step is not None:
        spec = kinds.get(step.kind)
        return (*spec.settings, RETRY) if spec else (RETRY,)
    if [str(part) for part in finding.details.get("path") or ()][:1] == ["trigger"] and definition.trigger is not None:
        start = triggers.get(definition.trigger.kind)
        return start.settings if start else ()
    return FLOW_SETTINGS


def _names_at(
    path: Sequence[str],
    settings: Sequence[Setting],
    given: Mapping[str, JSON],
    kinds: Mapping[str, KindSpec | TriggerSpec],
) -> _Names:
    """The names there; those of the group that the path leads into go before those around it, shown before others."""
    labels = {key: spec.label for key, spec in kinds.items()}
    steps = {key: spec.label for key, spec in kinds.items() if isinstance(spec, KindSpec)}
    names = _Names(kinds=labels, steps=steps)
    names.take(settings)
    for setting in settings:
        if setting.fields and setting.name in path:
            value = given.get(setting.name)
            names.take(setting.fields)
            names.take(one for one in setting.fields if isinstance(value, dict) and _is_shown(one, value))
            names.kinds.update(next((one.labels for one in setting.fields if one.name == "kind"), {}))
    return names


def _is_shown(setting: Setting, value: Mapping[str, JSON]) -> bool:
    return all(str(value.get(name) or "") in values for name, values in setting.only_for.items())


def _say(message: str, names: _Names) -> str:
    for pattern, said in FILE_WORDS:
        message = pattern.sub(said, message)
    message = _say_what_to_add(message, names)
    message = _OF_KIND.sub(lambda found: _name_kind(found, names), message)
    message = _CHOOSE.sub(lambda found: _name_choices(found, names), message)
    message = _LISTED.sub(
        lambda found: f"{found[1]} here: {', '.join(names.labels.get(one, one) for one in found[2].split(', '))}.",
        message,
    )
    message = _WITH_VALUE.sub(lambda found: _name_value(found, names), message)
    return _QUOTED.sub(lambda found: _name_setting(found, names), message)


def _say_what_to_add(message: str, names: _Names) -> str:
    """``Add 'url:' with …`` by what the fields are called."""
    found = _ADD.search(message)
    added = [name for name in _ADDED.findall(found[0]) if name not in _NOT_ADDED] if found else []
    known = list(dict.fromkeys(_list_known(added, names)))
    if found is None or len(known) < len(dict.fromkeys(added)):
        return message
    return f"{message[: found.start()]}Fill in {join_words(known, 'or')}."


def _list_known(added: Iterable[str], names: _Names) -> Iterator[str]:
    for name in added:
        if name in names.labels:
            yield f"“{names.labels[name]}”"
        elif name in PARTS:
            yield PARTS[name]


def _name_kind(found: re.Match[str], names: _Names) -> str:
    label = names.kinds.get(found[2] or found[3])
    if label is None:
        return found[0]
    return f"“{label}”" if found[1] in ("auth", "trigger") else f"a step “{label}”" if found[3] else f"kind “{label}”"


def _name_choices(found: re.Match[str], names: _Names) -> str:
    labels = names.choices.get(found[1], {})
    return f"for '{found[1]}'. Choose one of: {', '.join(labels.get(one, one) for one in found[2].split(', '))}."


def _name_value(found: re.Match[str], names: _Names) -> str:
    label = names.labels.get(found[1])
    return found[0] if label is None else f"“{label}: {names.choices[found[1]].get(found[2], found[2])}”"


def _name_setting(found: re.Match[str], names: _Names) -> str:
    label = names.labels.get(found[1]) or COLUMNS.get(found[1]) or names.steps.get(found[1])
    return f"“{label}”" if label else found[0]
