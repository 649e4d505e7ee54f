"""The figures of a report as rows of a file: one sheet a chart. Pure; texts are made safe by who writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from cases.reports.figures import Times
from flows.queries.pages.reports import Report

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Sheet = tuple[list[str], list[list[Any]]]


def _in_hours(length: timedelta | None) -> float | str:
    return "" if length is None else round(length / HOUR, 2)


def _cells(times: Times) -> list[Any]:
    return [times.count, _in_hours(times.median), _in_hours(times.ninth)]


def _sheet_open(report: Report) -> Sheet:
    at = report.scope.until_at
    rows = [
        [
            case.number,
            case.title,
            case.team,
            case.begun_at.isoformat(),
            round(case.last_until(at) / timedelta(days=1), 2),
        ]
        for case in report.open_cases
    ]
    return ["number", "title", "team", "opened at", "age in days"], rows


def _sheet_cycle(report: Report) -> Sheet:
    rows = [[part.slice.since_at.isoformat(), *_cells(part.times)] for part in report.cycles]
    return ["from", "closed", "median hours", "nine in ten within hours"], rows


def _sheet_late(report: Report) -> Sheet:
    rows = [[part.slice.since_at.isoformat(), part.met, part.late, part.late_percent] for part in report.breaches]
    return ["from", "in time", "late", "late %"], rows


def _sheet_steps(report: Report) -> Sheet:
    heads = ["flow", "step", "answered", "median hours", "nine in ten within hours", "waiting", "hours in all"]
    rows = [[line.flow, line.label, *_cells(line.times), line.waiting, _in_hours(line.total)] for line in report.steps]
    return heads, rows


def _sheet_teams(report: Report) -> Sheet:
    heads = ["team", "came in", "answered", "median hours", "nine in ten within hours", "open", "late"]
    rows = [
        [line.name, line.came, line.answered, *_cells(line.times)[1:], line.open, line.late] for line in report.teams
    ]
    return heads, rows


SHEETS: Mapping[str, Callable[[Report], Sheet]] = {
    "open": _sheet_open,
    "cycle": _sheet_cycle,
    "late": _sheet_late,
    "steps": _sheet_steps,
    "teams": _sheet_teams,
}
