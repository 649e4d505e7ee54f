"""The veil: sensitive values masked wherever they occur, and nothing else."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator.lib.redaction import MASK
from integrator.lib.veil import NO_VEIL, get_veil, join_veils, make_veil, veiled

IBAN = "DE44 5001 0517"
UUID = "0198c3a2-1234-7000-8000-00000000abcd"
MASKED: list[tuple[Any, Any]] = [
    (IBAN, MASK),
    (f"to {IBAN}.", f"to {MASK}."),
    ({"a": [IBAN, {"b": IBAN}], IBAN: 1}, {"a": [MASK, {"b": MASK}], MASK: 1}),
    (f"?iban={quote(IBAN)}", f"?iban={MASK}"),
    (json.dumps({"x": IBAN}), f'{{"x": "{MASK}"}}'),
    (48213, MASK),
    (48213.0, MASK),
    ("account 48213", f"account {MASK}"),
    (48214, 48214),
    (True, True),
    (None, None),
    ("DE44", "DE44"),
    (f"It said “{IBAN[:9]}…”", f"It said “{MASK}…”"),
    (f"It said {IBAN[:6]} …", f"It said {MASK}…"),
    ("It said DE4…", "It said DE4…"),
]


@pytest.fixture
def veil() -> Any:
    return make_veil([{"iban": IBAN, "account": 48213, "short": "abc", "few": 12, "flag": True, "none": None}])


class TestMask:
    @pytest.mark.parametrize(("value", "masked"), MASKED)
    def test_finds_each_spelling(self, veil: Any, value: Any, masked: Any) -> None:
        assert veil.mask(value) == masked

    def test_finds_base64(self, veil: Any) -> None:
        assert IBAN[2:8] not in veil.mask(base64.b64encode(f"x{IBAN}y".encode()).decode())
        assert MASK in veil.mask(base64.b64encode(f"user:{IBAN}".encode()).decode())

    def test_leaves_ids_and_times_unless_they_are_meant(self) -> None:
        veil = make_veil(["1234", "2026"])
        assert veil.mask([UUID, "2026-01-02T03:04:05Z"]) == [UUID, "2026-01-02T03:04:05Z"]
        assert make_veil([UUID]).mask(UUID) == MASK

    def test_says_nothing_of_files_but_their_names(self) -> None:
        file = {"file": "0198", "name": "passport.pdf", "type": "application/pdf", "bytes": 10_000, "sha256": "ab" * 32}
        veil = make_veil([file])
        assert veil.mask(["application/pdf", 10_000, "passport.pdf"]) == ["application/pdf", 10_000, MASK]

    @given(
        st.text(min_size=4, max_size=20).filter(lambda text: len(text.strip()) >= 4 and MASK not in text),
        st.text(max_size=20),
        st.text(max_size=20),
    )
    def test_leaves_no_value_within_any_text(self, secret: str, before: str, after: str) -> None:
        masked = make_veil([secret]).mask(f"{before}{secret}{after}")
        assert all(secret not in piece for piece in masked.split(MASK))

    def test_costs_nothing_where_nothing_is_sensitive(self) -> None:
        value = {"a": [1]}
        assert NO_VEIL.mask(value) is value
        assert make_veil(["abc", 12, True, None]) is NO_VEIL


class TestKeeping:
    def test_lists_what_occurs(self, veil: Any) -> None:
        assert veil.list_found({"x": f"to {IBAN}", "y": 48213}) == [IBAN, 48213]
        assert veil.list_found({"x": "nothing"}) == []

    def test_puts_back_what_was_left_masked(self, veil: Any) -> None:
        plain = {"url": f"/a/{IBAN}", "rows": [{"n": 48213}], "note": "x"}
        edited = {**veil.mask(plain), "note": "y"}
        assert veil.restore(edited, plain) == {**plain, "note": "y"}
        assert veil.restore({**edited, "url": "/b"}, plain)["url"] == "/b"


class TestVeiled:
    def test_lies_over_what_happens_within(self, veil: Any) -> None:
        with veiled(veil), veiled(make_veil(["other"])):
            assert get_veil().mask(["other", IBAN]) == [MASK, MASK]
        assert get_veil() is NO_VEIL

    def test_joins(self, veil: Any) -> None:
        assert join_veils([veil, NO_VEIL, make_veil(["other"])]).mask(["other", 48213]) == [MASK, MASK]

    def test_is_less_by_another(self) -> None:
        veil = make_veil(["mine-1234", "other-1234", 12345])
        assert (veil - make_veil(["mine-1234", 12345])).mask(["mine-1234", "other-1234", 12345]) == [
            "mine-1234",
            MASK,
            12345,
        ]
        assert veil - make_veil([]) == veil
