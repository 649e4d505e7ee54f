"""What an alert may say and where it may lead."""

from __future__ import annotations

from typing import Any

import pytest

from notifications.errors import AlertInvalid
from notifications.shapes import check_body, check_link, check_severity, check_title


class TestChecks:
    @pytest.mark.parametrize(
        "link",
        ["https://x.example/a?b=1#c", "http://10.0.0.1:8080/", "/cases/C-2026-000001/", "/", "https://[::1]/"],
    )
    def test_take_addresses_and_paths(self, link: str) -> None:
        assert check_link(link) == link

    @pytest.mark.parametrize(
        "link",
        [
            "javascript:alert(1)", "JAVASCRIPT:alert(1)", " https://x.example", "//x.example", "/\\x.example", "x",
            "https://", "data:text/html,x", "https://x.example/\nSet-Cookie", "ftp://x.example", 5, ["x"],
            "https://[::1", "https://x.example/" + "a" * 2000,
        ],
    )  # fmt: skip
    def test_refuse_what_else_a_link_could_be(self, link: Any) -> None:
        with pytest.raises(AlertInvalid) as caught:
            check_link(link)
        assert caught.value.code == "alert.link_invalid"

    @pytest.mark.parametrize(
        ("check", "value", "code"),
        [
            (check_title, None, "alert.title_missing"),
            (check_title, "", "alert.title_missing"),
            (check_title, ["x"], "alert.title_invalid"),
            (check_title, True, "alert.title_invalid"),
            (check_title, "a\x00", "alert.title_invalid"),
            (check_title, "\ud800", "alert.title_invalid"),
            (check_title, "x" * 501, "alert.title_long"),
            (check_body, {"a": 1}, "alert.body_invalid"),
            (check_body, True, "alert.body_invalid"),
            (check_body, "x" * 20_001, "alert.body_invalid"),
            (check_body, "a\x00", "alert.body_invalid"),
            (check_severity, "fatal", "alert.severity_invalid"),
            (check_severity, ["info"], "alert.severity_invalid"),
        ],
    )
    def test_refuse_with_a_stable_code(self, check: Any, value: Any, code: str) -> None:
        with pytest.raises(AlertInvalid) as caught:
            check(value)
        assert caught.value.code == code

    def test_fill_in_what_is_left_out(self) -> None:
        assert (check_body(None), check_link(None), check_severity(None)) == ("", "", "info")
        assert (check_title(5), check_body(1.5)) == ("5", "1.5")
