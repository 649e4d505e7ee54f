"""Short names out of names."""

from __future__ import annotations

import pytest

from integrator.lib.short_names import make_short_name


class TestMakeShortName:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("ERP", "erp"),
            ("Überfällige Rechnungen", "uberfallige-rechnungen"),
            ("  a__b -- c!  ", "a-b-c"),
            ("2nd level", "2nd-level"),
            ("東", ""),
            ("", ""),
        ],
    )
    def test_has_small_letters_digits_and_single_hyphens(self, name: str, key: str) -> None:
        assert make_short_name(name, most=60) == key

    def test_is_cut_between_words_without_a_hyphen_at_its_end(self) -> None:
        assert make_short_name("abcd efgh", most=5) == "abcd"
