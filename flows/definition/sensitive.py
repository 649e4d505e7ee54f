"""Which data of a flow are sensitive: declared by ``x-sensitive`` in its schemas and forms, and under ``sensitive:``.

Pure. Knows no values; ``flows.veils`` reads those of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flows.definition.model import JSON, FlowDefinition, Step
from flows.definition.own_forms import with_own_forms
from integrator.lib.sensitive import ANY, Path, cover, find_declared, find_values, is_at_or_below

FORM_KINDS = ("task.assign",)  # whose output has the form's answers as ``data``


@dataclass(frozen=True, kw_only=True)
class SensitivePaths:
    """Paths below ``trigger``, and below each step's output; ``()`` is all of it. Falsy when nothing is sensitive."""

    trigger: tuple[Path, ...] = ()
    steps: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.trigger or self.steps)

    def of_body(self) -> tuple[Path, ...]:
        """Those inside the body that a call brings."""
        return tuple(path[1:] for path in self.trigger if path[:1] == ("body",)) + (((),) if () in self.trigger else ())

    def of_step(self, key: str) -> tuple[Path, ...]:
        """Those inside the output of a step."""
        return self.steps.get(key, ())

    def find_in_trigger(self, trigger: JSON) -> list[JSON]:
        """The sensitive values of ``{body, headers, query, files}``."""
        return find_values(trigger, self.trigger)

    def find_in_output(self, key: str, output: JSON) -> list[JSON]:
        """The sensitive values of one output."""
        return find_values(output, self.of_step(key))

    def cover_trigger(self, trigger: JSON) -> JSON:
        """The trigger's data with what is sensitive covered."""
        return cover(trigger, self.trigger)

    def cover_output(self, key: str, output: JSON) -> JSON:
        """An output with what is sensitive covered."""
        return cover(output, self.of_step(key))

    def list_names(self) -> list[str]:
        """The paths as a flow file writes them, ``trigger.body.iban`` and ``steps.lookup.body.ssn``."""
        names = [join_path(("trigger", *path)) for path in self.trigger]
        return names + [join_path(("steps", key, *path)) for key, paths in self.steps.items() for path in paths]

    def covers(self, path: Path) -> bool:
        """Whether this path (``("trigger", "body", "iban")``) is sensitive as a whole."""
        if path[:1] == ("trigger",):
            return any(is_at_or_below(path[1:], declared) for declared in self.trigger)
        if len(path) > 1 and path[0] == "steps":
            return any(is_at_or_below(path[2:], declared) for declared in self.of_step(path[1]))
        return False


NOTHING_SENSITIVE = SensitivePaths()


def compile_sensitive(definition: FlowDefinition) -> SensitivePaths:
    """This will collect the sensitive paths of a flow; those that lead nowhere are left to the validation."""
    definition = with_own_forms(definition)
    trigger: list[Path] = [("body", *path) for path in _find_in_trigger(definition)]
    steps: dict[str, list[Path]] = {}
    for step in definition.steps.values():
        found = list(_find_in_form(step))
        if found:
            steps[step.key] = found
    for path in map(split_path, definition.sensitive):
        if path[0] == "trigger":
            trigger.append(path[1:])
        elif path[0] == "steps" and len(path) > 1:
            steps.setdefault(path[1], []).append(path[2:])
    if not trigger and not steps:
        return NOTHING_SENSITIVE
    return SensitivePaths(
        trigger=tuple(dict.fromkeys(trigger)), steps={key: tuple(dict.fromkeys(paths)) for key, paths in steps.items()}
    )


def split_path(text: str) -> Path:
    """The parts of a path as written; the empty text is one empty part."""
    return tuple(text.strip().split("."))


def join_path(path: Path) -> str:
    """The path as written."""
    return ".".join(path)


def _find_in_trigger(definition: FlowDefinition) -> Iterator[Path]:
    if definition.trigger is not None:
        for name in ("schema", "form"):
            yield from find_declared(definition.trigger.settings.get(name))


def _find_in_form(step: Step) -> Iterator[Path]:
    if step.kind in FORM_KINDS:
        for path in find_declared(step.settings.get("form")):
            yield ("data", *path)


__all__ = [
    "ANY",
    "NOTHING_SENSITIVE",
    "SensitivePaths",
    "compile_sensitive",
    "join_path",
    "split_path",
]
