"""Environments of connections over the API: added, changed, renamed, given a secret, removed. No secret comes out."""

from __future__ import annotations

from typing import Any

import pytest

from flows.models import ConnectionEnvironment
from flows.operations.publishing import import_flow
from integrator.events.models import Event
from integrator.people.models import Person
from integrator.people.roles import Role
from integrator.secrets.models import Secret
from integrator.secrets.store import resolve_secrets
from tests.support.api import Api
from tests.support.cases import NOW
from tests.support.connections import make_place
from tests.support.flows import make_team
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ONE = "connections/marketing/erp"
SECRET = "s3cret-Value/42"
STAGING = {"name": "staging", "base_url": "https://staging.erp.example", "settings": {"header": "X-Key"}}
FLOW = """\
format: 1
flow: caller
name: Caller
team: marketing
trigger: {kind: manual, environment: staging}
steps:
  call: {kind: http.request, with: {url: orders, connection: erp}}
"""


@pytest.fixture
def person(transactional_db: None) -> Person:
    make_place("api_key", base_url="https://erp.example", secret="old", header="X-Key")
    return make_person("pub", (make_team("marketing"), Role.PUBLISHER))


@pytest.fixture
def api(person: Person) -> Api:
    return Api(person=person)


def names(told: dict[str, Any]) -> list[str]:
    return [place["name"] for place in told["environments"]]


class TestEnvironments:
    def test_live_through_a_life(self, api: Api, person: Person) -> None:
        team_id = make_team("marketing").pk
        added = api.post(f"{ONE}/environments", {**STAGING, "secret": SECRET}).json()
        assert names(added) == ["live", "staging"]
        staging = added["environments"][1]
        assert (staging["has_secret"], staging["settings"]) == (True, {"header": "X-Key"})
        moved = api.call("put", f"{ONE}/environments/staging", {**STAGING_BODY, "settings": {"query": "key"}}).json()
        assert moved["environments"][1]["settings"] == {"query": "key"}
        renamed = api.post(f"{ONE}/environments/staging/rename", {"name": "acceptance"}).json()
        assert names(renamed) == ["acceptance", "live"]
        assert resolve_secrets(team_id, "connection.erp.acceptance") == [SECRET]
        assert not Secret.objects.filter(name="connection.erp.staging").exists()
        put = api.call("put", f"{ONE}/environments/acceptance/secret", {"secret": " new "})
        assert put.status_code == 200
        assert resolve_secrets(team_id, "connection.erp.acceptance") == [" new "]
        assert api.call("delete", f"{ONE}/environments/acceptance", None).status_code == 204
        assert not Secret.objects.filter(name__endswith="acceptance").exists()
        assert names(api.get(ONE).json()) == ["live"]
        (listed,) = api.get("connections").json()["results"]
        assert (listed["key"], listed["environments"]) == ("erp", ["live"])
        for answer in (added, moved, renamed, put.json()):
            assert SECRET not in str(answer)
        assert SECRET not in str(list(Event.objects.values()))
        assert Event.objects.filter(name="secret.renamed").count() == 1

    @pytest.mark.parametrize(
        ("verb", "path", "body", "status", "words"),
        [
            ("post", "environments", {"name": "A b", "secret": "x"}, 400, "small letters"),
            (
                "post",
                "environments",
                {"name": "live", "secret": "x"},
                409,
                "already, the one that published flows call",
            ),
            ("post", "environments", {"name": "staging"}, 400, "has its own"),
            (
                "post",
                "environments",
                {"name": "staging", "secret": "x", "settings": {"hedder": "X"}},
                400,
                "'hedder' is no",
            ),
            ("put", "environments/moon", {}, 400, "no environment 'moon'"),
            ("post", "environments/live/rename", {"name": "old"}, 400, "keeps its name"),
            ("post", "environments/test/rename", {"name": "live"}, 400, "'ERP' has its environment 'live' already"),
            (
                "post",
                "environments/test/rename",
                {"name": "live"},
                400,
                "'test', write that address under 'live'",
            ),
            ("post", "environments/test/rename", {"name": "A b"}, 400, "small letters"),
            ("delete", "environments/live", None, 400, "whole connection"),
            ("delete", "environments/moon", None, 400, "no environment 'moon'"),
        ],
    )
    def test_refuse_with_words(
        self, api: Api, verb: str, path: str, body: dict[str, Any] | None, status: int, words: str
    ) -> None:
        make_place(name="test", base_url="https://test.example", secret="t")
        more = {"base_url": "https://a.example", "settings": {"header": "X-Key"}} if body is not None else {}
        wants_all = verb != "post" or path == "environments"
        sent = {**(more if wants_all else {}), **body} if body is not None else None
        answer = api.call(verb, f"{ONE}/{path}", sent)
        assert (answer.status_code, words in answer.content.decode()) == (status, True), answer.content.decode()
        assert ConnectionEnvironment.objects.count() == 2

    def test_that_a_live_flow_names_stay(self, api: Api) -> None:
        make_place(name="staging", base_url="https://staging.example")
        import_flow(text=FLOW, person=None, publish=True, now=NOW)
        for verb, path, body in (("delete", "staging", None), ("post", "staging/rename", {"name": "other"})):
            answer = api.call(verb, f"{ONE}/environments/{path}", body)
            assert answer.status_code == 409
            assert answer.json()["flows"] == ["caller"]
            assert "Caller (version 1) goes by the environment 'staging' of 'ERP'" in answer.json()["detail"]
        assert ConnectionEnvironment.objects.filter(name="staging").exists()

    def test_are_renamed_on_their_page(self, person: Person) -> None:
        make_place(name="staging", base_url="https://staging.example", secret="t")
        make_place(name="test", base_url="https://test.example", secret="t")
        browser, page = sign_in(person), "/connections/of/marketing/erp/"
        assert "Name of the environment" in browser.get(f"{page}?environment=staging").content.decode()
        assert "Name of the environment" not in browser.get(page).content.decode()
        taken = browser.post(f"{page}environments/staging/rename/", {"environment": "test"})
        told = "already, the one that test runs call. Choose another name, or change the address of that one."
        assert (taken.status_code, told in taken.content.decode()) == (400, True)
        live = browser.post(f"{page}environments/staging/rename/", {"environment": "live"})
        assert (live.status_code, "write that address under" in live.content.decode()) == (400, True)
        done = browser.post(f"{page}environments/staging/rename/", {"environment": "acceptance"})
        assert done.headers["Location"] == f"{page}?environment=acceptance"
        assert sorted(ConnectionEnvironment.objects.values_list("name", flat=True)) == ["acceptance", "live", "test"]


STAGING_BODY = {name: value for name, value in STAGING.items() if name != "name"}
