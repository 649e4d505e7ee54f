"""A pack's content as JSON and as sections for people. Pure but for the names of people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cases.approval_levels import describe_bound, list_needed, say_amount
from cases.approval_rules import describe_rule, parse_rule
from cases.chains import read_amount_of, read_chain
from cases.models import Approval, Case, Task
from cases.shapes import as_time, describe_case, describe_task
from integrator.events.evidence.document import Section
from integrator.events.evidence.proofs import read_data

Subject = Approval | Task | Case
TURNS = frozenset(
    {
        *("approval.restarted", "approval.approver_added", "approval.withdrawn"),
        *("task.delegated", "task.given_back", "task.reassigned", "task.undone", "task.reopened"),
        *("task.guest_invited", "task.guest_revoked"),
    }
)


def tell_subject(subject: Subject) -> dict[str, Any]:
    """What it is about, as plain JSON, masked as readers see it."""
    if isinstance(subject, Case):
        return {"type": "case", "case": describe_case(subject)}
    if isinstance(subject, Task):
        return {"type": "task", "task": describe_task(subject)}
    return {"type": "approval", "approval": describe_approval(subject)}


def describe_approval(approval: Approval) -> dict[str, Any]:
    """The approval: how it stands, by which rule, who was asked."""
    return {
        "id": str(approval.pk),
        "title": approval.template["title"],
        "state": approval.state,
        "outcome": approval.outcome or None,
        "rule": approval.rule,
        "order": approval.order,
        "amount": approval.amount or None,
        "currency": approval.currency or None,
        "levels": approval.chain,
        "requested_by": approval.requested_by.username if approval.requested_by else None,
        "case": approval.case.number if approval.case else None,
        "run": approval.correlation or None,
        "asked": [
            {
                "approver": entry["ref"],
                "label": entry["label"],
                "veto": entry["veto"],
                "level": entry.get("level") or None,
                "overtaken": bool(entry.get("overtaken")),
            }
            for entry in approval.entries
        ],
        "created_at": as_time(approval.created_at),
        "decided_at": as_time(approval.decided_at),
    }


def list_decisions(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The answers among events of a pack, each with the event it rests on."""
    return [
        {"event": event["id"], "at": event["at"], "data": read_data(event)}
        for event in events
        if event["name"] == "task.decided" and event["payload"] is not None
    ]


def list_turns(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What changed who had to answer or about what, among events of a pack: into other hands, from the start."""
    return [
        {"event": event["id"], "at": event["at"], "name": event["name"], "summary": event["summary"],
         "data": read_data(event)}
        for event in events
        if event["name"] in TURNS
    ]  # fmt: skip


def title_of(subject: Subject) -> str:
    """What it is called, for people."""
    if isinstance(subject, Case):
        return f"{subject.number} {subject.title}"
    return str(subject.template["title"]) if isinstance(subject, Approval) else subject.title


def make_sections(subject: Subject, evidence: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> list[Section]:
    """The document: what was asked of whom, each answer with what was before its giver, and all that happened."""
    return [
        Section(title="What it is about", facts=_facts_of(subject)),
        *(
            [Section(title="Who was asked", paragraphs=list(map(_say_asked, evidence["asked"])))]
            if evidence["asked"]
            else []
        ),
        *[_tell_decision(row) for row in evidence["decisions"]],
        *[_tell_question(row) for row in evidence["questions"]],
        Section(
            title="What happened",
            paragraphs=[
                f"{event['at'][:19].replace('T', ' ')} UTC  {event['summary']}  (event {event['id']}, "
                f"{'seal ' + str(event['seal']) if event['seal'] is not None else 'not yet sealed'})"
                for event in events
            ],
        ),
    ]


def _facts_of(subject: Subject) -> list[tuple[str, str]]:
    if isinstance(subject, Case):
        return [
            ("Case", subject.number),
            ("Title", subject.title),
            ("Type", subject.type.name),
            ("Status", subject.status),
            ("Opened", _say_time(as_time(subject.opened_at))),
            ("Closed", _say_time(as_time(subject.closed_at))),
        ]
    facts = [("Title", title_of(subject)), ("Case", subject.case.number if subject.case else "none")]
    if isinstance(subject, Task):
        return [*facts, ("State", subject.status), ("Answer", subject.outcome or "none yet")]
    levels = list_needed(read_chain(subject), read_amount_of(subject))
    entries = [entry for entry in subject.entries if not entry.get("overtaken")]
    facts += [
        ("State", subject.outcome or subject.state),
        ("Asked for by", str(subject.requested_by) if subject.requested_by else "nobody we know"),
        ("Asked", ", ".join(entry["label"] for entry in entries)),
    ]
    if not subject.amount:
        return [*facts, ("Rule", describe_rule(parse_rule(subject.rule), len(entries)))]
    return [
        *facts,
        ("Amount", say_amount(subject.amount, subject.currency)),
        ("Levels", "; ".join(describe_bound(level, subject.currency) for level in levels)),
    ]


def _tell_decision(row: Mapping[str, Any]) -> Section:
    data = row["data"]
    seen = data.get("seen") or {}
    shown = [(str(one.get("label", "")), _say(one.get("value"))) for one in data.get("show") or []]
    others = [f"{one['by']} {one['outcome']}" for one in seen.get("asked", [])]
    asked = [f"{one['question']} – {_say(one['answer'])} ({one['by']})" for one in seen.get("information", [])]
    files = [f"{one['name']}, SHA-256 {one['sha256']}" for one in seen.get("files", [])]
    case = seen.get("case") or {}
    facts = [
        ("Answered by", _say_who(data)),
        ("When", _say_time(data.get("at"))),
        ("Answer", str(data.get("outcome") or "")),
        ("Comment", str(data.get("comment") or "none")),
        *([("Filled in", _say(data["data"]))] if data.get("data") else []),
        *[(f"Saw: {label}", text) for label, text in shown],
        *([("Saw: case", f"{case.get('number')}, {case.get('status')}")] if case else []),
        *[("Saw: answer", text) for text in others],
        *[("Saw: question", text) for text in asked],
        *[("Saw: file", text) for text in files],
        ("Hash of what was shown", str(data.get("show_sha256") or "")),
        ("Rests on", f"event {row['event']}"),
    ]
    return Section(title=f"{_say_who(data)}: {data.get('outcome')}", facts=facts)


def _tell_question(row: Mapping[str, Any]) -> Section:
    answer = row["answer"]
    facts = [
        ("Asked by", str(row["asked_by"])),
        ("When", _say_time(row["asked_at"])),
        ("Question", row["question"]),
        ("State", row["state"]),
        *([("Answer", _say(answer["comment"] or answer["data"])), ("Answered by", _say_who(row))] if answer else []),
        *([("Withdrawn", row["withdrawn"])] if row["withdrawn"] else []),
        ("Rests on", ", ".join(f"event {number}" for number in row["events"]) or "no event of this pack"),
    ]
    return Section(title=f"Asked back: {row['asked']}", facts=facts)


def _say_asked(row: Mapping[str, Any]) -> str:
    """``Legal (level 2): approved by bo for Lia, 2026-11-19 10:00:00 UTC. Counts no more, it was asked anew.``"""
    level = f" (level {row['level']})" if row["level"] else ""
    answer = f"{row['outcome']} by {_say_who(row)}, {_say_time(row['at'])}" if row["outcome"] else row["state"]
    parts = [
        f"{row['entry'] or row['title']}{level}: {answer}.",
        *([f"It can be undone until {_say_time(row['can_be_undone_until'])}."] if row["can_be_undone_until"] else []),
        *([f"{row['delegated_by']} let {row['with']} prepare it."] if row["delegated_by"] else []),
        *[f"The guest {one['email']} was invited by {one['invited_by'] or 'a flow'}." for one in row["guests"]],
        *([f"Withdrawn: {row['withdrawn']}"] if row["withdrawn"] else []),
        *([] if row["counts"] else ["It counts no more: it was asked anew."]),
    ]
    return " ".join(parts)


def _say_who(data: Mapping[str, Any]) -> str:
    whom = data.get("for")
    return f"{data.get('by')} for {whom}" if whom else str(data.get("by"))


def _say(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _say_time(text: str | None) -> str:
    return f"{text[:19].replace('T', ' ')} UTC" if text else "not yet"
