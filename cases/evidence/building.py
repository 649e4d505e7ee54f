"""Puts a pack together: evidence.json and .pdf, events.json, seals.json, the files that were shown, the manifest."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from cases.evidence.asking import tell_asked, tell_questions
from cases.evidence.gathering import Subject, gather_asked, list_events_of, name_subject, stream_files
from cases.evidence.telling import list_decisions, list_turns, make_sections, tell_subject, title_of
from integrator.events.evidence.document import make_pdf
from integrator.events.evidence.packing import About, PackWriter, write_json
from integrator.events.evidence.proofs import FORMAT, prove_events
from integrator.events.evidence.trees import SealTrees
from integrator.lib.clock import to_rfc3339


def build_pack(subject: Subject, *, made_by: str, now: datetime, with_case: bool = True) -> bytes:
    """This will give the zip about an approval, a task or a case. Reads the events, their seals and the files shown.

    ``with_case`` False leaves the case's own events out of an approval's: for readers who may not open the case.
    """
    out = io.BytesIO()
    write_pack(out, subject, made_by=made_by, now=now, with_case=with_case)
    return out.getvalue()


def write_pack(
    out: IO[bytes],
    subject: Subject,
    *,
    made_by: str,
    now: datetime,
    with_case: bool = True,
    trees: SealTrees | None = None,
) -> None:
    """The same into a file; who makes several packs gives the same ``trees`` each time."""
    asked = gather_asked(subject)
    proven = prove_events(list_events_of(subject, asked, with_case=with_case), trees)
    decisions = list_decisions(proven.events)
    kind, ident = name_subject(subject)
    title = title_of(subject)
    writer = PackWriter(out, About(kind=kind, title=title, made_at=now, more={"subject": {"type": kind, "id": ident}}))
    files = []
    for facts, content in stream_files(decisions):
        path = f"files/{facts['sha256']}" if content is not None else None
        if path is not None and content is not None:
            writer.add(path, content)
        files.append({**facts, "path": path})
    evidence: Mapping[str, Any] = {
        "format": FORMAT,
        "title": title,
        "made_at": to_rfc3339(now),
        "made_by": made_by,
        "about": tell_subject(subject),
        "decisions": decisions,
        "asked": tell_asked(asked.tasks),
        "questions": tell_questions(asked.questions, proven.events),
        "turns": list_turns(proven.events),
        "files": files,
        "events": len(proven.events),
        "not_yet_sealed": proven.unsealed_count,
    }
    writer.add("evidence.json", write_json(evidence))
    writer.add("events.json", write_json({"events": proven.events}))
    writer.add("seals.json", write_json(proven.seals))
    writer.add("evidence.pdf", _make_pdf(subject, evidence, proven.events, now))
    writer.close()


def _make_pdf(subject: Subject, evidence: Mapping[str, Any], events: list[dict[str, Any]], now: datetime) -> bytes:
    waiting = evidence["not_yet_sealed"]
    state = f"{waiting} of {len(events)} events not yet sealed" if waiting else f"all {len(events)} events sealed"
    subtitle = (
        f"Evidence pack made {to_rfc3339(now)[:19].replace('T', ' ')} UTC by {evidence['made_by']}; {state}. "
        "Check it with: manage.py verify_evidence FILE --public-key KEY"
    )
    sections = make_sections(subject, evidence, events)
    return make_pdf(title=str(evidence["title"]), subtitle=subtitle, sections=sections, made_at=now)
