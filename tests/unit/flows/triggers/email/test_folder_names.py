"""Folder names on the wire and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.triggers.email.folder_names import decode_folder, encode_folder, quote_folder, read_folders


class TestFolderNames:
    @pytest.mark.parametrize(
        ("name", "raw"),
        [
            ("INBOX", "INBOX"),
            ("Aufträge", "Auftr&AOQ-ge"),
            ("a&b", "a&-b"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501, section 5.1.3
        ],
    )
    def test_are_written_in_modified_utf_7(self, name: str, raw: str) -> None:
        assert encode_folder(name) == raw
        assert decode_folder(raw) == name

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
    def test_come_back_as_they_were(self, name: str) -> None:
        assert encode_folder(name).isascii()
        assert decode_folder(encode_folder(name)) == name

    def test_are_quoted(self) -> None:
        assert quote_folder('a"b\\c') == '"a\\"b\\\\c"'

    def test_are_read_from_a_list(self) -> None:
        lines = [
            b'(\\HasNoChildren) "/" INBOX',
            b'(\\Noselect) "/" "[Gmail]"',
            b'() NIL "a \\"b\\""',
            (b'() "." {3}', b"x y"),
            b"",
            None,
        ]
        assert read_folders(lines) == ["INBOX", 'a "b"', "x y"]
