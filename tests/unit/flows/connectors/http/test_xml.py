"""XML as JSON: the mapping by table, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest

from flows.connectors.http.xml import MAX_DEPTH, XMLError, parse_xml

BOMB = (
    '<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><z>&j;</z>"
)


class TestParseXml:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("<a/>", {"a": None}),
            ("<a>text</a>", {"a": "text"}),
            ("<a>  </a>", {"a": None}),
            ('<a id="7"/>', {"a": {"@id": "7"}}),
            ('<a id="7">x</a>', {"a": {"@id": "7", "#text": "x"}}),
            ("<a><b>1</b><b>2</b><b/></a>", {"a": {"b": ["1", "2", None]}}),
            ("<a><b>1</b></a>", {"a": {"b": "1"}}),
            ("<a>x<b>1</b>y</a>", {"a": {"b": "1", "#text": "xy"}}),
            ("<a><![CDATA[<b>]]></a>", {"a": "<b>"}),
            ('<x:a xmlns:x="urn:x"><x:b x:c="1">2</x:b></x:a>', {"a": {"b": {"@c": "1", "#text": "2"}}}),
            ("<a>&lt;&#228;</a>", {"a": "<ä"}),
        ],
    )
    def test_maps_elements(self, text: str, value: Any) -> None:
        assert parse_xml(text.encode()) == value

    @pytest.mark.parametrize(
        ("data", "charset"),
        [
            ("<a>ä</a>".encode(), None),
            ("<a>ä</a>".encode("latin-1"), "iso-8859-1"),
            ('<?xml version="1.0" encoding="ISO-8859-1"?><a>ä</a>'.encode("latin-1"), None),
            ('<?xml version="1.0" encoding="UTF-16"?><a>ä</a>'.encode("utf-16"), None),
        ],
    )
    def test_reads_character_sets(self, data: bytes, charset: str | None) -> None:
        assert parse_xml(data, charset) == {"a": "ä"}

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (BOMB, "document type"),
            ('<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>', "document type"),
            ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
            ("<a><b></a>", "cannot be read from line 1"),
            ("", "cannot be read"),
            ("<a>" * (MAX_DEPTH + 1), "nested deeper"),
            ("<a>" + "<b/>" * 200_001 + "</a>", "more than 200,000"),
        ],
    )
    def test_refuses_quickly(self, text: str, words: str) -> None:
        began = time.process_time()
        with pytest.raises(XMLError, match=words):
            parse_xml(text.encode())
        assert time.process_time() - began < 2

    def test_refuses_an_unknown_character_set(self) -> None:
        with pytest.raises(XMLError, match=r"character set|cannot be read"):
            parse_xml(b"<a/>", "no-such")
