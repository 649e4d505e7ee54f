"""Adding, changing and removing connections: by whom, with which events, and never with a secret in sight."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.errors import ConnectionRefused, Forbidden, NotFound
from flows.models import Connection, ConnectionToken
from flows.operations.connections import (
    ConnectionData,
    add_connection,
    change_connection,
    remove_connection,
    set_connection_secret,
)
from flows.operations.team_secrets import set_team_secret
from flows.queries.connections import find_uses_of_connections, find_uses_of_secrets, list_secrets
from integrator.events.models import Event, EventPayload
from integrator.people.models import Team
from integrator.people.rights import Action
from integrator.secrets.errors import SecretMissing, SecretRefused
from integrator.secrets.models import SecretValue
from integrator.secrets.store import resolve_secrets
from tests.support.flows import make_version
from tests.support.personas import Personas, make_personas

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
SECRET = "s3cret-Value/42"
FLOW = """\
format: 1
flow: caller
name: Caller
team: {team}
trigger: {{kind: webhook, path: caller, auth: {{kind: bearer, secret: partner}}}}
steps:
  call: {{kind: http.request, with: {{url: orders, connection: erp}}}}
"""


def data(**fields: Any) -> ConnectionData:
    values: dict[str, Any] = {"name": "ERP", "kind": "bearer", "base_url": "https://erp.example/api", **fields}
    return ConnectionData(**values)


def add(personas: Personas, *, key: str = "erp", secret: str = SECRET, **fields: Any) -> Connection:
    return add_connection(
        team_id=personas.team.pk, key=key, data=data(**fields), secret=secret, person=personas.owner, now=NOW
    )


@pytest.fixture
def personas() -> Personas:
    return make_personas(Action.CONNECTION_MANAGE)


class TestAddConnection:
    def test_keeps_it_with_its_secret_apart(self, personas: Personas) -> None:
        row = add(personas, repeat_safe=True, allow=("10.0.0.0/8", "erp.internal:8443"))
        assert (row.team, row.environments.get().secret_name, row.repeat_safe) == (
            personas.team,
            "connection.erp",
            True,
        )
        assert resolve_secrets(personas.team.pk, "connection.erp") == [SECRET]
        assert set(Event.objects.values_list("name", flat=True)) == {"connection.added", "secret.set"}

    def test_records_and_stores_no_secret_in_plain(self, personas: Personas) -> None:
        add(personas)
        kept = [
            *EventPayload.objects.values_list("payload", flat=True),
            *SecretValue.objects.values_list("ciphertext", flat=True),
        ]
        assert kept
        assert not any(SECRET in text for text in kept)

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"key": "ERP!"}, "key"),
            ({"name": " "}, "name"),
            ({"kind": "oauth"}, "kind"),
            ({"secret": ""}, "secret"),
            ({"base_url": ""}, "base_url"),
            ({"base_url": "ftp://erp.example"}, "base_url"),
            ({"base_url": "https://jo@erp.example"}, "base_url"),
            ({"base_url": "https://erp.example?x=1"}, "base_url"),
            ({"kind": "basic"}, "user"),
            ({"kind": "basic", "settings": {"user": "a:b"}}, "user"),
            ({"kind": "api_key"}, "key_name"),
            ({"kind": "api_key", "settings": {"header": "X Key"}}, "key_name"),
            ({"kind": "api_key", "settings": {"header": "a", "query": "b"}}, "key_name"),
            ({"allow": ("everything",)}, "allow"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, personas: Personas, fields: dict[str, Any], field: str) -> None:
        with pytest.raises(ConnectionRefused) as caught:
            add(personas, **fields)
        assert caught.value.details["field"] == field
        assert not Connection.objects.exists()
        assert not Event.objects.exists()

    def test_refuses_a_second_of_one_key(self, personas: Personas) -> None:
        add(personas)
        with pytest.raises(ConnectionRefused) as caught:
            add(personas)
        assert caught.value.code == "connection.key_taken"

    def test_hides_the_team_from_strangers_and_refuses_readers(self, personas: Personas) -> None:
        reader = make_personas(Action.CONNECTION_READ).owner
        for person, error in ((personas.stranger, NotFound), (personas.teammate, NotFound), (reader, NotFound)):
            assert person is not None
            with pytest.raises(error):
                add_connection(team_id=personas.team.pk, key="x", data=data(), secret="s", person=person, now=NOW)


class TestChangeConnection:
    def test_records_old_and_new(self, personas: Personas) -> None:
        row = add(personas)
        change_connection(connection_id=row.pk, data=data(base_url="https://new.example"), person=personas.owner)
        assert row.environments.get().base_url == "https://new.example"
        payload = EventPayload.objects.get(event__name="connection.changed").payload
        assert '"base_url":["https://erp.example/api","https://new.example"]' in payload

    @pytest.mark.parametrize(
        "steps",
        [
            [{"base_url": "https://evil.example/api"}],
            [{"base_url": "https://erp.example:8443/api"}],
            [{"base_url": "http://erp.example/api"}],
            [{"kind": "none", "base_url": "https://evil.example"}, {"base_url": "https://evil.example"}],
            [{"kind": "none", "base_url": ""}, {"base_url": "https://evil.example"}],
            [{"kind": "basic", "settings": {"user": "jo"}, "base_url": "https://evil.example"}],
        ],
    )
    def test_sends_no_secret_to_another_host(self, personas: Personas, steps: list[dict[str, Any]]) -> None:
        row = add(personas)
        for step in steps:
            change_connection(connection_id=row.pk, data=data(**step), person=personas.owner)
        with pytest.raises(SecretMissing):
            resolve_secrets(personas.team.pk, "connection.erp")
        assert Event.objects.get(name="secret.removed").actor == f"person:{personas.owner.pk}"

    def test_sends_no_client_secret_and_no_token_to_another_host(self, personas: Personas) -> None:
        settings = {"token_url": "https://login.example/token", "client_id": "us", "client_auth": "basic"}
        row = add(personas, kind="oauth2_client", settings=settings)
        ConnectionToken.objects.create(environment=row.environments.get(), access="x")
        there = {**settings, "token_url": "https://login.evil.example/token"}
        change_connection(connection_id=row.pk, data=data(kind="oauth2_client", settings=there), person=personas.owner)
        with pytest.raises(SecretMissing):
            resolve_secrets(personas.team.pk, "connection.erp")
        assert not ConnectionToken.objects.exists()

    @pytest.mark.parametrize("address", ["https://erp.example/v2", "https://ERP.example:443", "https://erp.example"])
    def test_keeps_the_secret_at_the_same_host(self, personas: Personas, address: str) -> None:
        row = add(personas, base_url="http://erp.example/api" if address.endswith("e") else "https://erp.example/api")
        change_connection(connection_id=row.pk, data=data(base_url=address, name="New"), person=personas.owner)
        assert resolve_secrets(personas.team.pk, "connection.erp") == [SECRET]

    def test_says_nothing_where_nothing_changed(self, personas: Personas) -> None:
        row = add(personas)
        change_connection(connection_id=row.pk, data=data(), person=personas.owner)
        assert not Event.objects.filter(name="connection.changed").exists()

    def test_sets_a_secret_for_one_that_has_a_kind(self, personas: Personas) -> None:
        row, bare = add(personas), add(personas, key="bare", kind="none", secret="")
        set_connection_secret(connection_id=row.pk, secret="another", person=personas.owner, now=NOW)
        assert resolve_secrets(personas.team.pk, "connection.erp") == ["another"]
        with pytest.raises(ConnectionRefused):
            set_connection_secret(connection_id=bare.pk, secret="x", person=personas.owner, now=NOW)

    def test_refuses_who_may_only_see_it(self, personas: Personas) -> None:
        from integrator.people.roles import Role
        from tests.support.personas import make_person

        row = add(personas)
        operator = make_person("", (personas.team, Role.OPERATOR))
        with pytest.raises(Forbidden):
            change_connection(connection_id=row.pk, data=data(), person=operator)
        with pytest.raises(Forbidden):
            remove_connection(connection_id=row.pk, person=operator)
        with pytest.raises(NotFound):
            remove_connection(connection_id=row.pk, person=personas.stranger)


class TestRemoveConnection:
    def test_takes_the_secret_along(self, personas: Personas) -> None:
        row = add(personas)
        remove_connection(connection_id=row.pk, person=personas.owner)
        assert not Connection.objects.exists()
        with pytest.raises(SecretMissing):
            resolve_secrets(personas.team.pk, "connection.erp")
        assert Event.objects.filter(name="connection.removed").count() == 1

    def test_is_refused_while_a_live_flow_uses_it(self, personas: Personas) -> None:
        row = add(personas)
        version = make_version(FLOW.format(team=personas.team.slug))
        (use,) = find_uses_of_connections([row])[row.pk]
        assert (use.flow, use.place, use.version) == (version.flow, "step “Call”", 1)
        with pytest.raises(ConnectionRefused, match=r"Caller \(version 1\) uses 'ERP'") as caught:
            remove_connection(connection_id=row.pk, person=personas.owner)
        assert caught.value.code == "connection.in_use"
        version.flow.live_version = None
        version.flow.save()
        remove_connection(connection_id=row.pk, person=personas.owner)

    def test_does_not_mind_another_team_with_the_same_key(self, personas: Personas) -> None:
        row = add(personas)
        other = Team.objects.exclude(pk=personas.team.pk).order_by("pk")[0]
        make_version(FLOW.format(team=other.slug))
        remove_connection(connection_id=row.pk, person=personas.owner)


class TestTeamSecrets:
    def test_are_set_by_those_who_may_and_listed_without_connections(self, personas: Personas) -> None:
        add(personas)
        secret = set_team_secret(team_id=personas.team.pk, name="partner", value="v", person=personas.owner)
        make_version(FLOW.format(team=personas.team.slug))
        assert [row.name for row in list_secrets(personas.owner)] == ["partner"]
        assert [use.flow.key for use in find_uses_of_secrets([secret])[secret.pk]] == ["caller"]
        assert list_secrets(personas.stranger) == []

    def test_are_not_those_of_connections(self, personas: Personas) -> None:
        with pytest.raises(SecretRefused, match="belongs to a connection"):
            set_team_secret(team_id=personas.team.pk, name="connection.erp", value="v", person=personas.owner)

    def test_are_kept_from_strangers(self, personas: Personas) -> None:
        with pytest.raises(NotFound):
            set_team_secret(team_id=personas.team.pk, name="partner", value="v", person=personas.stranger)
