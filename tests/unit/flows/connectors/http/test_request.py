"""What the kind plans: address, host, body, and what happens after an unknown outcome."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from flows.connectors.http.request import HTTP_REQUEST
from flows.definition.kind import Advance, RunFacts, StepCall, StepError
from flows.definition.model import Step
from tests.support.http_calls import NOW, make_connection, plan

URL = "https://partner.example/orders"


def refusal(**settings: Any) -> StepError:
    with pytest.raises(StepError) as caught:
        plan(**settings)
    return caught.value


class TestRepeat:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
    def test_is_safe_for_idempotent_methods(self, method: str) -> None:
        assert plan(method=method, url=URL).repeat == "safe"

    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_asks_for_the_others(self, method: str) -> None:
        assert plan(method=method, url=URL).repeat == "ask"

    @pytest.mark.parametrize(("method", "written"), [("POST", "safe"), ("PUT", "ask")])
    def test_follows_the_step_first(self, method: str, written: str) -> None:
        assert plan(method=method, url=URL, repeat=written).repeat == written

    def test_follows_the_connection_where_the_step_is_silent(self) -> None:
        connection = make_connection(repeat_safe=True, base_url="https://erp.example")
        assert plan(connection, method="POST", url="orders").repeat == "safe"
        assert plan(connection, method="POST", url="orders", repeat="ask").repeat == "ask"


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "host"),
        [(URL, "partner.example"), ("http://Partner.Example:8080/x", "partner.example:8080"), ("https://a:443", "a")],
    )
    def test_names_the_host(self, url: str, host: str) -> None:
        assert plan(url=url).host == host

    def test_takes_the_host_of_the_connection(self) -> None:
        connection = make_connection(base_url="https://erp.example:8443/api")
        assert plan(connection, url="orders").host == "erp.example:8443"

    @pytest.mark.parametrize("url", ["ftp://x/", "partner.example", "", "http://a@127.0.0.1/", "file:///etc/passwd"])
    def test_refuses_what_is_no_address(self, url: str) -> None:
        assert refusal(url=url).code == "outbound.bad_url"

    @pytest.mark.parametrize("url", ["../admin", "a/%2e%2e/b", "/..", "a/..\\b"])
    def test_does_not_leave_the_base_by_its_path(self, url: str) -> None:
        connection = make_connection(base_url="https://erp.example/api")
        with pytest.raises(StepError, match=r"might leave|backslashes"):
            plan(connection, url=url)

    @pytest.mark.parametrize("url", ["https://evil.example/", "http://erp.example/", "https://erp.example:444/x"])
    def test_keeps_credentials_from_another_host(self, url: str) -> None:
        connection = make_connection("bearer", "s3cret-token", base_url="https://erp.example")
        with pytest.raises(StepError) as caught:
            plan(connection, url=url)
        assert caught.value.code == "connection.other_host"

    @pytest.mark.parametrize("url", ["//evil.example/x", "@evil.example", ".evil.example"])
    def test_reads_tricks_as_a_path(self, url: str) -> None:
        connection = make_connection(base_url="https://erp.example")
        assert plan(connection, url=url).host == "erp.example"

    def test_names_an_unknown_connection(self) -> None:
        facts = RunFacts(run_id=uuid.uuid4(), flow_key="f", flow_name="F", version=1, team_id=1, team="marketing")
        settings = {"url": "x", "connection": "nope"}
        step = Step(key="call", kind="http.request", settings=settings)
        call = StepCall(
            run=facts, step=step, visit_id=uuid.uuid4(), settings=settings, now=NOW, connection_of=lambda key: None
        )
        with pytest.raises(StepError) as caught:
            HTTP_REQUEST.execute(call)
        assert caught.value.code == "connection.unknown"
        assert "'nope'" in caught.value.message


class TestBody:
    @pytest.mark.parametrize(
        ("settings", "member", "value"),
        [
            ({"json": {"a": [1, None]}}, "json", {"a": [1, None]}),
            ({"form": {"a": 1, "b": ["x", "y"], "c": None, "d": True}}, "form",
             [["a", "1"], ["b", "x"], ["b", "y"], ["d", "true"]]),
            ({"text": 12}, "text", "12"),
        ],
    )  # fmt: skip
    def test_plans_the_one_that_is_given(self, settings: dict[str, Any], member: str, value: Any) -> None:
        request = plan(method="POST", url=URL, **settings).request
        assert request[member] == value
        assert len({"json", "form", "text"} & set(request)) == 1

    def test_sends_null_where_an_expression_gave_it(self) -> None:
        facts = RunFacts(run_id=uuid.uuid4(), flow_key="f", flow_name="F", version=1, team_id=1, team="marketing")
        step = Step(key="call", kind="http.request", settings={"url": URL, "json": "= trigger.body.x"})
        call = StepCall(
            run=facts, step=step, visit_id=uuid.uuid4(), settings={"url": URL, "json": None, "method": "POST"}, now=NOW
        )
        outcome = HTTP_REQUEST.execute(call)
        assert outcome.effect.request["json"] is None  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("settings", "field"),
        [
            ({"query": {"a": {"b": 1}}}, "query/a"),
            ({"headers": {"X-A": ["1"]}}, "headers/X-A"),
            ({"headers": "x"}, "headers"),
            ({"text": {"a": 1}}, "text"),
            ({"timeout_s": 301}, "timeout_s"),
            ({"method": "TRACE"}, "method"),
        ],
    )
    def test_names_the_setting_that_cannot_be_sent(self, settings: dict[str, Any], field: str) -> None:
        error = refusal(**{"url": URL, **settings})
        assert error.code == "http.bad_setting"
        assert error.details["field"] == field


class TestResume:
    def test_goes_on_with_the_answer(self) -> None:
        output = {"status": 200, "headers": {}, "body": 1}
        step = Step(key="call", kind="http.request")
        assert HTTP_REQUEST.resume(step, {"status": "confirmed", "output": output}) == Advance(output=output)
