"""How many queries the designer takes at most, as ``tests/query_budgets.json`` has it, however many steps there are."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrator.people.roles import Role
from tests.support.drafts import set_op
from tests.support.flows import make_team, make_version
from tests.support.large_flows import write_large_flow
from tests.support.personas import make_person, sign_in

BUDGETS: dict[str, int] = json.loads((Path(__file__).parents[2] / "query_budgets.json").read_text())
HOME = "/flows/large/draft/"
PAGES = {
    "state": "state/",
    "pulse": "pulse/?revision=1&view=canvas&step=s2",
    "canvas": "",
    "outline": "outline/",
    "text": "text/",
    "problems": "problems/",
    "step": "steps/s2/",
    "trigger": "trigger/",
    "settings": "settings/",
    "picker": "data/picker/?step=s4",
    "completions": "data/completions/?step=s4",
    "data": "data/?step=s4",
    "try": "try/",
    "publish": "publish/",
}


class Designer:
    """A draft of so many steps, and the browser of whoever edits it."""

    def __init__(self, count: int) -> None:
        make_team("legal")
        make_version(write_large_flow(count))
        self.browser = sign_in(make_person("", (make_team(), Role.PUBLISHER)))
        self.revision = 0
        self.edit(self.browser)

    def edit(self, browser: Client) -> HttpResponse:
        edit = {
            "id": str(uuid.uuid4()),
            "base": self.revision,
            "ops": [set_op("s0", "a", self.revision)],
            "source": "canvas",
        }
        answer = browser.post(f"{HOME}edits/", json.dumps(edit), content_type="application/json")
        self.revision = answer.json()["revision"]
        return answer

    def count(self, call: str) -> int:
        """The queries of the second such call: the first may fill what is kept."""
        self.call(call)
        with CaptureQueriesContext(connection) as queries:
            assert self.call(call).status_code == 200
        return len([row for row in queries.captured_queries if "SAVEPOINT" not in row["sql"]])

    def call(self, call: str) -> HttpResponse:
        if call == "edit":
            return self.edit(self.browser)
        if call == "expression":
            asked = json.dumps({"step": "s3", "setting": "a", "value": "= trigger.body.amount * 2"})
            return self.browser.post(f"{HOME}expression/", asked, content_type="application/json")
        return self.browser.get(f"{HOME}{PAGES[call]}")


@pytest.fixture(params=[10, 60])
def designer(request: pytest.FixtureRequest, transactional_db: None) -> Designer:
    return Designer(request.param)


class TestQueryBudgets:
    def test_are_kept_however_many_steps_there_are(self, designer: Designer) -> None:
        budgets = {name.removeprefix("draft "): most for name, most in BUDGETS.items() if name.startswith("draft ")}
        assert set(budgets) == {*PAGES, "edit", "expression"}
        taken = {call: designer.count(call) for call in budgets}
        assert {call: taken[call] for call in budgets if taken[call] > budgets[call]} == {}
