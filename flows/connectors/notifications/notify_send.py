"""The kind ``notify.send``: tells people something; the run goes on at once.

Who is meant is found when the step runs, and whoever is unknown fails it by name; the alert and its deliveries are
written when the run lands. Errors: ``alert.*`` of ``notifications.errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flows.connectors.directory import directory_of
from flows.definition.kind import Advance, KindSpec, Outcome, Setting, StepCall, StepError, WriteContext
from flows.definition.model import JSON, Step
from flows.definition.phrases import audience_words, data_words
from flows.definition.sentences import Segments, choice, given, options_of, tell
from integrator.events.actors import SYSTEM
from integrator.lib.ids import new_uuid
from notifications.errors import AlertError, AlertInvalid
from notifications.operations import NewAlert, send_alert_in
from notifications.shapes import check_body, check_link, check_severity, check_title

GENERAL = "general"  # the type of an alert that names none
SEVERITIES = ("info", "warning", "critical")
_SEVERITY_WORDS = {"warning": " with a warning", "critical": " that something critical happened"}


def _describe(step: Step) -> str:
    settings = step.settings
    title = f": “{data_words(settings['title'])}”" if settings.get("title") else ""
    severity = settings.get("severity")
    urgent = _SEVERITY_WORDS.get(severity, "") if isinstance(severity, str) else ""
    return f"Tell {audience_words(settings.get('to'))}{urgent}{title}"


_SEVERITIES = options_of(
    ("info", "for information"),
    ("warning", "as a warning", "It asks to be acknowledged"),
    ("critical", "as critical", "It asks to be acknowledged"),
)


def _tell(step: Step) -> Segments:
    settings = step.settings
    return tell(
        "tell {to} “{title}” {severity}{body}{link}{alert}",
        to=choice("to", settings, words=audience_words(settings.get("to")), missing="nobody yet"),
        title=choice("title", settings, missing="nothing yet"),
        severity=choice("severity", settings, missing="for information", options=_SEVERITIES),
        body=given(", saying {it}", "body", settings),
        link=given(", leading to {it}", "link", settings),
        alert=given(", of the type {it}", "alert", settings),
    )


NOTIFY_SEND_SPEC = KindSpec(
    key="notify.send", label="Alert", group="people", icon="bell", family="local", describe=_describe,
    summary="to people or teams", sentence=_tell,
    settings=(
        Setting(name="to", type="people", label="For", required=True, sample=["team:finance"], whole_teams=True,
                help="People, or everybody of a team (`team:finance`)."),
        Setting(name="alert", type="text", label="Type", sample="erp-down", names="alert_type", advanced=True,
                help="The type of alert; an unknown one is made when the flow is published. Without one: general."),
        Setting(name="title", type="text", label="Title", required=True, sample="= 'Late: ' & trigger.body.title",
                help="What people read first. At most 500 characters."),
        Setting(name="body", type="text", label="Text", lines=3, sample="= trigger.body.details",
                help="What there is to say, as plain text."),
        Setting(name="link", type="text", label="Link", advanced=True, sample="= trigger.body.url",
                help="Where the alert leads; without one to the case of the run."),
        Setting(name="severity", type="choice", label="Severity", choices=SEVERITIES, sample="warning",
                labels={name: name.capitalize() for name in SEVERITIES}, otherwise="info",
                help="A warning and what is critical ask to be acknowledged."),
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NotifySend:
    """Checks and finds the people now; the write lands with the run. The output is the alert's id and how many."""

    spec: KindSpec

    def execute(self, call: StepCall) -> Outcome:
        """Everything that can fail fails here. Raises StepError."""
        try:
            new = _read(call)
        except AlertError as error:
            raise StepError(error.code, error.message, details=error.details) from error
        output: dict[str, JSON] = {"alert": str(new.alert_id), "people": len(new.people)}
        return Advance(output=output, writes=(partial(_write, new),))

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Never called: this kind does not wait."""
        raise StepError("alert.not_waiting", f"{step.title} does not wait, so there is nothing to go on with.")


def _read(call: StepCall) -> NewAlert:
    settings, run = call.settings, call.run
    return NewAlert(
        alert_id=new_uuid(),
        type_key=_existing_type(settings.get("alert"), call),
        title=check_title(settings.get("title")),
        body=check_body(settings.get("body")),
        link=check_link(settings.get("link")) or (f"/cases/{run.case['number']}/" if run.case else ""),
        severity=check_severity(settings.get("severity")),
        people=directory_of(call).find_audience(settings.get("to")),
        team_id=run.team_id,
        correlation=str(run.run_id),
    )


def _existing_type(value: JSON, call: StepCall) -> str:
    key = GENERAL if value is None or value == "" else value
    if not isinstance(key, str) or "\x00" in key or not directory_of(call).has_alert_type(key):
        message = f"There is no alert type {key!r:.120}. Name one that exists; publishing makes those written as text."
        raise AlertInvalid("alert.unknown_type", message)
    return key


def _write(new: NewAlert, context: WriteContext) -> None:
    send_alert_in(new, actor=SYSTEM, now=context.now)


NOTIFY_SEND = NotifySend(spec=NOTIFY_SEND_SPEC)
