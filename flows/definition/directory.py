"""What local kinds look up before they write: people, teams, types, and the number of a case. A port; it finds nothing.

Whoever tries a flow out gives another one, so that nothing is taken and, where there is no database, nobody is missing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from flows.definition.model import JSON


class Directory(Protocol):
    """People are found as the apps below have them (``cases.people_refs``, ids of ``notifications.audience``).

    What is not found raises the errors of those apps, in their words.
    """

    def has_case_type(self, key: str) -> bool:
        """Whether there is such a type of case."""
        ...

    def choose_case_priority(self, key: str, data: JSON) -> str:
        """The priority that the rules of this type give a case with these data."""
        ...

    def has_alert_type(self, key: str) -> bool:
        """Whether there is such a type of alert."""
        ...

    def find_team(self, slug: str) -> tuple[int, str] | None:
        """Id and short name of the team; None for none."""
        ...

    def find_person(self, name: str) -> Any:
        """The person of this user name or e-mail address; None for nobody."""
        ...

    def find_workers(self, refs: JSON) -> Any:
        """Who may do a piece of work."""
        ...

    def find_approvers(self, refs: JSON, *, team_id: int, requested_by: Any) -> Any:
        """The entries of an approval."""
        ...

    def find_audience(self, refs: JSON) -> tuple[int, ...]:
        """The ids of whom an alert is for."""
        ...

    def find_form(self, key: str, version: int | None, *, team_id: int) -> Any:
        """The schema of a published form of the team's library; ``version`` None is the live one."""
        ...

    def take_case_number(self, now: datetime, type_key: str) -> str:
        """The next number of a case of this type."""
        ...
