"""Telling the owner of a connection in time: a token that cannot be renewed, an approval that ends. Calls nobody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from flows.definition.kind import StepError
from flows.models import Connection, ConnectionEnvironment, ConnectionToken
from integrator.database.clock import get_database_now
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.ids import new_uuid
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from notifications.operations import NewAlert, ensure_alert_types_in, send_alert_in

ENGINE = Actor("system", "engine")
ALERT_TYPE = "connection-failing"


def note_failure(place: ConnectionEnvironment, row: ConnectionToken, error: StepError) -> None:
    """Keep why no token came, and tell the owner once: of a refusal at once, of a passing fault at the second time."""
    with transaction.atomic():
        now = get_database_now()
        current = ConnectionToken.objects.select_for_update(no_key=True).get(pk=row.pk)
        is_second = current.failed_at is not None
        current.failed_at, current.failure, current.renewing_until = now, error.as_data(), None
        if current.failing_since is None and (is_second or not error.retryable):
            tell_owner_in(place, current, error.message, now)
        current.save()


def tell_owner_in(place: ConnectionEnvironment, row: ConnectionToken, message: str, now: datetime) -> None:
    """Record ``connection.token_failing`` and alert those who look after it; the caller saves the row."""
    connection, owners = place.connection, find_owners(place.connection)
    row.failing_since = now
    record(
        "connection.token_failing",
        actor=ENGINE,
        subject=("connection", connection.pk),
        data={
            "name": connection.key,
            "label": connection.name,
            "team": connection.team.slug,
            "environment": place.name,
            "message": message,
            "owners": [person.pk for person in owners],
        },
        team_id=connection.team_id,
    )
    if not owners:
        return
    ensure_alert_types_in([ALERT_TYPE], actor=ENGINE, now=now)
    alert = NewAlert(
        alert_id=new_uuid(),
        type_key=ALERT_TYPE,
        title=f"The connection {connection.name} ({place.name}) gets no new token",
        body=message,
        link=f"/connections/of/{connection.team.slug}/{connection.key}/",
        severity="warning",
        people=tuple(person.pk for person in owners),
        team_id=connection.team_id,
    )
    send_alert_in(alert, actor=ENGINE, now=now)


def find_owners(connection: Connection) -> list[Person]:
    """This will give who looks after a connection: its maker while in office, else the team's leads."""
    maker = connection.created_by
    if isinstance(maker, Person) and maker.is_active:
        return [maker]
    leads = Membership.objects.filter(team_id=connection.team_id, role=Role.LEAD, person__is_active=True)
    return [row.person for row in leads.select_related("person").order_by("pk")]
