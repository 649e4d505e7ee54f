"""Who sees which cases and tasks: the one place for pages, API, search, export and live streams. Changes nothing.

The rules themselves, with their words, are the tables in ``cases.visibility``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.visibility.case_rules import CASE_RULES, LISTED_CASE_RULES
from cases.visibility.rules import match_any
from cases.visibility.standing import read_standing
from cases.visibility.task_rules import ACTIVE, ASKED, TASK_RULES, action_for, decidable_as
from integrator.people.models import Person
from integrator.people.rights import Action, EveryTeam, team_ids_where

if TYPE_CHECKING:
    from cases.models import Case, Task  # noqa: F401  named in the bases' brackets

__all__ = ["CaseQuerySet", "TaskQuerySet", "action_for"]


class TaskQuerySet(QuerySet["Task"]):
    """Adjectives of tasks."""

    def active(self) -> Self:
        """Those that still want an answer."""
        return self.filter(status__in=ACTIVE)

    def asked_of(self, person: Person) -> Self:
        """Those of which the person is a candidate: by name, as fitting member of an asked team, as its lead, or for
        somebody they cover.
        """
        standing = read_standing(person)
        return self._narrow(None if standing is None else match_any(ASKED, standing))

    def visible_to(self, person: Person) -> Self:
        """Those asked of the person, whatever became of them, those they answered, and those they watch.

        Of what is asked of somebody they cover: what is open or ended since. Four queries at most.
        """
        standing = read_standing(person)
        return self._narrow(None if standing is None else match_any(TASK_RULES, standing))

    def decidable_by(self, person: Person) -> Self:
        """Those that wait for an answer which this person may give now.

        Not one's own request, and not a second entry of one approval. A task that somebody else has claimed stays in
        the list: it says by whom.
        """
        standing = read_standing(person)
        return self.active()._narrow(None if standing is None else decidable_as(standing))

    def watched_by(self, person: Person) -> Self:
        """Those that the person follows, of those they may see."""
        watched = apps.get_model("cases", "TaskWatcher")._default_manager.filter(task_id=OuterRef("pk"), person=person)
        return self.visible_to(person).filter(Exists(watched))

    def reassignable_by(self, person: Person) -> Self:
        """Those that wait for an answer and belong to a team in which this person may give tasks to others.

        Of a confidential case only those who see it may: by being asked in it, as its owner or party.
        """
        standing = read_standing(person)
        if standing is None:
            return self.none()
        cases = apps.get_model("cases", "Case")._default_manager.visible_to(person).filter(pk=OuterRef("case_id"))
        seen = self.active().filter(Q(case=None) | Q(case__confidential=False) | Exists(cases))
        scope = team_ids_where(person, Action.TASK_REASSIGN)
        if isinstance(scope, EveryTeam):
            return seen
        led = set(scope) | standing.own.led
        asked = _candidate_model().objects.filter(task_id=OuterRef("pk"), team_id__in=led)
        return seen.filter(Q(team_id__in=led) | Exists(asked))

    def _narrow(self, condition: Q | None) -> Self:
        return self.none() if condition is None else self.filter(condition)


class CaseQuerySet(QuerySet["Case"]):
    """Adjectives of cases."""

    def unclosed(self) -> Self:
        """Those still open."""
        return self.filter(closed_at__isnull=True)

    def visible_to(self, person: Person) -> Self:
        """Those of the person's teams, those they own, are a party of or watch, and those with a task of theirs.

        Confidential ones only as owner, party or with a task. For lists, search and exports.
        """
        standing = read_standing(person)
        condition = None if standing is None else match_any(LISTED_CASE_RULES, standing)
        return self.none() if condition is None else self.filter(condition)

    def openable_by(self, person: Person) -> Self:
        """The same, and for those who oversee all teams the confidential ones too: to be opened by number, each time
        with an event (``operations.reading``), never to be listed.
        """
        standing = read_standing(person)
        condition = None if standing is None else match_any(CASE_RULES, standing)
        return self.none() if condition is None else self.filter(condition)

    def watched_by(self, person: Person) -> Self:
        """Those that the person follows, of those they may see."""
        watched = apps.get_model("cases", "CaseWatcher")._default_manager.filter(case_id=OuterRef("pk"), person=person)
        return self.visible_to(person).filter(Exists(watched))


def _candidate_model() -> Any:
    return apps.get_model("cases", "TaskCandidate")  # cycle: models are built from these querysets
