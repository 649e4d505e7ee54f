"""``/api/v1/forms``: what a program may do with the library, and the order in which it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Form
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.flows import make_team
from tests.support.forms import EXPENSES, make_form
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"type": "object", "properties": {"a": {"type": "string"}}}


def api_of(*roles: Role, team: str = "marketing", name: str = "ann") -> Api:
    place = make_team(team)
    return Api(person=make_person(name, *((place, role) for role in roles)))


class TestForms:
    def test_are_listed_and_told_as_a_plain_schema(self) -> None:
        make_form()
        api = api_of(Role.VIEWER)
        rows = api.get("forms").json()["results"]
        assert [(row["key"], row["version"], row["draft"]) for row in rows] == [("expenses", 1, EXPENSES)]
        told = api.get("forms/expenses").json()
        assert told["schema"]["properties"]["total"]["properties"]["amount"]["type"] == "string"

    def test_are_taken_in_changed_and_published(self) -> None:
        api = api_of(Role.PUBLISHER)
        body = {"key": "risk", "name": "Risk", "team": "marketing", "schema": {"type": "object", "properties": {}}}
        made = api.post("forms", body)
        assert (made.status_code, made.json()["version"]) == (200, None)
        empty = api.post("forms/risk/publish", {})
        assert (empty.status_code, empty.json()["code"]) == (400, "form.invalid")
        kept = api.put("forms/risk/draft", {"schema": SMALL, "revision": 1})
        assert kept.json()["revision"] == 2
        late = api.put("forms/risk/draft", {"schema": SMALL, "revision": 1})
        assert (late.status_code, late.json()["code"]) == (409, "form.changed_meanwhile")
        live = api.post("forms/risk/publish", {"note": "first", "revision": 2}).json()
        assert (live["version"], live["schema"]) == (1, SMALL)

    def test_go_back_and_forth_unless_somebody_changed_them(self) -> None:
        make_form()
        api = api_of(Role.ANALYST)
        api.put("forms/expenses/draft", {"schema": SMALL, "revision": 1})
        undone = api.post("forms/expenses/undo", {"revision": 2}).json()
        assert (undone["draft"], undone["revision"]) == (EXPENSES, 3)
        late = api.post("forms/expenses/redo", {"revision": 2})
        assert (late.status_code, late.json()["code"]) == (409, "form.changed_meanwhile")
        assert api.post("forms/expenses/redo", {}).json()["draft"] == SMALL
        none = api.post("forms/expenses/redo", {})
        assert (none.status_code, none.json()["code"]) == (409, "form.nothing_to_undo")

    def test_are_copied(self) -> None:
        make_form()
        api = api_of(Role.ANALYST)
        made = api.post("forms/expenses/copy", {"key": "mine", "name": "Mine"}).json()
        assert (made["key"], made["name"], made["draft"], made["version"]) == ("mine", "Mine", EXPENSES, None)
        taken = api.post("forms/expenses/copy", {"key": "mine", "name": "Mine"})
        assert taken.json()["code"] == "form.key_taken"

    def test_tell_their_versions(self) -> None:
        make_form()
        make_form(SMALL)
        api = api_of(Role.VIEWER)
        rows = api.get("forms/expenses/versions").json()["results"]
        assert [(row["version"], row["published_by"]) for row in rows] == [(2, None), (1, None)]
        assert api.get("forms/expenses/versions/2").json() == rows[0]
        assert (rows[0]["schema"], len(rows[0]["digest"])) == (SMALL, 64)
        for number in (3, 2**40):
            assert api.get(f"forms/expenses/versions/{number}").status_code == 404
        stranger = api_of(Role.ANALYST, team="legal", name="sid")
        for part in ("versions", "versions/1"):
            assert stranger.get(f"forms/expenses/{part}").status_code == 404

    @pytest.mark.parametrize("step", ["undo", "redo", "copy"])
    def test_are_changed_by_analysts_only(self, step: str) -> None:
        make_form()
        refused = [
            (api_of(Role.ANALYST, team="legal", name="sid"), 404),
            (api_of(Role.VIEWER, name="vic"), 403),
            (api_of(Role.ANALYST), 400),
        ]
        for api, status in refused:
            assert api.post(f"forms/expenses/{step}", {"nonsense": 1}).status_code == status
        assert Form.objects.get().draft.revision == 1

    @pytest.mark.parametrize(
        ("role", "team", "status"),
        [(Role.PUBLISHER, "legal", 404), (Role.VIEWER, "marketing", 403), (Role.ANALYST, "marketing", 403)],
    )
    def test_refuse_strangers_before_those_who_may_not_before_faults(self, role: Role, team: str, status: int) -> None:
        make_form()
        answer = api_of(role, team=team).post("forms/expenses/publish", {"nonsense": 1})
        assert answer.status_code == status
        assert Form.objects.get().versions.count() == 1

    @pytest.mark.parametrize("schema", [{}, {"type": "array"}, {"type": "object", "properties": []}])
    def test_keep_only_what_is_a_form(self, schema: Any) -> None:
        make_form()
        answer = api_of(Role.ANALYST).put("forms/expenses/draft", {"schema": schema, "revision": 1})
        assert (answer.status_code, answer.json()["code"]) == (400, "form.invalid")
