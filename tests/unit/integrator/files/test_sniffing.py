"""What content is, whatever it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.files.sniffing import HEAD_BYTES, PREVIEWED, find_type
from tests.support.files import HTML_BYTES, PDF_BYTES, PNG_BYTES, SVG_BYTES


class TestFindType:
    @pytest.mark.parametrize(
        ("head", "media_type"),
        [
            (PDF_BYTES, "application/pdf"),
            (PNG_BYTES, "image/png"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\x00", "image/gif"),
            (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
            (b"a line of text\n", "text/plain"),
            ("Grüße".encode(), "text/plain"),
            (b"", "text/plain"),
            (HTML_BYTES, "text/html"),
            (b"\xef\xbb\xbf \n<HTML><body>", "text/html"),
            ("<html>".encode("utf-16"), "text/html"),
            (b"<!-- x --><html>", "text/html"),
            (SVG_BYTES, "image/svg+xml"),
            (b'<?xml version="1.0"?><svg><script/></svg>', "image/svg+xml"),
            (b'<?xml version="1.0"?><a/>', "application/xml"),
            (b"\x00\x01\x02\x03", "application/octet-stream"),
            (b"MZ\x90\x00\x03\x00\x00\x00", None),
            (b"junk%PDF-1.4", "text/plain"),
        ],
    )
    def test_goes_by_the_first_bytes(self, head: bytes, media_type: str | None) -> None:
        found = find_type(head)
        if media_type is None:
            assert found not in PREVIEWED
        else:
            assert found == media_type

    def test_takes_text_that_is_cut_in_the_middle_of_a_character_for_text(self) -> None:
        assert find_type(("a" + "ü" * HEAD_BYTES).encode()[:HEAD_BYTES]) == "text/plain"

    def test_does_not_open_a_zip(self) -> None:
        assert find_type(b"PK\x03\x04" + b"\0" * 60) not in PREVIEWED

    @given(st.sampled_from([b"<svg", b"<html", b"<script>", b"<!doctype html>"]), st.binary(max_size=200))
    def test_never_previews_markup(self, start: bytes, rest: bytes) -> None:
        assert find_type(start + rest) not in PREVIEWED

    @given(st.binary(max_size=300))
    def test_names_something_for_any_bytes(self, head: bytes) -> None:
        assert "/" in find_type(head)
