"""Setting the secrets with which webhooks know their callers, by a person with the right to."""

from __future__ import annotations

from flows.errors import Forbidden, NotFound
from integrator.events.actors import Actor
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can
from integrator.secrets.errors import SecretRefused
from integrator.secrets.models import Secret
from integrator.secrets.store import set_secret

OF_CONNECTIONS = "connection."


def set_team_secret(*, team_id: int, name: str, value: str, person: Person, keep_old_s: float | None = None) -> Secret:
    """This will set a secret of the team; the old one is refused from then on, or after ``keep_old_s`` seconds.

    Raises NotFound, Forbidden, SecretRefused.
    """
    team = Team.objects.filter(pk=team_id).first()
    if team is None or not can(person, Action.CONNECTION_READ, team):
        raise NotFound("team")
    if name.startswith(OF_CONNECTIONS):
        raise SecretRefused(f"“{name}” belongs to a connection. Set it on that connection's page.")
    if not can(person, Action.SECRET_SET, team):
        raise Forbidden("secret", f"Publishers and leads of {team} set its secrets. Ask one of them.")
    return set_secret(team=team, name=name, value=value, actor=Actor.person(person), keep_old_s=keep_old_s)
