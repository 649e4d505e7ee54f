"""A sample as one zip: a pack for each drawn event, what was drawn and how, and a signed manifest. Writes nothing."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.evidence.building import write_pack
from cases.evidence.gathering import Subject, case_of, name_subject
from cases.models import Approval, AuditSample, Case, SamplePacks, Task
from cases.sampling import METHOD
from integrator.events.evidence.document import Section, make_pdf
from integrator.events.evidence.packing import About, PackWriter, make_pack, write_json
from integrator.events.evidence.proofs import FORMAT, prove_events
from integrator.events.evidence.trees import SealTrees
from integrator.events.models import Event
from integrator.lib.clock import to_rfc3339

NEIGHBOURS = 200
_KINDS = ("case", "approval", "task")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A drawn event and its pack: at ``path``, None where its reader may not open the ``case`` that it is about."""

    event: Event
    path: str | None
    case: Case | None


def plan_packs(sample: AuditSample, *, openable: Callable[[Collection[int]], Collection[int]]) -> list[Planned]:
    """The drawn events in their order in the log. ``openable``: which of these confidential cases may be opened."""
    events = list(Event.objects.filter(id__in=sample.event_ids).order_by("id"))
    subjects = find_subjects(events)
    cases = {event.id: case_of(subjects[event.id]) for event in events if event.id in subjects}
    confidential = {case.pk for case in cases.values() if case is not None and case.confidential}
    closed = confidential - set(openable(confidential)) if confidential else set()
    planned = []
    for event in events:
        case, subject = cases.get(event.id), subjects.get(event.id)
        name = "-".join(name_subject(subject)) if subject is not None else f"event-{event.id}"
        is_open = case is None or case.pk not in closed
        planned.append(Planned(event=event, path=f"packs/{name}.zip" if is_open else None, case=case))
    return planned


def tell_item(planned: Planned) -> dict[str, Any]:
    """A drawn event as sample.json tells it."""
    event = planned.event
    return {"event": event.id, "at": event.at.isoformat(), "name": event.name, "pack": planned.path}


def stream_packs(packs: SamplePacks, contents: Mapping[str, Callable[[], Iterator[bytes]]]) -> Iterator[bytes]:
    """The zip piece by piece, one pack in memory at a time: ``contents`` are the packs by path, then how it was drawn.

    Of an event whose pack is not among them, ``fault`` says why.
    """
    sample, out = packs.sample, _Pipe()
    title = f"Sample of {len(sample.event_ids)} out of {sample.population} events, seed {sample.seed}"
    writer = PackWriter(out, About(kind="sample", title=title, made_at=packs.asked_at))
    for path, read in contents.items():
        writer.add(path, read())
        yield out.take()
    writer.add("sample.json", write_json(_tell(packs, contents)))
    writer.close()
    yield out.take()


def find_subject(event: Event) -> Subject | None:
    """The approval, task (its approval, if it has one) or case that an event is about; None for anything else."""
    return find_subjects([event]).get(event.id)


def find_subjects(events: Sequence[Event]) -> dict[int, Subject]:
    """The same for many, by the event's id; those about anything else are not in it. Three queries at most."""
    keys = {kind: {event.subject_id for event in events if event.subject_type == kind} for kind in _KINDS}
    found: dict[tuple[str, str], Subject] = {}
    if keys["case"]:
        cases = Case.objects.select_related("type", "team", "owner").filter(number__in=keys["case"])
        found |= {("case", case.number): case for case in cases}
    if ids := _read_ids(keys["approval"]):
        approvals = Approval.objects.select_related("case", "requested_by").filter(pk__in=ids)
        found |= {("approval", str(approval.pk)): approval for approval in approvals}
    if ids := _read_ids(keys["task"]):
        tasks = Task.objects.select_related("case", "approval__case", "approval__requested_by").filter(pk__in=ids)
        found |= {("task", str(task.pk)): task.approval or task for task in tasks}
    by_event = {event.id: found.get((event.subject_type, event.subject_id)) for event in events}
    return {event_id: subject for event_id, subject in by_event.items() if subject is not None}


def _read_ids(texts: Collection[str]) -> list[uuid.UUID]:
    ids = []
    for text in texts:
        with suppress(ValueError):  # an id of something else
            ids.append(uuid.UUID(text))
    return ids


def build_pack_about(event: Event, *, made_by: str, now: datetime, trees: SealTrees) -> bytes:
    """This will give the pack of what an event is about, or of the event itself."""
    subject = find_subject(event)
    if subject is None:
        return build_event_pack(event, made_by=made_by, now=now, trees=trees)
    out = io.BytesIO()
    write_pack(out, subject, made_by=made_by, now=now, trees=trees)
    return out.getvalue()


def build_event_pack(event: Event, *, made_by: str, now: datetime, trees: SealTrees | None = None) -> bytes:
    """This will give the pack of an event about anything else: it, and what else happened to its subject until then."""
    same = Event.objects.filter(subject_type=event.subject_type, subject_id=event.subject_id, id__lte=event.id)
    ids = list(same.order_by("-id").values_list("id", flat=True)[:NEIGHBOURS])
    proven = prove_events(Event.objects.filter(id__in=ids), trees)
    told = proven.events[-1]
    evidence = {
        "format": FORMAT,
        "title": told["summary"],
        "made_at": to_rfc3339(now),
        "made_by": made_by,
        "about": {"type": "event", "event": event.id},
        "decisions": [],
        "files": [],
        "events": len(proven.events),
        "not_yet_sealed": proven.unsealed_count,
    }
    lines = [f"{one['at'][:19].replace('T', ' ')} UTC  {one['summary']}  (event {one['id']})" for one in proven.events]
    pdf = make_pdf(
        title=told["summary"],
        subtitle=f"Evidence pack made {to_rfc3339(now)} by {made_by}",
        sections=[Section(title="What happened", paragraphs=lines)],
        made_at=now,
    )
    files = {
        "evidence.json": write_json(evidence),
        "events.json": write_json({"events": proven.events}),
        "seals.json": write_json(proven.seals),
        "evidence.pdf": pdf,
    }
    return make_pack(files, About(kind="event", title=told["summary"], made_at=now))


def _tell(packs: SamplePacks, made: Collection[str]) -> dict[str, Any]:
    sample = packs.sample
    faults = dict(packs.parts.exclude(fault="").values_list("path", "fault"))
    items = [
        item if item["pack"] is None or item["pack"] in made else {**item, "pack": None, "fault": faults[item["pack"]]}
        for item in packs.items
    ]
    return {
        "format": FORMAT,
        "id": str(sample.pk),
        "seed": sample.seed,
        "method": METHOD,
        "search": sample.search,
        "head": sample.head_id,
        "population": sample.population,
        "drawn_at": to_rfc3339(sample.drawn_at),
        "drawn_by": str(sample.drawn_by) if sample.drawn_by else None,
        "made_at": to_rfc3339(packs.asked_at),
        "items": items,
    }


class _Pipe(io.RawIOBase):
    """A file that cannot seek, from which what was written is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
