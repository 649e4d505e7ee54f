"""Every address of the API with every verb, as everybody: what they are answered."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from integrator.people.models import Person
from tests.flows.api.rights_table import SUBJECTS, TABLE
from tests.support.api import PREFIX, Api, find_operations, load_schema
from tests.support.company import Company
from tests.support.rights_rows import WHO, undone

VERBS = ("get", "post", "put", "patch", "delete")
WRITES = [row for row in TABLE if row.verb != "get"]
MISSING: dict[str, Any] = {  # of every part of an address what nothing has
    **dict.fromkeys(("run", "stuck", "incident", "task", "visit", "file", "alert"), UUID(int=7)),
    **dict.fromkeys(("approval", "question", "guest", "substitution", "sample"), UUID(int=7)),
    **dict.fromkeys(("link", "note", "party", "view", "event", "membership"), 7_000_000),
    **dict.fromkeys(("case_type", "policy", "form", "contribution"), "nothing"),
    **dict.fromkeys(("team", "connection", "environment", "table", "calendar", "slug", "username"), "nothing"),
    "case": "C-1999-000001",
}
SEEN_BY_ALL = {"case-types/{case_type}"}  # what strangers see too, by rule: see rights_table


@pytest.mark.django_db
class TestEveryAddress:
    def test_is_in_the_table(self) -> None:
        listed = Counter((row.verb, _template(row.path)) for row in TABLE)
        described = Counter(
            (verb, _template(path.removeprefix(PREFIX)))
            for path, verbs in load_schema()["paths"].items()
            if path.startswith(PREFIX)
            for verb in verbs
        )
        assert (described - listed, listed - described) == (Counter(), Counter())

    @pytest.mark.parametrize("subject", SUBJECTS)
    def test_answers_by_right(self, furnished: Company, subject: str) -> None:
        apis = {who: Api(person=furnished.people[who]) for who in WHO}
        wrong: dict[str, str] = {}
        for row in SUBJECTS[subject]:
            for (who, api), status in zip(apis.items(), row.statuses, strict=True):
                with undone():
                    answer = api.call(row.verb, furnished.fill(row.path), row.body)
                if answer.status_code != status:
                    wrong[f"{row} as {who}"] = f"{answer.status_code}, not {status}"
        assert wrong == {}

    def test_is_closed_to_nobody_and_the_deactivated(self, furnished: Company) -> None:
        left = furnished.people["deactivated"]
        gone = Api(person=left)
        Person.objects.filter(pk=left.pk).update(is_active=False)
        for row in TABLE:
            for api in (Api(person=None), gone):
                answer = api.call(row.verb, furnished.fill(row.path), row.body)
                assert (str(row), answer.status_code) == (str(row), 401)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_shows_a_stranger_what_a_missing_thing_shows(self, furnished: Company) -> None:
        api = Api(person=furnished.people["stranger"])
        for row in TABLE:
            if "{" not in row.path or row.path in SEEN_BY_ALL:
                continue
            hidden = api.call(row.verb, furnished.fill(row.path), row.body)
            missing = api.call(row.verb, row.path.format(**MISSING), row.body)
            assert (str(row), hidden.status_code, hidden.content) == (str(row), missing.status_code, missing.content)
            assert (str(row), hidden.status_code) == (str(row), 404)

    def test_has_no_other_verb(self, furnished: Company) -> None:
        headers = Api(person=furnished.people["publisher"]).headers
        for row in TABLE:
            path = PREFIX + furnished.fill(row.path)
            own = {verb.upper() for verb in find_operations(path)}
            for other in {verb.upper() for verb in VERBS} - own:
                answer = Client().generic(other, path, headers=headers)
                assert (path, other, answer.status_code) == (path, other, 405)
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert own == set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"}

    def test_needs_the_csrf_token_with_a_session(self, furnished: Company) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(furnished.people["lead"])
        for row in WRITES:
            path = PREFIX + furnished.fill(row.path)
            answer = browser.generic(row.verb.upper(), path, "{}", content_type="application/json")
            assert (str(row), answer.status_code) == (str(row), 403)
            assert "CSRF" in answer.json()["detail"]


def _template(path: str) -> str:
    """An address whatever its parts are called; the table's fixed keys count as parts too."""
    return re.sub(r"\{\w+\}", "{}", path.replace("flows/sum", "flows/{}").replace("versions/1", "versions/{}"))
