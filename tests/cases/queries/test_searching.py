"""Words that few and many cases hold are found alike, and pages of a narrowed list are those of the whole list."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest

from cases.models import Case
from cases.queries.case_lists import CaseFilter, find_cases
from cases.search import match_words
from integrator.database.keyset import Page, get_keyset_page
from integrator.database.near import get_near_page
from tests.support.cases import NOW, Office, make_case

pytestmark = pytest.mark.django_db
ORDER = ("-opened_at",)


def fill(office: Office) -> list[Case]:
    """Nine cases, of which every third is of legal; each is told by its number word and by ``banner``."""
    made = []
    for place in range(9):
        team = office.team("marketing" if place % 3 else "legal")
        case = make_case(office, title=f"Banner n{place}", team_id=team.pk, data={"parity": f"p{place % 2}"})
        Case.objects.filter(pk=case.pk).update(opened_at=NOW + timedelta(hours=place // 2))
        made.append(case)
    return made


class TestMatchWords:
    @pytest.mark.parametrize(("rare", "is_walked"), [(1_000, False), (0, False), (0, True)])
    @pytest.mark.parametrize(
        ("text", "places"),
        [
            ("banner", range(9)),
            ("bann p1", (1, 3, 5, 7)),
            ("n4", (4,)),
            ("n4 n5", ()),
            ("BÄNNER", range(9)),
            ("elsewhere", ()),
        ],
    )
    def test_finds_the_same_however_many_hold_them(
        self, office: Office, text: str, places: range | tuple[int, ...], rare: int, is_walked: bool
    ) -> None:
        made = fill(office)
        with mock.patch("cases.search.RARE", rare):
            found = set(match_words(Case.objects.order_by("-opened_at"), text, is_walked=is_walked))
            theirs = set(find_cases(office.lee, CaseFilter(q=text), now=NOW, is_walked=is_walked))
        assert found == {made[place] for place in places}
        assert theirs == {made[place] for place in places if place % 3 == 0}


class TestGetNearPage:
    @pytest.mark.parametrize("near", [0, 1, 2, 4, 20])
    @pytest.mark.parametrize("name", ["lee", "mo", "adm", "sam"])
    def test_gives_the_pages_of_the_whole_list_in_both_directions(self, office: Office, name: str, near: int) -> None:
        fill(office)
        with mock.patch("cases.search.RARE", 0):
            wanted = CaseFilter(q="banner")
            rows, walked = (find_cases(office.people[name], wanted, now=NOW, is_walked=way) for way in (False, True))

        def read(cursor: str) -> Page[Case]:
            plain = get_keyset_page(rows, order=ORDER, size=2, cursor=cursor)
            assert get_near_page(rows, walked, order=ORDER, size=2, cursor=cursor, near=near) == plain
            return plain

        page = read("")
        while page.next is not None:
            page = read(page.next)
        while page.previous is not None:
            page = read(page.previous)

    def test_asks_no_rule_of_rows_that_are_far_off(self, office: Office) -> None:
        fill(office)
        rows = find_cases(office.adm, CaseFilter(), now=NOW)
        with mock.patch("integrator.database.near.get_keyset_page", wraps=get_keyset_page) as reading:
            get_near_page(rows, rows, order=ORDER, size=2, near=4)
        [call] = reading.call_args_list
        assert call.args[0].count() < rows.count()
