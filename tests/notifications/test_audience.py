"""Who is meant by whom an alert is for."""

from __future__ import annotations

from typing import Any

import pytest

from integrator.people.models import Person
from notifications.audience import resolve_audience
from notifications.errors import AudienceInvalid
from tests.support.cases import Office


def names(refs: Any) -> list[str]:
    by_id = dict(Person.objects.values_list("id", "username"))
    return [by_id[person_id] for person_id in resolve_audience(refs)]


class TestAudience:
    @pytest.mark.parametrize(
        ("refs", "found"),
        [
            ("lee", ["lee"]),
            ("LEE@example.org", ["lee"]),
            (["lee", "bo", "lee"], ["lee", "bo"]),
            ("team:legal", ["lee", "lia", "vi"]),
            ("each:team:legal", ["lee", "lia", "vi"]),
            (["bo", "team:legal", "lia"], ["bo", "lee", "lia", "vi"]),
        ],
    )
    def test_is_everybody_named_once(self, office: Office, refs: Any, found: list[str]) -> None:
        assert names(refs) == found

    def test_leaves_the_deactivated_of_a_team_out(self, office: Office) -> None:
        Person.objects.filter(username="vi").update(is_active=False)
        assert names("team:legal") == ["lee", "lia"]

    @pytest.mark.parametrize(
        ("refs", "code", "who"),
        [
            ("zoe", "alert.unknown_person", "zoe"),
            (["lee", "zoe@example.org"], "alert.unknown_person", "zoe@example.org"),
            ("team:nope", "alert.unknown_person", "team:nope"),
            ("team:empty", "alert.nobody", "team:empty"),
            ("a\x00b", "alert.unknown_person", "a\x00b"),
            ([], "alert.nobody", None),
            (["lee"] * 101, "alert.nobody", None),
            (None, "alert.unknown_person", None),
            ([5], "alert.unknown_person", None),
        ],
    )
    def test_names_whom_it_does_not_know(self, office: Office, refs: Any, code: str, who: str | None) -> None:
        with pytest.raises(AudienceInvalid) as caught:
            resolve_audience(refs)
        assert (caught.value.code, caught.value.details.get("who")) == (code, who)

    def test_names_somebody_deactivated(self, office: Office) -> None:
        Person.objects.filter(username="vi").update(is_active=False)
        with pytest.raises(AudienceInvalid, match="deactivated") as caught:
            resolve_audience(["lee", "vi"])
        assert caught.value.details["who"] == "vi"
