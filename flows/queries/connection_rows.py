"""Connections as the API tells them. Of secrets only whether they are set."""

from __future__ import annotations

from typing import Any

from flows.models import Connection
from integrator.secrets.models import Secret


def describe_connection_row(row: Connection) -> dict[str, Any]:
    """This will tell a connection in a list, with the names of its environments; they come prefetched."""
    return {
        "team": row.team.slug,
        "key": row.key,
        "name": row.name,
        "kind": row.kind,
        "environments": sorted(place.name for place in row.environments.all()),
    }


def describe_connection(row: Connection) -> dict[str, Any]:
    """This will tell a connection with its environments. One query beside theirs."""
    places = sorted(row.environments.all(), key=lambda place: place.name)
    names = [place.secret_name for place in places if place.secret_name]
    stored = set(Secret.objects.filter(team_id=row.team_id, name__in=names).values_list("name", flat=True))
    return {
        **describe_connection_row(row),
        "repeat_safe": row.repeat_safe,
        "rate": row.rate or None,
        "environments": [
            {
                "name": place.name,
                "base_url": place.base_url,
                "settings": place.settings,
                "allow": place.allow,
                "trust": place.trust,
                "has_secret": place.secret_name in stored,
                "secret_facts": place.secret_facts,
            }
            for place in places
        ],
    }
