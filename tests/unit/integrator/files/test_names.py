"""Names of files as people and headers get them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.files.names import MAX_CHARS, clean_name, make_disposition


class TestCleanName:
    @pytest.mark.parametrize(
        ("given_name", "cleaned"),
        [
            ("contract.pdf", "contract.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\win.ini", "win.ini"),
            ("/etc/passwd", "passwd"),
            ("C:\\temp\\a.txt", "a.txt"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("a/", "file"),
            (".htaccess", "htaccess"),
            ("invoice\u202efdp.exe", "invoicefdp.exe"),
            ("a\u2066b\u2069.txt", "ab.txt"),
            ("a\u200bb.txt", "ab.txt"),
            ("a\x00b.pdf", "ab.pdf"),
            ("a\r\nContent-Type: text/html", "aContent-Type_ text/html".rpartition("/")[2]),
            ("a\nb.pdf", "ab.pdf"),
            ("<script>.pdf", "_script_.pdf"),
            ("a  b .pdf ", "a b .pdf"),
            ("Verträge 2026.pdf", "Verträge 2026.pdf"),
            ("契約.pdf", "契約.pdf"),
            ("name.", "name"),
        ],
    )
    def test_leaves_nothing_that_leads_elsewhere(self, given_name: str, cleaned: str) -> None:
        assert clean_name(given_name) == cleaned

    def test_keeps_the_extension_of_a_long_name(self) -> None:
        name = clean_name("x" * 500 + ".pdf")
        assert len(name) == MAX_CHARS
        assert name.endswith(".pdf")

    @given(st.text(max_size=400))
    def test_gives_a_short_plain_name_for_any_text(self, text: str) -> None:
        name = clean_name(text)
        assert 1 <= len(name) <= MAX_CHARS
        assert not set(name) & set('/\\\0\r\n"<>')
        assert not any(unicodedata.category(char) in {"Cc", "Cf"} for char in name)
        assert name not in {".", ".."}


class TestMakeDisposition:
    @pytest.mark.parametrize(
        ("name", "header"),
        [
            ("a.pdf", 'attachment; filename="a.pdf"'),
            ("ä b.pdf", "attachment; filename=\"_ b.pdf\"; filename*=UTF-8''%C3%A4%20b.pdf"),
            ("100%.pdf", "attachment; filename=\"100_.pdf\"; filename*=UTF-8''100%25.pdf"),
        ],
    )
    def test_names_it_for_old_and_new_clients(self, name: str, header: str) -> None:
        assert make_disposition(name) == header

    @given(st.text(max_size=100))
    def test_is_one_line_of_ascii_for_any_cleaned_name(self, text: str) -> None:
        header = make_disposition(clean_name(text), is_inline=True)
        assert header.isascii()
        assert header.startswith("inline; ")
        assert not set(header) & set("\r\n\0")
