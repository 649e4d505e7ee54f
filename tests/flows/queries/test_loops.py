"""How far loops came, the pages of their visits, and results that are kept: over the API and on the run's page."""

from __future__ import annotations

import pytest

from flows.engine.runner import advance_batch
from flows.models import LoopResult, Run
from flows.queries import get_open_loops, shapes
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.flow_files import HALVES
from tests.support.flows import make_run, make_version, run_to_rest
from tests.support.run_pages import person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def half_way() -> Run:
    """A run that landed once in the middle of a loop: 200 steps are done."""
    run = make_run(make_version(HALVES), [1, 0, *range(2, 500)])
    assert advance_batch() == 1
    run.refresh_from_db()
    return run


class TestGetOpenLoops:
    def test_counts_what_is_done_failed_and_to_come(self, half_way: Run) -> None:
        (progress,) = get_open_loops(half_way).values()
        assert (progress.total, progress.done, progress.failed) == (500, 198, 1)
        assert progress.left == 500 - progress.begun
        assert set(get_open_loops(half_way)) == {half_way.visits.get(key="loop").id}

    def test_knows_none_once_the_run_is_over(self) -> None:
        assert get_open_loops(run_to_rest(make_version(HALVES), [1])) == {}


class TestApi:
    def test_ends_the_steps_of_a_long_run_and_says_where_to_read_on(
        self, half_way: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shapes, "STEPS_AT_ONCE", 40)
        monkeypatch.setattr(shapes, "STEPS_MAX", 100)
        api = Api(person=person_with(Role.OPERATOR)[0])
        told = api.get(f"runs/{half_way.id}").json()
        assert [step["visit"] for step in told["steps"][1:]] == list(range(1, 100))
        assert told["steps_next"] == f"/api/v1/runs/{half_way.id}/steps?after=100"
        more = api.get(told["steps_next"].removeprefix("/api/v1/")).json()
        assert [step["index"] for step in more["results"]] == list(range(99, 149))
        assert more["next"]

    def test_gives_all_steps_of_a_short_run(self) -> None:
        run = run_to_rest(make_version(HALVES), [1, 0])
        told = Api(person=person_with(Role.OPERATOR)[0]).get(f"runs/{run.id}").json()
        assert [(step["key"], step["index"]) for step in told["steps"]] == [
            ("loop", None),
            ("halve", 0),
            ("halve", 1),
            ("meet", None),
            ("done", None),
        ]
        assert told["steps_next"] is None

    @pytest.mark.parametrize(
        ("query", "found"),
        [("index=1", [1]), ("status=failed", [1]), ("step=halve&limit=2", [0, 1]), ("index=7000", [])],
    )
    def test_finds_steps(self, half_way: Run, query: str, found: list[int]) -> None:
        told = Api(person=person_with(Role.OPERATOR)[0]).get(f"runs/{half_way.id}/steps?{query}").json()
        assert [step["index"] for step in told["results"]] == found

    def test_gives_kept_results_by_index(self, half_way: Run) -> None:
        visit = half_way.visits.get(key="loop")
        api = Api(person=person_with(Role.OPERATOR)[0])
        told = api.get(f"runs/{half_way.id}/visits/{visit.id}/results?limit=3").json()
        assert [(row["index"], row["value"]) for row in told["results"]] == [(0, {"n": 10}), (1, None), (2, {"n": 5})]
        assert told["results"][1]["error"]["code"] == "expression.failed"
        assert LoopResult.objects.filter(loop_id=visit.id).count() == 199


class TestRunPage:
    def test_says_how_far_the_loop_came(self, half_way: Run) -> None:
        page = text_of(person_with(Role.OPERATOR)[1].get(f"/runs/{half_way.id}/"))
        assert "198 of 500 items done, 1 failed" in page
        assert "Halve (item 150)" in page
        assert "Show what failed" in page

    @pytest.mark.parametrize(
        ("query", "here", "gone"), [("item=2", "item 2)", "item 3)"), ("show=failed", "item 2)", "item 3)")]
    )
    def test_shows_one_item_or_what_failed(self, half_way: Run, query: str, here: str, gone: str) -> None:
        page = text_of(person_with(Role.OPERATOR)[1].get(f"/runs/{half_way.id}/?{query}"))
        assert here in page
        assert gone not in page
