"""A try says by which way each step with several went on, in the list, at the step, and of a run for real."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from integrator.people.roles import Role
from tests.support.flows import make_team, make_version, run_to_rest
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
FLOW = """\
format: 1
flow: ways
name: Ways
team: marketing
trigger: {kind: manual}
steps:
  pick:
    kind: choose
    with: {cases: [{when: "= 1 > 2", port: very_big}]}
    on: {very_big: check, default: check}
  check: {kind: validate, with: {value: 1, schema: {type: integer}}, next: again, on: {invalid: end}}
  again:
    kind: choose
    with: {cases: [{when: "= 2 > 1", port: very_big}]}
    on: {very_big: note, default: end}
  note: {kind: set, with: {a: 1}, next: none_fits}
  none_fits:
    kind: choose
    with: {cases: [{when: "= 1 > 2", port: big}]}
    on: {big: end}
  end: {kind: stop}
"""
ENDING = """\
format: 1
flow: ends
name: Ends
team: marketing
trigger: {kind: manual}
steps:
  pick:
    kind: choose
    with: {cases: [{when: "= 2 > 1", port: big}]}
    on: {default: end}
  end: {kind: stop}
"""
WAYS = {
    "pick": "went on by “otherwise” to “Check”",
    "check": "went on by “next” to “Again”",
    "again": "went on by “very big” to “Note”",
    "note": "",
    "none_fits": "ended here, since no case was true",
}


@pytest.fixture
def web(transactional_db: None) -> Client:
    make_version(FLOW)
    return sign_in(make_person("ana", (make_team("marketing"), Role.ANALYST), (make_team("marketing"), Role.OPERATOR)))


class TestTheWayOfAStep:
    def test_is_said_in_the_list_and_at_the_step(self, web: Client) -> None:
        done = web.post("/flows/ways/draft/try/begin/", {"reach": "all"})
        page = done.content.decode()
        for step, way in WAYS.items():
            shown = web.get(f"/flows/ways/draft/try/steps/{step}/").content.decode()
            assert f"In the last try{': ' if way else ''}{way}</h3>" in shown
            assert way in page
        links = json.loads(done["HX-Trigger"])["designer:overlay"]["links"]
        assert links[1:4] == [["pick", "default"], ["check", "next"], ["again", "very_big"]]

    def test_is_said_of_a_run(self, web: Client) -> None:
        page = web.get(f"/runs/{run_to_rest(make_version(FLOW), {}).id}/").content.decode()
        for words in (
            "Went on by “otherwise” to “Check”",
            "Went on by “very big” to “Note”",
            "Ended here, since no case was true",
        ):
            assert words in page
        assert "port: " not in page

    def test_says_that_a_port_which_leads_nowhere_ends_it(self, web: Client) -> None:
        version = make_version(ENDING)
        tried = web.post("/flows/ends/draft/try/begin/", {"reach": "all"}).content.decode()
        assert ("ended here by “big”" in tried, "went on by" in tried) == (True, False)
        page = web.get(f"/runs/{run_to_rest(version, {}).id}/").content.decode()
        assert ("Ended here by “big”" in page, "Went on by" in page) == (True, False)
