"""Who listens to a stream: the session behind the cookie, and the rights as they were when the stream began."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from django.utils.module_loading import import_string

from integrator.live.topics import Notice
from integrator.people.models import Team
from integrator.people.rights import Action, EveryTeam, TeamScope, is_active_person, remember_grants, team_ids_where


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """One signed-in person. ``scopes`` has the teams of each action, ``led`` the teams whose lead they are."""

    person_id: int
    scopes: Mapping[Action, TeamScope] = field(default_factory=dict)
    led: frozenset[int] = frozenset()

    def may_hear(self, notice: Notice) -> bool:
        """Whether the notice may be told to this person."""
        if self.person_id in notice.people or self.led & notice.led:
            return True
        return any(self._has(action, team_id) for action, team_id in notice.rights)

    def _has(self, action: Action, team_id: int | None) -> bool:
        scope = self.scopes.get(action, frozenset())
        return isinstance(scope, EveryTeam) or (team_id is not None and team_id in scope)


def read_viewer(scope: Mapping[str, Any]) -> Viewer | None:
    """This will read the session, the person and their rights for an ASGI scope; None for strangers. Four queries.

    Raises DisallowedHost for a host that the settings do not name.
    """
    request = ASGIRequest(dict(scope), io.BytesIO())
    request.get_host()
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    person = get_user(request)
    if not is_active_person(person):
        return None
    remember_grants(person)
    return Viewer(
        person_id=person.pk,
        scopes={action: team_ids_where(person, action) for action in Action},
        led=frozenset(Team.objects.filter(lead=person).values_list("id", flat=True)),
    )
