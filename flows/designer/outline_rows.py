"""A draft as rows of sentences for the outline's page: pieces to open, ways on, remarks. It reads definitions alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.definition.kind import Finding, KindSpec, Setting
from flows.definition.mending import Mend, mend_of
from flows.definition.model import JSON, FlowDefinition, Step
from flows.definition.outline import OutlineLine, outline, retry_words
from flows.definition.references import name_people
from flows.definition.sentences import ALL_SETTINGS, Segments, tell_step, tell_trigger, unsaid
from flows.definition.trigger import TriggerSpec
from flows.definition.words import count_of
from flows.designer.finding_words import say_finding
from flows.designer.ways import Way, list_exits, list_ways

TRIGGER, FLOW = "trigger", "flow"
RETRY_FIELDS = ("max_attempts", "first_delay_s", "factor", "max_delay_s")
RETRIES: list[dict[str, JSON]] = [
    {"value": None, "words": "once", "help": "What fails is an incident, or goes the error path, at once"},
    *(
        {
            "value": dict(zip(RETRY_FIELDS, (tries, 1, 2, 300), strict=True)),
            "words": f"{tries} times, waiting 1 second and then double",
            "help": "For failures that pass by themselves",
        }
        for tries in (3, 5, 10)
    ),
]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Words, or a choice: ``id`` is its element's, ``setting`` what it opens, ``options`` as plain JSON."""

    text: str
    id: str = ""
    setting: str = ""
    options: list[dict[str, JSON]]
    value: JSON = None
    path: tuple[str, ...] = ()
    label: str = ""
    is_data: bool = False
    is_missing: bool = False
    is_wrong: bool = False

    @property
    def options_json(self) -> str:
        """The options for the page's script."""
        return json.dumps(self.options)

    @property
    def options_id(self) -> str:
        """The name under which the page holds the options, once for all rows that offer the same."""
        return hashlib.sha256(self.options_json.encode()).hexdigest()[:12]

    @property
    def path_json(self) -> str:
        """Where the edit puts a value, for the page's script."""
        return json.dumps(self.path or ("with", self.setting))

    @property
    def value_json(self) -> str:
        """What is set now, for the page's script."""
        return json.dumps(self.value)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A line in the margin; a problem with a ``mend`` offers it."""

    icon: str
    text: str
    tone: str = ""
    mend: Mend | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One step, or what starts the flow. ``exits`` are (port, words); ``links`` are as written."""

    key: str
    title: str
    icon: str
    kind: str
    kind_label: str
    is_people: bool = False
    depth: int = 0
    pieces: tuple[Piece, ...]
    ways: tuple[Way, ...] = ()
    exits: tuple[tuple[str, str], ...] = ()
    links: Mapping[str, str]
    unsaid: tuple[Setting, ...] = ()
    remarks: tuple[Remark, ...] = ()
    group: str = ""
    names_ports: str = ""
    is_new: bool = True

    @property
    def is_step(self) -> bool:
        """Whether it is a step rather than what starts the flow."""
        return self.key != TRIGGER

    @property
    def links_json(self) -> str:
        """The links by port, for the page's script."""
        return json.dumps(dict(self.links))

    @property
    def also(self) -> str:
        """The settings that the sentence leaves unsaid, by name, for the page's script."""
        return " ".join(setting.name for setting in self.unsaid)

    @property
    def exits_json(self) -> str:
        """The ports with their words, for the page's script."""
        return json.dumps(self.exits)

    @property
    def spoken(self) -> str:
        """The whole row for ears: name, kind, sentence, ways on, problems."""
        says = "".join(piece.text for piece in self.pieces)
        ways = ". ".join(way.spoken for way in self.ways)
        faults = sum(bool(remark.tone) for remark in self.remarks)
        parts = [f"{self.title}, {self.kind_label}", says, ways, count_of(faults, "problem") if faults else ""]
        return ". ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class OutlinePage:
    """The whole flow: rows in reading order, remarks that belong to no step, notes, and how much there is."""

    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]
    notes: tuple[tuple[str, str], ...]
    summary: str

    @property
    def shared(self) -> dict[str, Any]:
        """``{options: {id: […]}, settings: {kind: {name: title}}}``: what rows would repeat, for the page's script."""
        pieces = [piece for row in self.rows for piece in row.pieces if piece.options]
        titles: dict[str, dict[str, str]] = {}
        for row in self.rows:
            if row.is_step and row.unsaid:
                titles.setdefault(row.kind, {}).update({setting.name: setting.title for setting in row.unsaid})
        return {"options": {piece.options_id: piece.options for piece in pieces}, "settings": titles}


@dataclass(frozen=True, kw_only=True)
class Around:
    """What is known beside a draft: the keys of its steps that are live, remarks by step, what people are called."""

    published: Collection[str] = ()
    facts: Mapping[str, Sequence[Remark]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def make_page(
    definition: FlowDefinition,
    findings: Sequence[Finding],
    kinds: Mapping[str, KindSpec],
    triggers: Mapping[str, TriggerSpec],
    around: Around | None = None,
) -> OutlinePage:
    """This will tell the draft row by row."""
    around = around or Around()
    said = name_people(definition, around.names, kinds)
    lines = outline(said, kinds)
    by_place: dict[str, list[Finding]] = {}
    keys = {line.key for line in lines} | {TRIGGER}
    for finding in findings:
        by_place.setdefault(_place_of(finding, keys), []).append(finding)
    maker = _RowMaker(
        definition=definition,
        said=said,
        kinds=kinds,
        triggers=triggers,
        titles={line.key: line.title for line in lines},
        groups=_groups(definition),
        findings=by_place,
        around=around,
    )
    followers = [*(line.key for line in lines[1:]), ""]
    rows = [maker.step_row(line, follower) for line, follower in zip(lines, followers, strict=True)] if lines else []
    errors = sum("error" in step.links for step in definition.steps.values())
    paths = f" and {count_of(errors, 'error path')}" if errors else ""
    return OutlinePage(
        rows=(maker.trigger_row(), *rows),
        remarks=tuple(maker.problems_of(FLOW)),
        notes=_list_notes(definition),
        summary=f"{count_of(len(lines), 'step')}{paths} · the same flow as on the canvas, in words",
    )


@dataclass(frozen=True, kw_only=True)
class _RowMaker:
    """What the rows of one flow have in common."""

    definition: FlowDefinition
    said: FlowDefinition  # the same with people by their names
    kinds: Mapping[str, KindSpec]
    triggers: Mapping[str, TriggerSpec]
    titles: Mapping[str, str]
    groups: Mapping[str, str]
    findings: Mapping[str, Sequence[Finding]]
    around: Around

    def step_row(self, line: OutlineLine, follower: str) -> Row:
        """The row of a step; ``follower`` is the key of the one below it, "" for the last."""
        step, spec = self.definition.steps[line.key], self.kinds.get(line.kind)
        found = self.findings.get(line.key, ())
        told = tell_step(self.said.steps[line.key], spec) if spec else ()
        settings = spec.settings if spec else ()
        return Row(
            key=line.key,
            title=line.title,
            icon=line.icon,
            kind=line.kind,
            kind_label=line.kind_label,
            is_people=bool(spec and spec.group == "people"),
            depth=min(line.depth, 4),
            pieces=(*_pieces(line.key, told, step.settings, settings, found), *tell_retry(step, spec)),
            ways=list_ways(step, spec, self.titles, follower),
            exits=list_exits(step, spec),
            links=dict(step.links),
            unsaid=unsaid(told, settings) if spec and not spec.open_settings else (),
            remarks=(*self.problems_of(line.key), *self.around.facts.get(line.key, ()), *_notes(line)),
            group=self.groups.get(line.key, ""),
            names_ports=_names_ports(spec),
            is_new=line.key not in self.around.published,
        )

    def trigger_row(self) -> Row:
        """The first row: what starts the flow, or that nothing does yet."""
        trigger, start = self.definition.trigger, self.definition.start
        links = {"next": start} if start in self.titles else {}
        spec = self.triggers.get(trigger.kind) if trigger else None
        told = tell_trigger(trigger.settings, spec) if trigger and spec else ()
        settings = spec.settings if spec else ()
        values = trigger.settings if trigger else {}
        pieces = _pieces(TRIGGER, told, values, settings, self.findings.get(TRIGGER, ()))
        if not pieces:
            text = f"Unknown trigger “{trigger.kind}”" if trigger else "Nothing starts this flow yet"
            pieces = (_nothing_starts(text),)
        return Row(
            key=TRIGGER,
            title="Start",
            icon=spec.icon if spec else "player-play",
            kind=trigger.kind if trigger else "",
            kind_label=spec.label if spec else "Start",
            pieces=pieces,
            ways=list_ways(Step(key=TRIGGER, kind="", links=links), None, self.titles, next(iter(self.titles), "")),
            exits=(("next", "then"),),
            links=links,
            unsaid=unsaid(told, settings),
            remarks=(*self.problems_of(TRIGGER), *self.around.facts.get(TRIGGER, ())),
        )

    def problems_of(self, place: str) -> list[Remark]:
        """What is to be said of a step, of what starts the flow, or of the flow."""
        return [
            Remark(
                icon="alert-triangle" if finding.severity == "error" else "bulb",
                text=say_finding(finding, self.definition, self.kinds, self.triggers),
                tone="is-incident" if finding.severity == "error" else "is-draft",
                mend=mend_of(finding, self.definition, self.kinds),
            )
            for finding in self.findings.get(place, ())
        ]


def _nothing_starts(text: str) -> Piece:
    return Piece(
        text=text, id="choice-trigger-kind", setting="kind", options=[], is_missing=True, label="What starts it"
    )


def _place_of(finding: Finding, keys: Collection[str]) -> str:
    if finding.step in keys and finding.step is not None:
        return finding.step
    path = finding.details.get("path") or [""]
    return TRIGGER if path[0] == TRIGGER else FLOW


def _pieces(
    key: str,
    told: Segments,
    settings: Mapping[str, JSON],
    known: Sequence[Setting],
    findings: Sequence[Finding],
) -> tuple[Piece, ...]:
    labels = {setting.name: setting.title for setting in known} | {ALL_SETTINGS: "Fields"}
    wrong = {_setting_of(finding) for finding in findings}
    pieces: list[Piece] = []
    for segment in told:
        options: list[dict[str, Any]] = [
            {"value": option.value, "words": option.words, "help": option.help} for option in segment.options
        ]
        pieces.append(
            Piece(
                text=segment.text,
                id=f"choice-{key}-{segment.setting}" if segment.setting else "",
                setting=segment.setting,
                options=options,
                value=settings.get(segment.setting),
                label=labels.get(segment.setting, ""),
                is_data=segment.is_data,
                is_missing=segment.is_missing,
                is_wrong=bool(segment.setting) and segment.setting in wrong,
            )
        )
    return tuple(pieces)


def tell_retry(step: Step, spec: KindSpec | None) -> tuple[Piece, ...]:
    """``; it is tried [5 times, …]`` behind the sentence of a step whose failures may pass; else nothing."""
    policy = step.retry
    if spec is None or not (policy or spec.may_pass or spec.family == "outside"):
        return ()
    value: dict[str, JSON] | None = None
    if policy is not None:
        value = dict(
            zip(
                RETRY_FIELDS,
                (policy.max_attempts, policy.first_delay_s, policy.factor, policy.max_delay_s),
                strict=True,
            )
        )
    words = retry_words(policy)
    choice = Piece(
        text=words or "once",
        id=f"choice-{step.key}--retry",
        setting="retry",
        path=("retry",),
        options=RETRIES,
        value=value,
        label="How often it is tried",
    )
    return Piece(text="; it is tried ", options=[]), choice


def _setting_of(finding: Finding) -> str:
    path = finding.details.get("path") or []
    if path[:1] == [TRIGGER]:
        return str(path[1]) if len(path) > 1 else ""
    return str(path[3]) if len(path) > 3 and path[2] == "with" else ""


def _notes(line: OutlineLine) -> list[Remark]:
    notes = []
    if line.takes_errors:
        notes.append(
            Remark(icon="alert-triangle", text="Takes over when a step fails that has no error path of its own")
        )
    if line.ends and line.kind != "stop":
        notes.append(Remark(icon="flag", text=line.ends))
    if line.is_repeated:
        notes.append(Remark(icon="repeat", text="Once for each item"))
    elif line.depth:
        notes.append(Remark(icon="arrows-split-2", text="In parallel with the other branches"))
    return notes


def _groups(definition: FlowDefinition) -> dict[str, str]:
    """The title of each group at the first of its steps."""
    layout = definition.layout if isinstance(definition.layout, dict) else {}
    groups = layout.get("groups")
    found: dict[str, str] = {}
    for group in (groups if isinstance(groups, dict) else {}).values():
        steps = group.get("steps") if isinstance(group, dict) else None
        first = next((key for key in definition.steps if isinstance(steps, list) and key in steps), None)
        if first is not None:
            found[first] = str(group.get("title") or "Group")
    return found


def _list_notes(definition: FlowDefinition) -> tuple[tuple[str, str], ...]:
    notes = definition.notes if isinstance(definition.notes, dict) else {}
    return tuple((str(key), str(note.get("text") or "")) for key, note in notes.items() if isinstance(note, dict))


def _names_ports(spec: KindSpec | None) -> str:
    """How a new port is named: ``free`` (any name), ``cases``, ``names`` (a setting has them) or "" (it cannot)."""
    if spec is None:
        return ""
    if spec.free_ports:
        return "free"
    return next((setting.type for setting in spec.settings if setting.type in ("cases", "names")), "")
