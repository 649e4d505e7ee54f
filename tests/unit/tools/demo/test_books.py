"""The partner's books: a call-back is taken once, and only as agreed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.demo.books import Books, Reply, SentRequest
from tools.demo.partner_page import render_asset, render_desk
from tools.demo.picture import draw_picture

BODY = json.dumps({"decision": "approved", "comments": [{"by": "lee", "comment": "Fine.", "at": "now"}]}).encode()


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def request_sent(books: Books) -> SentRequest:
    return books.add_request()


def call(books: Books, request: SentRequest, *, key: str = "key-1", body: bytes = BODY) -> Reply:
    return books.take_call_back(request.request_id, request.token, key=key, body=body)


class TestTakeCallBack:
    def test_takes_the_decision_once(self, books: Books, request_sent: SentRequest) -> None:
        assert call(books, request_sent).status == 200
        assert (request_sent.decision, request_sent.accepted, request_sent.idempotency_key) == ("approved", 1, "key-1")
        assert request_sent.comments[0]["comment"] == "Fine."

    def test_counts_a_repeat_under_the_same_key_and_takes_nothing_again(
        self, books: Books, request_sent: SentRequest
    ) -> None:
        call(books, request_sent)
        assert call(books, request_sent).data == {"taken": True, "repeated": True}
        assert (request_sent.accepted, request_sent.repeated) == (1, 1)

    def test_refuses_a_second_one_under_another_key(self, books: Books, request_sent: SentRequest) -> None:
        call(books, request_sent)
        assert call(books, request_sent, key="key-2").status == 409
        assert request_sent.at_fault == ["a second call-back under another key, key-2"]

    @pytest.mark.parametrize(
        ("key", "body"),
        [
            ("", BODY),
            ("k", b"{"),
            ("k", b"[]"),
            ("k", b'{"decision": "maybe", "comments": []}'),
            ("k", b'{"decision": "approved"}'),
            ("k", b'{"decision": "approved", "comments": ["x"]}'),
        ],
    )
    def test_notes_what_was_not_as_agreed(self, books: Books, request_sent: SentRequest, key: str, body: bytes) -> None:
        assert call(books, request_sent, key=key, body=body).status == 422
        assert (request_sent.accepted, len(request_sent.at_fault)) == (0, 1)

    def test_knows_nobody_without_the_token(self, books: Books, request_sent: SentRequest) -> None:
        assert books.take_call_back(request_sent.request_id, "guess", key="k", body=BODY).status == 404
        assert books.take_call_back("unknown", request_sent.token, key="k", body=BODY).status == 404
        assert request_sent.accepted == 0

    def test_fails_while_told_to_and_takes_it_afterwards(self, books: Books, request_sent: SentRequest) -> None:
        books.set_failing(True)
        assert call(books, request_sent).status == 500
        books.set_failing(False)
        assert call(books, request_sent).status == 200
        assert (request_sent.turned_away, request_sent.accepted) == (1, 1)


class TestKeeping:
    def test_finds_everything_again_after_a_restart(self, tmp_path: Path) -> None:
        books = Books(tmp_path / "partner.json")
        request = books.add_request()
        books.note_answer(request.request_id, status=202, data={"run": "r", "case": "C-1", "status_url": "u"})
        call(books, request)
        assert Books(tmp_path / "partner.json").list_requests() == [request]


class TestPages:
    def test_show_text_as_text(self, books: Books, request_sent: SentRequest) -> None:
        request_sent.title = "<script>alert(1)</script>"
        for page in (render_desk(books, product_url="http://p"), render_asset(request_sent)):
            assert "<script>alert" not in page
            assert "&lt;script&gt;alert(1)" in page


class TestDrawPicture:
    def test_is_a_whole_png(self) -> None:
        picture = draw_picture(0.58)
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert picture.endswith(b"IEND\xaeB`\x82")
