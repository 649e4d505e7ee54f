"""A draft in any state can be tried: what is wrong with it ends the try with a sentence, never with a fault of ours."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.definition.flow_file import file_data, parse_flow_file
from flows.definition.flow_file.shape import shape_definition
from flows.engine.simulation import Given, Limits, Trial, WrittenBook, make_free_doors, simulate

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FLOWS = [file_data(parse_flow_file(path.read_text())) for path in sorted(Path("flows/gallery").glob("*.yaml"))]
ANSWER = {
    "outcome": "approved",
    "comment": "No.",
    "data": {},
    "output": {"status": 200, "body": {}, "headers": {}},
}
VALUES = st.sampled_from([None, "", "x", "= ", "= steps.gone.body", "= trigger.body.a & 1", 0, -1, [], {}, ["a"], True])


def list_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place below the steps, the trigger and the top."""
    found = [path] if path else []
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in rows:
        found += list_places(inner, (*path, key))
    return found


def change(data: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    place: Any = data
    for part in path[:-1]:
        place = place[part]
    if value is None and isinstance(place, dict):
        del place[path[-1]]
    else:
        place[path[-1]] = value


class TestUnfinished:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        flow=st.sampled_from(FLOWS),
        at=st.integers(0, 10_000),
        value=VALUES,
        body=st.sampled_from([None, {}, {"a": 1}, [], "x"]),
    )
    def test_ends_with_a_sentence(self, flow: dict[str, Any], at: int, value: Any, body: Any) -> None:
        data = copy.deepcopy(flow)
        places = [
            path for path in list_places(data) if path[0] in {"steps", "trigger", "vars", "start", "on_error", "tests"}
        ]
        change(data, places[at % len(places)], value)
        definition, _ = shape_definition(data)
        if definition is None:
            return
        told = simulate(
            definition,
            Trial(
                trigger={"body": body},
                book=WrittenBook({key: [dict(ANSWER)] * 3 for key in definition.steps}),
                now=NOW,
                doors=make_free_doors(definition),
                limits=Limits(visits=300, seconds=5),
            ),
        )
        assert told.status in {"completed", "failed", "waiting", "incident", "refused", "not_ready", "endless"}
        assert told.ended_by.message or told.status in {"completed", "failed"}

    @pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow["flow"])
    def test_each_step_of_the_gallery_goes_alone(self, flow: dict[str, Any]) -> None:
        definition, _ = shape_definition(flow)
        assert definition is not None
        for key in definition.steps:
            told = simulate(
                definition,
                Trial(
                    trigger={"body": {}},
                    book=WrittenBook({}, samples={key: Given(value={"output": {}}, origin="sample")}),
                    now=NOW,
                    doors=make_free_doors(definition),
                    start_at=key,
                    stop_after=key,
                    outputs={each: {} for each in definition.steps},
                    item={},
                ),
            )
            assert told.path[:1] == (key,)
            assert told.status in {"stopped", "incident", "waiting", "completed", "failed"}
