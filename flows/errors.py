"""Why flows, runs and requests refuse. The core knows no HTTP status; the interface maps ``code``.

FlowsError
├── NotFound            flow.not_found  run.not_found  incident.not_found  request.not_found  connection.not_found
│   └── TeamNotFound    team.not_found
├── Forbidden           flow.forbidden  run.forbidden  incident.forbidden  …
├── RunRefused          run.final  run.step_unknown  run.step_inside
├── IncidentRefused     incident.answered_already  incident.answer_unfit  incident.settings_invalid
├── FlowRefused         flow.invalid  flow.paused  flow.not_published …
├── CallRefused         intake.unknown_path  intake.not_live  intake.unauthenticated  intake.invalid …
├── ReplayRefused       request.not_accepted  request.unveiled
├── MessageRefused      message.team_missing  message.invalid
├── ConnectionRefused   connection.invalid  connection.key_taken  connection.in_use  connection.environment_in_use …
├── SampleRefused       sample.unreadable  sample.too_large  sample.step_unknown  sample.no_address
├── TryRefused          try.not_begun  try.not_asked  try.answer_invalid  try.step_unknown …
├── EditRefused         edit.… (flows.definition.editing)  edit.nothing_to_undo  edit.undo_blocked  edit.too_large …
├── EditConflict        draft.conflict
└── TableRefused        table.invalid  table.key_taken  table.changed_meanwhile  table.tests_failed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class FlowsError(Exception):
    """``code`` is stable and dotted, ``message`` is safe to show and says what to do, ``details`` is plain JSON."""

    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, Any] = dict(details or {})


class NotFound(FlowsError):
    """There is no such thing, or the person may not see it: nobody can tell which."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}.not_found", f"There is no such {what}, or you may not see it.")


class TeamNotFound(NotFound):
    """A file is for a team that is not here or not the person's. ``teams`` are those where they may import, by slug.

    ``advice`` may be told in spite of the 404: it says nothing but what the person may do, whatever they asked for.
    """

    def __init__(self, teams: Sequence[str]) -> None:
        super().__init__("team")
        self.teams = tuple(teams)
        self.advice = self.message = (
            f"The team is not here, or not one of yours. You may import into {', '.join(teams)}: name one as 'team'."
        )


class Forbidden(FlowsError):
    """The person may see it, but not do this."""

    def __init__(self, what: str, message: str) -> None:
        super().__init__(f"{what}.forbidden", message)


class RunRefused(FlowsError):
    """A run cannot do this now."""


class IncidentRefused(FlowsError):
    """An incident cannot be answered so."""


class FlowRefused(FlowsError):
    """A flow cannot be changed or started so."""


class CallRefused(FlowsError):
    """An inbound call is not accepted. ``reason`` says why to those who look after the flow, ``message`` to the caller.

    ``errors`` are ``{pointer, message}`` of the body; ``details`` may have ``retry_after_s``.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        reason: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, details)
        self.reason = reason or message
        self.errors = [dict(error) for error in errors]


class ReplayRefused(FlowsError):
    """A stored request cannot be replayed."""


class MessageRefused(FlowsError):
    """A message cannot be taken so. ``details`` has ``errors`` of the body, ``[{pointer, message}]``."""


class ConnectionRefused(FlowsError):
    """A connection cannot be kept or removed so. ``details`` may name the ``field``."""


class TableRefused(FlowsError):
    """A decision table cannot be kept or published so. ``details`` may have ``errors``, ``[{pointer, message}]``."""


class SampleRefused(FlowsError):
    """This cannot be sample data of a draft."""


class TryRefused(FlowsError):
    """A draft cannot be tried out so."""


class EditRefused(FlowsError):
    """A draft cannot be edited so. ``details`` may have ``op``, the place of the operation that cannot be done."""


class EditConflict(FlowsError):
    """An edit meets another one made meanwhile. ``details`` has ``revision`` and ``paths``.

    Each of these is ``{path, mine, theirs, by, source, label, at}``.
    """
