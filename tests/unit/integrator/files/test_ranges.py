"""Which part a Range header asks for, by table."""

from __future__ import annotations

import pytest

from integrator.files.ranges import Part, RangeUnsatisfiable, read_range

ETAG = '"abc"'


def read(asked: str, *, only_if: str = "", size_bytes: int = 10) -> tuple[int, int] | None:
    part = read_range(asked, only_if=only_if, etag=ETAG, size_bytes=size_bytes)
    return (part.first, part.last) if part is not None else None


class TestReadRange:
    @pytest.mark.parametrize(
        ("asked", "part"),
        [
            ("bytes=0-0", (0, 0)),
            ("bytes=0-9", (0, 9)),
            ("bytes=2-5", (2, 5)),
            ("bytes=5-", (5, 9)),
            ("bytes=5-99", (5, 9)),
            ("bytes=-3", (7, 9)),
            ("bytes=-99", (0, 9)),
            ("Bytes = 2 - 5 ", (2, 5)),
        ],
    )
    def test_gives_the_part(self, asked: str, part: tuple[int, int]) -> None:
        assert read(asked) == part

    @pytest.mark.parametrize(
        "asked", ["", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes", "bytes=a-b", f"bytes={'9' * 30}-"]
    )
    def test_gives_the_whole_for_none_for_several_and_for_what_cannot_be_read(self, asked: str) -> None:
        assert read(asked) is None

    @pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0", f"bytes={'9' * 18}-"])
    def test_refuses_what_lies_behind_the_end(self, asked: str) -> None:
        with pytest.raises(RangeUnsatisfiable):
            read(asked)

    @pytest.mark.parametrize(
        ("only_if", "part"),
        [(ETAG, (2, 5)), ('"xyz"', None), (f"W/{ETAG}", None), ("Sun, 22 Nov 2026 08:00:00 GMT", None)],
    )
    def test_holds_only_for_the_content_that_is_meant(self, only_if: str, part: tuple[int, int] | None) -> None:
        assert read("bytes=2-5", only_if=only_if) == part

    def test_gives_the_whole_for_the_end_of_an_empty_content(self) -> None:
        assert read("bytes=-5", size_bytes=0) is None
        with pytest.raises(RangeUnsatisfiable):
            read("bytes=0-", size_bytes=0)

    def test_counts_both_ends(self) -> None:
        assert Part(first=2, last=5).size_bytes == 4
