"""The forms of policies and due dates: what is typed, for the operations to judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from cases.models import CaseType, Priority, SlaPolicy, SlaSubject, TaskKind
from cases.sla.operations.policies import PolicyData
from integrator.lib.working_budget import parse_working
from integrator.people.models import Team

RUNGS = 4
ACTS = (
    ("", "Nothing more"),
    ("tell:assignee", "Tell whoever has it"),
    ("tell:lead", "Tell the team's lead"),
    ("tell:manager", "Tell the lead of the team above"),
    ("reassign:lead", "Give it to the team's lead"),
    ("reassign:manager", "Give it to the lead of the team above"),
    ("raise_priority:", "Raise its priority"),
)


class PolicyForm(forms.Form):
    """A policy; the ladder has rows of a share and an act."""

    name = forms.CharField(max_length=120, label="Name", help_text="Such as Urgent invoices.")
    key = forms.SlugField(
        max_length=60,
        required=False,
        label="Short name",
        help_text="Small letters, digits and -. Left empty, it is made of the name.",
    )
    subject = forms.ChoiceField(choices=SlaSubject.choices, label="For every")
    case_type = forms.ChoiceField(required=False, label="Of case type")
    task_kind = forms.ChoiceField(
        required=False, label="Kind of task", choices=[("", "Work and approvals"), *TaskKind.choices]
    )
    priority = forms.ChoiceField(required=False, label="Priority", choices=[("", "Any"), *Priority.choices])
    team = forms.ChoiceField(required=False, label="Team")
    days = forms.IntegerField(required=False, min_value=0, max_value=365, label="Days")
    hours = forms.IntegerField(required=False, min_value=0, max_value=999, label="Hours")
    minutes = forms.IntegerField(required=False, min_value=0, max_value=59, label="Minutes")
    counts = forms.ChoiceField(
        choices=[("working", "Working time, by the team's calendar"), ("all", "All time, nights and weekends too")],
        label="Counted is",
    )
    warn_percent = forms.IntegerField(
        required=False, min_value=1, max_value=99, label="Warn at per cent", help_text="Empty: no warning."
    )
    reminders = forms.CharField(
        required=False,
        max_length=60,
        label="Remind at per cent",
        help_text="Those who may answer are reminded, such as at 50, 90. Only for tasks; empty: never.",
    )
    waits_for_information = forms.BooleanField(
        required=False, label="The clock stands while somebody is asked for information"
    )
    waiting_statuses = forms.CharField(
        required=False,
        max_length=300,
        label="It also stands while the case has one of these statuses",
        help_text="With commas between them, such as waiting, on hold.",
    )

    def __init__(self, data: QueryDict | None, *, teams: list[Team], everywhere: bool, row: SlaPolicy | None) -> None:
        initial = {"counts": "working", "warn_percent": 75, "reminders": "50, 90", "waits_for_information": True}
        super().__init__(data, initial=initial if row is None else _tell(row))
        types = CaseType.objects.order_by("name", "id")
        self.set_choices("case_type", [("", "Any"), *((each.key, each.name) for each in types)])
        every = [("", "Every team")] if everywhere else []
        self.set_choices("team", [*every, *((team.slug, team.name) for team in teams)])
        self.fields["team"].required = not everywhere
        for number in range(1, RUNGS + 1):
            self.fields[f"rung_{number}_percent"] = forms.IntegerField(
                required=False, min_value=1, max_value=1000, label="At per cent"
            )
            self.fields[f"rung_{number}_act"] = forms.ChoiceField(required=False, choices=ACTS, label="Do this")
        if row is not None:
            del self.fields["key"]

    def set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        """This will fill a field whose choices are rows."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def rungs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The rows of the ladder: share and act."""
        return [(self[f"rung_{at}_percent"], self[f"rung_{at}_act"]) for at in range(1, RUNGS + 1)]

    def clean_reminders(self) -> list[int]:
        """Whole numbers in any order."""
        parts = [part.strip(" %") for part in self.cleaned_data["reminders"].split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
            raise forms.ValidationError("Write shares of the time with commas between them, such as 50, 90.")
        return [int(part) for part in parts]

    def clean(self) -> dict[str, Any]:
        """A rung has a share and an act: one alone would be dropped without a word."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, RUNGS + 1):
            percent, act = f"rung_{number}_percent", f"rung_{number}_act"
            if percent in self.errors or act in self.errors:
                continue
            if given.get(percent) and not given.get(act):
                self.add_error(act, "Choose what is done then, or leave the share empty.")
            if given.get(act) and not given.get(percent):
                self.add_error(percent, "Say at which share.")
        return given

    @property
    def data_given(self) -> PolicyData:
        """What was typed, for the operation; the form is valid."""
        given = self.cleaned_data
        statuses = [part.strip() for part in given["waiting_statuses"].split(",") if part.strip()]
        holds = ["information"] if given["waits_for_information"] else []
        return PolicyData(
            name=given["name"],
            subject=given["subject"],
            budget=self.budget_given,
            is_working_time=given["counts"] == "working",
            case_type=given["case_type"],
            task_kind=given["task_kind"] if given["subject"] == "task" else "",
            priority=given["priority"],
            team=given["team"],
            warn_percent=given["warn_percent"],
            reminders=given["reminders"],
            pause_reasons=[*holds, *(f"status:{status}" for status in statuses)],
            ladder=list(self._read_rungs()),
        )

    @property
    def budget_given(self) -> str:
        """Days, hours and minutes as ISO 8601."""
        days, hours, minutes = (self.cleaned_data.get(name) or 0 for name in ("days", "hours", "minutes"))
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        return "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "") if days or time else "PT0S"

    def _read_rungs(self) -> Iterator[dict[str, Any]]:
        for number in range(1, RUNGS + 1):
            percent, act = self.cleaned_data[f"rung_{number}_percent"], self.cleaned_data[f"rung_{number}_act"]
            if percent and act:
                do, _, to = act.partition(":")
                yield {"percent": percent, "do": do, "to": to}


class DueForm(forms.Form):
    """Another due date for a task, in the reader's zone."""

    due_at = forms.DateTimeField(label="Due", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(max_length=500, label="Why", help_text="Everybody who sees the task reads it.")


class TrialForm(forms.Form):
    """When something would be opened, in the time zone of the calendar."""

    opened = forms.DateTimeField(
        required=False,
        label="Opened",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def get_opened(self) -> datetime | None:
        """The time as it was typed, without a zone."""
        opened: datetime | None = self.cleaned_data.get("opened") if self.is_valid() else None
        return None if opened is None else opened.replace(tzinfo=None)


def _tell(row: SlaPolicy) -> dict[str, Any]:
    statuses = [reason.removeprefix("status:") for reason in row.pause_reasons if reason.startswith("status:")]
    days, rest = parse_working(row.budget) if "W" not in row.budget else (0, None)
    seconds = int(rest.total_seconds()) if rest is not None else 0
    told: dict[str, Any] = {
        "name": row.name,
        "subject": row.subject,
        "case_type": row.case_type.key if row.case_type else "",
        "task_kind": row.task_kind,
        "priority": row.priority,
        "team": row.team.slug if row.team else "",
        "days": days or None,
        "hours": seconds // 3600 or None,
        "minutes": seconds % 3600 // 60 or None,
        "counts": "working" if row.is_working_time else "all",
        "warn_percent": row.warn_percent,
        "reminders": ", ".join(str(each) for each in row.reminders),
        "waits_for_information": "information" in row.pause_reasons,
        "waiting_statuses": ", ".join(statuses),
    }
    for number, rung in enumerate(row.ladder[:RUNGS], start=1):
        told[f"rung_{number}_percent"], told[f"rung_{number}_act"] = rung["percent"], f"{rung['do']}:{rung['to']}"
    return told
