"""The outline of a flow as rows for ``components/node_row.html``. Words and places; it judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.definition.kind import Finding, KindSpec
from flows.definition.model import FlowDefinition
from flows.definition.outline import OutlineLine, OutlineLink, outline, outline_trigger
from flows.definition.words import count_of
from flows.registry import kind_specs, trigger_specs


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A way on: ``if approved`` → ``Reply``."""

    words: str
    text: str
    is_error: bool


@dataclass(frozen=True, kw_only=True)
class Note:
    """A remark in the margin."""

    icon: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A fault or hint beside its step. ``level`` is ``error`` or ``warning``."""

    level: str
    text: str


@dataclass(frozen=True, kw_only=True)
class NodeRow:
    """One step as a sentence with what belongs to it."""

    id: str
    icon: str
    is_people: bool
    name: str
    says: str
    branches: tuple[Branch, ...] = ()
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OutlinePage:
    """A whole flow in words; ``problems`` are those that belong to no step."""

    rows: tuple[NodeRow, ...]
    summary: str
    problems: tuple[Problem, ...]


def tell_flow(definition: FlowDefinition, findings: Sequence[Finding] = ()) -> OutlinePage:
    """This will tell the definition row by row, with findings beside their steps."""
    kinds = kind_specs()
    lines = outline(definition, kinds)
    start = outline_trigger(definition, trigger_specs())
    shown = {line.key for line in lines}
    by_step: dict[str, list[Problem]] = {}
    loose: list[Problem] = []
    for finding in findings:
        place = by_step.setdefault(finding.step, []) if finding.step in shown and finding.step else loose
        place.append(Problem(level=finding.severity, text=_place(finding) + finding.message))
    following = [*lines[1:], None]
    rows = [
        _make_row(line, kinds, after, by_step.get(line.key, ())) for line, after in zip(lines, following, strict=True)
    ]
    if start is not None:
        rows.insert(0, NodeRow(id="trigger", icon=start.icon, is_people=False, name="Start", says=f"{start.text}."))
    return OutlinePage(rows=tuple(rows), summary=_count(lines), problems=tuple(loose))


def lower_first(text: str) -> str:
    """``Ask Legal`` after a colon is ``ask Legal``; ``POST to …`` stays."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _place(finding: Finding) -> str:
    line = f"Line {finding.line}. " if finding.line else ""
    return f"{line}{finding.field}: " if finding.field else line


def _make_row(
    line: OutlineLine, kinds: Mapping[str, KindSpec], after: OutlineLine | None, problems: Sequence[Problem]
) -> NodeRow:
    spec = kinds.get(line.kind)
    retry = f"; {line.retry}" if line.retry else ""
    return NodeRow(
        id=line.key,
        icon=line.icon,
        is_people=bool(spec and spec.group == "people"),
        name=line.title,
        says=f"{lower_first(line.text)}{retry}.",
        branches=tuple(_make_branch(link) for link in line.links if not _is_plain(link, line, after)),
        notes=tuple(_make_notes(line)),
        problems=tuple(problems),
    )


def _is_plain(link: OutlineLink, line: OutlineLine, after: OutlineLine | None) -> bool:
    """Whether the link only leads to the very next row, which reading on says already."""
    return after is not None and link.target == after.key and link.text.startswith("then ") and len(line.links) == 1


def _make_branch(link: OutlineLink) -> Branch:
    if link.text.startswith("then "):
        return Branch(words="then", text=f"go on with “{link.text[5:]}”", is_error=link.is_error)
    words, _, target = link.text.partition(": ")
    return Branch(words=words, text=f"go on with “{target}”", is_error=link.is_error)


def _make_notes(line: OutlineLine) -> list[Note]:
    notes = []
    if line.takes_errors:
        notes.append(Note(icon="alert-triangle", text="Takes over when a step fails that has no error path of its own"))
    if line.ends and line.kind != "stop":  # which says so itself
        notes.append(Note(icon="flag", text=line.ends))
    if not line.is_reachable:
        notes.append(Note(icon="bulb", text="No way leads here, so this never runs"))
    if line.is_repeated:
        notes.append(Note(icon="repeat", text="Once for each item"))
    elif line.depth:
        notes.append(Note(icon="arrows-split-2", text="In parallel with the other branches"))
    return notes


def _count(lines: Sequence[OutlineLine]) -> str:
    errors = sum(link.is_error for line in lines for link in line.links)
    paths = f" and {count_of(errors, 'error path')}" if errors else ""
    return f"{count_of(len(lines), 'step')}{paths}"
