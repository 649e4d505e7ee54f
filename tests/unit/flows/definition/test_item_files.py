"""Items out of files, however the file is cut into parts."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.definition.item_files import ItemsUnreadable, Place, find_place, read_part

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
ITEMS = st.lists(st.one_of(st.integers(), TEXTS, st.dictionaries(TEXTS, st.one_of(st.integers(), TEXTS), max_size=3)))


def read_all(data: bytes, name: str, part_bytes: int = 1_000_000) -> list[Any]:
    """All items of a file that is read ``part_bytes`` at a time; parts grow where one item needs more."""
    place = find_place(data[: max(part_bytes, 400)], name=name)
    items: list[Any] = []
    is_through, size = False, part_bytes
    while not is_through:
        part = data[place.read_bytes : place.read_bytes + size]
        is_end = place.read_bytes + size >= len(data)
        try:
            found, place, is_through = read_part(part, place, is_end=is_end)
        except ItemsUnreadable as error:
            if "never ends" not in error.message:
                raise
            size *= 2
            continue
        items += found
        place = Place.from_data(json.loads(json.dumps(place.as_data())))
        assert place.items == len(items)
    return items


class TestReadPart:
    @given(items=ITEMS, part_bytes=st.integers(8, 60), indent=st.sampled_from([None, 1]), raw=st.booleans())
    def test_reads_a_json_list_in_parts_of_any_size(
        self, items: list[Any], part_bytes: int, indent: int | None, raw: bool
    ) -> None:
        data = json.dumps(items, indent=indent, ensure_ascii=not raw).encode()
        assert read_all(data, "items.json", part_bytes) == items

    @given(items=st.lists(st.dictionaries(TEXTS, TEXTS, max_size=3)), part_bytes=st.integers(8, 60), last=st.booleans())
    def test_reads_json_lines_in_parts_of_any_size(self, items: list[Any], part_bytes: int, last: bool) -> None:
        data = "\n".join(json.dumps(item) for item in items).encode() + b"\n" * last
        assert read_all(data, "items.jsonl", part_bytes) == items

    @given(
        rows=st.lists(st.tuples(st.text('ab,"\né;', max_size=9), st.text("xyz", min_size=1, max_size=5)), max_size=20),
        part_bytes=st.integers(30, 90),
        separator=st.sampled_from(",;\t"),
    )
    def test_reads_csv_in_parts_of_any_size(self, rows: list[tuple[str, str]], part_bytes: int, separator: str) -> None:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
        writer.writerows([("name", "code"), *rows])
        found = read_all(text.getvalue().encode(), "Items.CSV", part_bytes)
        assert found == [{"name": name, "code": code} for name, code in rows]

    def test_takes_a_byte_order_mark_for_none_of_the_data(self) -> None:
        assert read_all(b"\xef\xbb\xbf[1, 2]", "x.json") == [1, 2]
        assert read_all(b"\xef\xbb\xbfa;b\n1;2\n", "x.csv") == [{"a": "1", "b": "2"}]

    @pytest.mark.parametrize(
        ("data", "name", "words"),
        [
            (b"<xml/>", "x.xml", "'x.xml' holds no items."),
            (b"[1, 2", "x.json", "After item 2 a comma or ']' was expected."),
            (b"[1, two]", "x.json", "Item 2 of the list is no JSON."),
            (b"[1, NaN]", "x.json", "Item 2 of the file is no JSON"),
            (b'{"a": 1}\n{"a": \n', "x.jsonl", "Item 2 of the file is no JSON"),
            (b"a,b\n1,2\n3\n", "x.csv", "Row 2 of the CSV file has 1 columns, but its header has 2."),
            (b'a,b\n1,"2\n', "x.csv", "Row 1 of the CSV file cannot be read"),
            (b"[\xff]", "x.json", "The file is not UTF-8 text."),
        ],
    )
    def test_says_where_a_file_cannot_be_read(self, data: bytes, name: str, words: str) -> None:
        with pytest.raises(ItemsUnreadable) as raised:
            read_all(data, name)
        assert words in raised.value.message
        assert raised.value.code == "for_each.unreadable"
