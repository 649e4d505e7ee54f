"""A clock and a policy in plain words. Pure; times of day are for the page to say in the reader's zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from cases.sla.marks import Rung, Terms
from cases.sla.policies import Policy, say_criteria
from integrator.lib.clock import ClockError, parse_duration
from integrator.lib.working_budget import parse_working

WHO = {"assignee": "whoever has it", "lead": "the team's lead", "manager": "the lead of the team above"}


def say_length(length: timedelta, *, is_working: bool = True) -> str:
    """``2 h 10 min``, ``3 days``; no day of working time, for nobody knows how long one is."""
    minutes = max(1, int(length.total_seconds() // 60))
    if not is_working and minutes >= 2 * 24 * 60:
        return f"{minutes // 1440} days"
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def say_left(left: timedelta, *, is_working: bool) -> str:
    """``2 h 10 min of working time left``."""
    return f"{say_length(left, is_working=is_working)}{' of working time' if is_working else ''} left"


def say_late(late: timedelta) -> str:
    """``late by 1 day``, by the clock on the wall."""
    days = late.days
    return f"late by {days} day{'' if days == 1 else 's'}" if days else f"late by {say_length(late)}"


def say_paused(reasons: Iterable[str]) -> str:
    """``paused: waiting for the requester``."""
    why = " and ".join(reason for reason in reasons if reason)
    return f"paused: {why}" if why else "paused"


def say_budget(text: str, *, is_working: bool) -> str:
    """``2 working days``, ``6 hours of working time``, ``2 days, nights and weekends too``."""
    try:
        days, rest = parse_working(text) if is_working else (0, parse_duration(text))
    except ClockError:
        return text
    if not is_working:
        days, rest = rest.days, rest - timedelta(days=rest.days)
        return f"{_say_parts(days, 'day', rest)}, nights and weekends too"
    words = _say_parts(days, "working day", rest)
    return words if days and not rest else f"{words} of working time"


def say_policy(policy: Policy) -> str:
    """``An urgent invoice case has 1 working day. At 75 % a warning goes out; at 100 % the team's lead is told.``"""
    subject = say_criteria(policy)
    budget = say_budget(policy.budget, is_working=policy.is_working_time)
    told = _say_marks(policy.terms, policy.subject)
    waits = [_say_pause(reason) for reason in policy.terms.pause_reasons]
    pause = f" The clock stands while {' or '.join(waits)}." if waits else " The clock never stands."
    return f"{subject[0].upper()}{subject[1:]} has {budget}. {told}{pause}"


def say_rung(rung: Rung) -> str:
    """``at 100 % the team's lead is told``."""
    who = WHO.get(rung.to, rung.to)
    done = {"tell": f"{who} is told", "reassign": f"it goes to {who}", "raise_priority": "its priority is raised"}
    return f"at {rung.percent} % {done.get(rung.do, rung.do)}"


def _say_marks(terms: Terms, subject: str) -> str:
    parts: list[str] = []
    if subject == "task" and terms.reminders:
        shares = " and ".join(f"{each} %" for each in terms.reminders)
        parts.append(f"at {shares} those who may answer are reminded")
    if terms.warn_percent is not None:
        parts.append(f"at {terms.warn_percent} % a warning goes out")
    parts += [say_rung(rung) for rung in sorted(terms.ladder, key=lambda each: each.percent)]
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else "Nobody is told before its time is up."


def _say_pause(reason: str) -> str:
    if reason == "information":
        return "somebody is asked for information"
    return f"the case is “{reason.removeprefix('status:')}”"


def _say_parts(days: int, noun: str, rest: timedelta) -> str:
    hours, seconds = divmod(int(rest.total_seconds()), 3600)
    minutes = seconds // 60
    parts = [(days, noun), (hours, "hour"), (minutes, "minute")]
    return " and ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in parts if number) or "no time"
