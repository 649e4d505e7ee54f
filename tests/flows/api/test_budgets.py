"""How many queries a call takes at most, as ``tests/query_budgets.json`` has it, however many rows there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Task
from tests.support.api import Api
from tests.support.company import Company
from tests.support.flows import run_to_rest

BUDGETS: dict[str, int] = json.loads((Path(__file__).parents[2] / "query_budgets.json").read_text())


@pytest.mark.django_db
class TestQueryBudget:
    @pytest.mark.parametrize("call", sorted(call for call in BUDGETS if call.startswith("GET ")))
    def test_is_kept_however_many_rows_there_are(self, company: Company, call: str) -> None:
        who = "lee" if "task" in call else "operator"
        api = Api(person=company.people[who])
        path = company.fill(call.removeprefix("GET "))
        api.get(path)  # the first use of a token is noted once
        few = self.count(api, path)
        for _ in range(4):
            run_to_rest(company.run.version, {"title": "Banner"})
            run_to_rest(company.stuck.version, {"a": 1})
        assert Task.objects.count() == 10
        many = self.count(api, path)
        assert many <= few
        assert many <= BUDGETS[call], f"{call} takes {many} queries."

    def count(self, api: Api, path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(path).status_code == 200
        return len([row for row in queries.captured_queries if "SAVEPOINT" not in row["sql"]])
