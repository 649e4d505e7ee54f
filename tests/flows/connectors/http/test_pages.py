"""Answers in pages, each style at a server on the loopback: what is asked for, what comes of it, and where it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.http_calls import call, make_connection, plan, send
from tests.support.loopback import Handler, LoopbackServer, answer, serve

JSON = {"Content-Type": "application/json"}
Page = Callable[[dict[str, list[str]]], tuple[Any, dict[str, str]]]


def paged(page: Page) -> Handler:
    """A handler that answers each query with what ``page`` gives: a body and further headers."""

    def handle(connection: Any, request: bytes) -> None:
        target = request.split(b" ", 2)[1].decode()
        body, headers = page(parse_qs(urlsplit(target).query))
        connection.sendall(answer(json.dumps(body).encode(), headers={**JSON, **headers}))

    return handle


def queries(server: LoopbackServer) -> list[str]:
    return [urlsplit(request.split(b" ", 2)[1].decode()).query for request in server.requests]


def by_cursor(query: dict[str, list[str]]) -> tuple[Any, dict[str, str]]:
    pages = {"": ([1, 2], "b"), "b": ([3], "c"), "c": ([4, 5], None)}
    items, following = pages[query.get("after", [""])[0]]
    return {"data": items, "next": following}, {}


def by_number(query: dict[str, list[str]]) -> tuple[Any, dict[str, str]]:
    number = int(query["page"][0])
    return ([f"{number}a", f"{number}b"] if number < 3 else []), {}


CURSOR = {"style": "cursor", "items": "= body.data", "cursor": "= body.next", "param": "after"}


class TestStyles:
    def test_cursor_goes_on_until_there_is_none(self) -> None:
        with serve(paged(by_cursor)) as server:
            found = call(url=f"{server.url}/orders", query={"q": "x"}, paginate=CURSOR)
        assert found.error is None
        assert found.output["body"] == [1, 2, 3, 4, 5]
        assert (found.output["pages"], found.output["more"], found.output["status"]) == (3, False, 200)
        assert queries(server) == ["q=x", "q=x&after=b", "q=x&after=c"]
        assert [(told["page"], told["items"], told["status"]) for told in found.exchange["pages"]] == [
            (1, 2, 200),
            (2, 1, 200),
            (3, 2, 200),
        ]

    def test_page_counts_until_one_is_empty(self) -> None:
        with serve(paged(by_number)) as server:
            found = call(url=server.url, paginate={"style": "page"})
        assert found.output["body"] == ["1a", "1b", "2a", "2b"]
        assert queries(server) == ["page=1", "page=2", "page=3"]

    def test_page_ends_where_the_page_says_so(self) -> None:
        with serve(paged(lambda query: ({"rows": [query["p"][0]], "more": query["p"] == ["0"]}, {}))) as server:
            settings = {"style": "page", "items": "= body.rows", "more": "= body.more", "param": "p", "start": 0}
            found = call(url=server.url, paginate=settings)
        assert found.output["body"] == ["0", "1"]

    def test_link_follows_the_header(self) -> None:
        def page(query: dict[str, list[str]]) -> tuple[Any, dict[str, str]]:
            number = int(query.get("n", ["1"])[0])
            links = f'</orders?n=9>; rel="last", </orders?n={number + 1}>; rel="next"'
            return [number], {"Link": links} if number < 3 else {}

        with serve(paged(page)) as server:
            found = call(url=f"{server.url}/orders", paginate={"style": "link"})
        assert found.output["body"] == [1, 2, 3]
        assert queries(server) == ["", "n=2", "n=3"]

    def test_link_is_found_in_the_body_too(self) -> None:
        with serve(paged(lambda query: ({"v": [1], "links": {} if query else {"next": "?n=2"}}, {}))) as server:
            settings = {"style": "link", "items": "= body.v", "next": "= body.links.next"}
            found = call(url=f"{server.url}/a", paginate=settings)
        assert found.output["body"] == [1, 1]

    def test_one_row_and_no_row_are_lists(self) -> None:
        with serve(paged(lambda query: ({"data": [{"a": 1}], "next": None}, {}))) as server:
            assert call(url=server.url, paginate=CURSOR).output["body"] == [{"a": 1}]
        with serve(paged(lambda query: ({"data": [], "next": None}, {}))) as server:
            assert call(url=server.url, paginate=CURSOR).output["body"] == []


class TestCaps:
    @pytest.mark.parametrize(
        ("cap", "body", "pages", "more"),
        [
            ({"max_pages": 2}, [1, 2, 3], 2, True),
            ({"max_items": 4}, [1, 2, 3, 4], 3, True),
            ({"max_items": 3}, [1, 2, 3], 2, True),
            ({"max_items": 5}, [1, 2, 3, 4, 5], 3, False),
        ],
    )
    def test_end_it_and_say_so(self, cap: dict[str, int], body: list[int], pages: int, more: bool) -> None:
        with serve(paged(by_cursor)) as server:
            found = call(url=server.url, paginate={**CURSOR, **cap})
        assert (found.output["body"], found.output["pages"], found.output["more"]) == (body, pages, more)

    def test_no_turn_in_time_is_a_passing_fault(self) -> None:
        with serve(paged(by_cursor)) as server:
            found = send(plan(url=server.url, paginate=CURSOR), take_turn=lambda within_s: False)
        assert found.error is not None
        assert (found.error.code, found.error.retryable) == ("connection.rate", True)
        assert len(server.requests) == 1


class TestFaults:
    def test_a_failing_page_fails_the_whole(self) -> None:
        def handle(connection: Any, request: bytes) -> None:
            failing = answer(b'{"detail":"no"}', status=500, headers=JSON)
            connection.sendall(failing if b"after=c" in request else answer(json.dumps(by_cursor(
                parse_qs(urlsplit(request.split(b" ", 2)[1].decode()).query))[0]).encode(), headers=JSON))  # fmt: skip

        with serve(handle) as server:
            found = call(url=server.url, paginate=CURSOR)
        assert found.error is not None
        assert (found.error.code, found.error.retryable) == ("http.status", True)
        assert len(found.exchange["pages"]) == 2
        assert found.exchange["answer"]["status"] == 500

    def test_pages_in_a_circle_are_seen(self) -> None:
        with serve(paged(lambda query: ({"data": [1], "next": "x"}, {}))) as server:
            found = call(url=server.url, paginate=CURSOR)
        assert found.error is not None
        assert found.error.code == "http.page_repeats"
        assert len(server.requests) == 2

    def test_another_host_gets_nothing(self) -> None:
        with serve(paged(lambda query: ([1], {}))) as other:
            link = {"Link": f'<{other.url}/x>; rel="next"'}
            with serve(paged(lambda query: ([1], link))) as server:
                connection = make_connection("bearer", "s3cret-Value/42", base_url=server.url)
                found = call(connection, url="/", paginate={"style": "link"})
        assert found.error is not None
        assert found.error.code == "http.page_elsewhere"
        assert other.requests == []

    def test_items_that_are_no_list_say_where_to_look(self) -> None:
        with serve(paged(lambda query: ({"data": [1]}, {}))) as server:
            found = call(url=server.url, paginate={"style": "page"})
        assert found.error is not None
        assert found.error.code == "http.page_items"
        assert "body.data" in found.error.message

    def test_keys_in_the_query_are_not_kept(self) -> None:
        secret = "s3cret-Value/42"
        with serve(paged(by_cursor)) as server:
            connection = make_connection("api_key", secret, settings={"query": "k"}, base_url=server.url)
            found = call(connection, url="/", paginate=CURSOR)
        assert found.error is None
        assert "s3cret" not in json.dumps(found.exchange)
