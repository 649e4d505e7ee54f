"""Choices of forms that a connection's system lists: one call by the guarded door."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cases.form_choices import LookupFailed
from flows.operations.connections.form_lookups import look_up
from integrator.people.models import Team
from tests.support.connections import make_place
from tests.support.flows import make_team
from tests.support.loopback import answer, respond, serve

pytestmark = pytest.mark.django_db(transaction=True)
SPEC = {"connection": "erp", "path": "/suppliers?active=1", "items": "data.rows", "value": "id", "label": "name"}
ROWS = [{"id": "S-1", "name": "Smith"}, {"id": 7}, {"name": "nobody"}, {"id": "S-1", "name": "Smith & Sons"}, "odd"]
JSON_TYPE = {"Content-Type": "application/json"}


@pytest.fixture
def team(settings: Any) -> Team:
    settings.OUTBOUND_ALLOW = ("127.0.0.0/8",)
    return make_team()


class TestLookUp:
    def test_asks_the_live_address_with_its_credentials_and_gives_value_and_words(self, team: Team) -> None:
        body = json.dumps({"data": {"rows": ROWS}}).encode()
        with serve(respond(answer(body, headers=JSON_TYPE))) as server:
            make_place("bearer", base_url=server.url, secret="s3cret")
            assert look_up(SPEC, team.pk) == (("S-1", "Smith & Sons"), ("7", "7"))
            sent = server.requests[0].decode()
        assert sent.startswith("GET /suppliers?active=1 HTTP/1.1\r\n")
        assert "authorization: bearer s3cret" in sent.lower()

    def test_asks_another_environment_where_it_is_named(self, team: Team) -> None:
        with serve(respond(answer(b'["a", "b"]', headers=JSON_TYPE))) as server:
            make_place(base_url="http://127.0.0.1:9")
            make_place(name="test", base_url=server.url)
            spec = {"connection": "erp", "path": "/", "environment": "test"}
            assert look_up(spec, team.pk) == (("a", "a"), ("b", "b"))

    @pytest.mark.parametrize(
        ("body", "status", "words"),
        [
            (b'{"data": {"rows": 5}}', 200, "ERP answered something other than a list. Tell whoever made the form."),
            (b"{}", 500, "The list cannot be had from ERP just now. Try again in a minute."),
        ],
    )
    def test_says_what_is_wrong_with_the_other_side(self, team: Team, body: bytes, status: int, words: str) -> None:
        with serve(respond(answer(body, status=status, headers=JSON_TYPE))) as server:
            make_place(base_url=server.url)
            with pytest.raises(LookupFailed, match=words):
                look_up(SPEC, team.pk)

    def test_reaches_no_other_team_nor_what_the_door_refuses(self, team: Team, settings: Any) -> None:
        with serve(respond(answer(b"[]", headers=JSON_TYPE))) as server:
            make_place(base_url=server.url)
            with pytest.raises(LookupFailed, match="a connection that is not there"):
                look_up(SPEC, make_team("legal").pk)
            settings.OUTBOUND_ALLOW = ()
            with pytest.raises(LookupFailed, match="cannot be had from ERP"):
                look_up(SPEC, team.pk)
            assert server.connections == 0
