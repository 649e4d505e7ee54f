"""Fifty contributions at the same moment: each key counts once, and the case moves on once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import close_old_connections, connection

from cases.checklists import read_asked
from cases.operations.contributing import REPEATED, contribute
from integrator.events.models import Event
from tests.support.cases import NOW, Office, make_case

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


def test_count_once_each_and_move_the_case_once(office: Office) -> None:
    keys = ["a", "b", "c", "d", "e"]
    case = make_case(office, contributions=read_asked(dict.fromkeys(keys, "http")))

    def give(number: int) -> Any:
        try:
            return contribute(
                number=case.number, key=keys[number % len(keys)], person=office.mo, comment=str(number), now=NOW
            )
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(give, range(AT_ONCE)))
    assert sum(one.counted for one in taken) == len(keys)
    counted = {one.contribution.key: one.contribution for one in taken if one.counted}
    for one in taken:  # the others are told whose it is, since when, and that it is in
        assert (one.contribution.by, one.contribution.at) == (office.mo, counted[one.contribution.key].at)
        assert one.contribution.comment == counted[one.contribution.key].comment
        assert one.counted or one.reason == REPEATED
    assert sum(one.is_last for one in taken) == 1
    names = list(Event.objects.filter(subject_id=case.number).values_list("name", flat=True))
    assert names.count("case.contributed") == len(keys)
    assert names.count("case.contributions_complete") == 1
    assert names.count("case.contribution_repeated") == AT_ONCE - len(keys)
