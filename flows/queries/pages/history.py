"""Events of a case or run as a history for people: icon, tone, who, what, their own words. Pure; reads no table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flows.definition.words import join_words, slug_words
from integrator.events.queries import TimelineRow
from integrator.pages.facts import say_plain

DECISIONS, WORK, CASE, TECHNICAL = "decisions", "work", "case", "technical"
MAX_TEXT = 120


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One line. ``tone`` is a state word or "", ``quote`` somebody's own words, ``topic`` what the filter goes by."""

    at: datetime
    icon: str
    tone: str
    who: str
    text: str
    quote: str
    fine: str
    topic: str


_LOOKS: Mapping[str, tuple[str, str, str]] = {  # event → icon, tone, topic
    "task.created": ("user-plus", "", WORK),
    "task.claimed": ("hand-grab", "", WORK),
    "task.released": ("arrow-back-up", "", WORK),
    "task.reassigned": ("user-share", "", WORK),
    "task.withdrawn": ("ban", "", WORK),
    "task.answered": ("clock", "waiting", DECISIONS),
    "task.undone": ("arrow-back-up", "", DECISIONS),
    "task.delegated": ("user-share", "", WORK),
    "task.given_back": ("arrow-back-up", "", WORK),
    "task.proposed": ("pencil", "", WORK),
    "task.commented": ("message", "", WORK),
    "task.changed": ("edit", "", WORK),
    "task.information_requested": ("message-question", "waiting", WORK),
    "task.information_given": ("message", "completed", WORK),
    "task.information_withdrawn": ("ban", "", WORK),
    "task.reopening_asked": ("rotate-clockwise", "", DECISIONS),
    "task.reopened": ("rotate-clockwise", "", DECISIONS),
    "task.guest_invited": ("user-plus", "", WORK),
    "task.guest_revoked": ("ban", "", WORK),
    "case.commented": ("message", "", WORK),
    "approval.decided": ("checkup-list", "", DECISIONS),
    "approval.restarted": ("arrow-back-up", "waiting", DECISIONS),
    "approval.approver_added": ("user-plus", "", DECISIONS),
    "approval.withdrawn": ("ban", "cancelled", DECISIONS),
    "case.opened": ("briefcase", "", CASE),
    "case.changed": ("edit", "", CASE),
    "case.milestone": ("flag", "completed", CASE),
    "case.closed": ("circle-check", "completed", CASE),
    "case.contributions_asked": ("users-group", "", WORK),
    "case.contributed": ("check", "approved", DECISIONS),
    "case.contribution_repeated": ("copy", "cancelled", WORK),
    "case.contributions_complete": ("checks", "completed", CASE),
    "case.linked": ("link", "", CASE),
    "case.unlinked": ("link", "cancelled", CASE),
    "case.party_added": ("user-plus", "", CASE),
    "case.party_removed": ("user-minus", "cancelled", CASE),
    "case.held": ("lock", "", CASE),
    "case.hold_lifted": ("lock", "cancelled", CASE),
    "file.stored": ("paperclip", "", CASE),
    "alert.sent": ("bell", "", WORK),
    "alert.acknowledged": ("checks", "completed", WORK),
    "delivery.failed": ("mail", "failed", TECHNICAL),
    "request.accepted": ("arrow-bar-to-down", "", TECHNICAL),
    "request.delivered": ("arrow-bar-to-down", "", TECHNICAL),
    "request.joined": ("arrow-bar-to-down", "", CASE),
    "request.ignored": ("arrow-bar-to-down", "cancelled", CASE),
    "message.delivered": ("mail", "completed", TECHNICAL),
    "message.parked": ("mail", "waiting", TECHNICAL),
    "message.late": ("mail", "cancelled", TECHNICAL),
    "message.duplicate": ("copy", "cancelled", TECHNICAL),
    "message.duplicate_differs": ("copy", "cancelled", TECHNICAL),
    "message.expired": ("hourglass", "cancelled", TECHNICAL),
    "run.started": ("player-play", "", TECHNICAL),
    "run.completed": ("circle-check", "completed", TECHNICAL),
    "run.failed": ("x", "failed", TECHNICAL),
    "run.cancelled": ("ban", "cancelled", TECHNICAL),
    "effect.sent": ("send", "", TECHNICAL),
    "effect.confirmed": ("circle-check", "", TECHNICAL),
    "effect.failed": ("alert-triangle", "failed", TECHNICAL),
    "effect.unknown": ("alert-triangle", "incident", TECHNICAL),
    "incident.opened": ("alert-triangle", "incident", TECHNICAL),
    "incident.answered": ("user-check", "", TECHNICAL),
}
_QUOTED = frozenset({"task.decided", "case.contributed"})
_NAMED = frozenset({"task.created", "task.answered", "task.decided", "task.undone", "task.changed"})
_OTHER = ("point", "", TECHNICAL)


def topic_of(name: str) -> str:
    """The topic that events of this name stand under."""
    return DECISIONS if name == "task.decided" else _LOOKS.get(name, _OTHER)[2]


def list_settled(rows: Iterable[TimelineRow]) -> list[int]:
    """The ids of answers that could be undone and count meanwhile, of rows ``task.answered`` and ``task.decided``."""
    listed = list(rows)
    counted = {_name_answer(row.data) for row in listed if row.name == "task.decided"}
    return [row.id for row in listed if row.name == "task.answered" and _name_answer(row.data) in counted]


def tell_history(rows: Iterable[TimelineRow], *, about: str = "") -> list[HistoryEntry]:
    """The rows, newest first. An answer that could be undone is left out once it counts: that is a row of its own.

    ``about`` is the title of the page: what bears it is not named again.
    """
    listed = sorted(rows, key=lambda row: row.id, reverse=True)
    counted = {_name_answer(row.data) for row in listed if row.name == "task.decided"}
    told = [row for row in listed if row.name != "task.answered" or _name_answer(row.data) not in counted]
    return [_name_task(_tell(row), row, about) for row in told]


def _name_answer(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(data.get(name) for name in ("origin", "approver", "at"))


def _tell(row: TimelineRow) -> HistoryEntry:
    icon, tone, topic = _LOOKS.get(row.name, _OTHER)
    if row.name == "task.decided":
        icon, tone, topic = *_look_of_decision(row.data), DECISIONS
    if row.name == "approval.decided":
        tone = str(row.data.get("outcome") or "")
    who, text = _split(row)
    teller = _TELLERS.get(row.name)
    if teller:
        who, text = teller(row, who, text)
    return HistoryEntry(
        at=row.at,
        icon=icon,
        tone=tone,
        who=who,
        text=text,
        quote=str(row.data.get("comment") or "") if row.name in _QUOTED else "",
        fine=_say_changes(row),
        topic=topic,
    )


def _name_task(entry: HistoryEntry, row: TimelineRow, about: str) -> HistoryEntry:
    """The same with the task's title in small print, where the words do not have it and the page is about another."""
    title = str(row.data.get("title") or "")
    if row.name not in _NAMED or not title or title == about:
        return entry
    return replace(entry, fine=f"“{title}”")


def _look_of_decision(data: Mapping[str, Any]) -> tuple[str, str]:
    if data.get("kind") == "approve" and data.get("outcome") == "rejected":
        return "x", "rejected"
    return "check", "approved"


def _split(row: TimelineRow) -> tuple[str, str]:
    """Who and what, where the sentence begins with who did it."""
    before, found, after = row.summary.partition(f"{row.actor} ")
    return (row.actor, after) if found and not before else ("", row.summary)


def _tell_decision(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    outcome = str(row.data.get("outcome") or "")
    said = outcome if row.data.get("kind") == "approve" else f"answered “{outcome.replace('_', ' ')}”"
    asked = row.data.get("for")
    return _name_decider(row), f"{said} for {asked}" if asked else said


def _tell_answer(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    who, said = _tell_decision(row, who, text)
    return who, f"{said}, which can be undone for some seconds"


def _name_decider(row: TimelineRow) -> str:
    """Guests bear their address, as in the log."""
    before, _, address = str(row.data.get("by") or "").partition(":")
    return f"Guest {address}" if before == "guest" and address else row.actor


def _tell_created(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    entry, to = row.data.get("entry"), row.data.get("to")
    if entry:
        return str(entry), "was asked"
    refs = [str(ref) for ref in to] if isinstance(to, list) else []
    who = join_words([_name_ref(ref, row.names) for ref in refs], "or")
    return (who, "was asked") if refs else ("", text)


def _name_ref(ref: str, names: Mapping[str, str]) -> str:
    _, found, slug = ref.rpartition("team:")
    return slug_words(slug) if found else names.get(ref) or ref.removeprefix("guest:")


def _tell_task_change(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    if list(row.changes) == ["follow_up_at"]:
        is_noted = row.changes["follow_up_at"][1] is not None
        return row.actor, "noted when to look at a task again" if is_noted else "will not look at a task again"
    return who, text


def _tell_approval(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    return "", f"The answer is final: {row.data.get('outcome') or 'decided'}"


def _tell_withdrawn(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    entry, reason = row.data.get("entry"), str(row.data.get("reason") or "")
    return (str(entry), f"need not answer any more. {reason}".strip()) if entry else ("", text)


def _tell_contribution(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    return row.actor, f"contributed for {row.data.get('title') or 'the case'}"


def _tell_asked(row: TimelineRow, who: str, text: str) -> tuple[str, str]:
    titles = row.data.get("titles")
    names = [str(title) for title in titles] if isinstance(titles, list) else []
    return "", f"{join_words(names)} {'was' if len(names) == 1 else 'were'} asked to contribute" if names else text


_TELLERS: Mapping[str, Callable[[TimelineRow, str, str], tuple[str, str]]] = {
    "task.answered": _tell_answer,
    "task.changed": _tell_task_change,
    "task.decided": _tell_decision,
    "task.created": _tell_created,
    "task.withdrawn": _tell_withdrawn,
    "approval.decided": _tell_approval,
    "case.contributed": _tell_contribution,
    "case.contributions_asked": _tell_asked,
}


def _say_changes(row: TimelineRow) -> str:
    if row.name != "case.changed":
        return ""
    return " · ".join(
        f"{name.removeprefix('data.')}: {_say_value(name, old, row.names)} → {_say_value(name, new, row.names)}"
        for name, (old, new) in row.changes.items()
    )


def _say_value(name: str, value: Any, names: Mapping[str, str]) -> str:
    """A value of a case: people and teams by their names, numbers as on the page."""
    if name == "owner" and isinstance(value, str):
        value = names.get(value, value)
    elif name == "team" and isinstance(value, str) and value:
        value = slug_words(value)
    return _short(value)


def _short(value: Any) -> str:
    if value is None or value == "":
        return "none"
    text = ("yes" if value else "no") if isinstance(value, bool) else say_plain(value)
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " …"
