"""Lists of the API, page by page, there and back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from integrator.people.models import Person
from tests.support.personas import bearer, make_person, make_token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy_api")]
DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


@pytest.fixture
def client() -> Client:
    client = Client(headers=bearer(make_token_of(make_person())))
    Person.objects.bulk_create(
        Person(
            username=f"row-{number:03}",
            name=f"tie-{number % 3}",
            deactivated_at=None if number % 4 == 0 else DAY + dt.timedelta(days=number % 5),
        )
        for number in range(120)
    )
    return client


def walk(client: Client, address: str | None, link: str = "next") -> list[list[str]]:
    pages = []
    while address:
        page = client.get(address).json()
        assert set(page) == {"results", "next", "previous"}
        pages.append(page["results"])
        address = page[link]
    return pages


class TestPages:
    @pytest.mark.parametrize(
        "order",
        ["username", "-username", "name", "-name", "name,-username", "deactivated_at", "-deactivated_at", "id",
         "deactivated_at,-name,username", "-deactivated_at,name"],
    )  # fmt: skip
    def test_hold_every_row_once_in_order_and_the_same_backwards(self, client: Client, order: str) -> None:
        pages = walk(client, f"/api/toy/people?order={order}&limit=7")
        forward = [row for page in pages for row in page]
        assert len(forward) == len(set(forward)) == 120
        assert {len(page) for page in pages[:-1]} == {7}
        last = f"/api/toy/people?order={order}&limit=7"
        while following := client.get(last).json()["next"]:
            last = following
        back = walk(client, last, "previous")
        assert [row for page in reversed(back) for row in page] == forward
        rows = {row["username"]: row for row in Person.objects.values("username", "name", "deactivated_at", "id")}
        assert forward == sorted(forward, key=lambda username: sort_key(rows[username], order))

    def test_are_fifty_rows_and_two_hundred_at_most(self, client: Client) -> None:
        Person.objects.bulk_create(Person(username=f"row-x{number}") for number in range(100))
        for query, rows in (("", 50), ("?limit=10", 10), ("?limit=200", 200), ("?limit=5000", 200)):
            assert len(client.get(f"/api/toy/people{query}").json()["results"]) == rows

    @pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "9" * 30])
    def test_refuse_other_limits(self, client: Client, limit: str) -> None:
        answer = client.get(f"/api/toy/people?limit={limit}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/limit")

    @pytest.mark.parametrize(
        "cursor",
        ["x", "AAAA", "W10", "WyJuIiwiIixbXV0", "e30", "é", "WyJuIiwgInVzZXJuYW1lLGlkIiwgWyJcdTAwMDAiLCAiMSJdXQ"],
    )
    def test_refuse_cursors_that_nobody_gave_out(self, client: Client, cursor: str) -> None:
        answer = client.get("/api/toy/people", {"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor.invalid")

    def test_refuse_a_cursor_of_another_order(self, client: Client) -> None:
        following = client.get("/api/toy/people?order=username").json()["next"]
        answer = client.get(following.replace("order=username", "order=name"))
        assert answer.status_code == 400

    def test_do_not_shift_when_rows_come_in(self, client: Client) -> None:
        first = client.get("/api/toy/people?limit=5").json()
        Person.objects.create(username="row-000a")
        assert client.get(first["next"]).json()["results"][0] == "row-005"

    def test_cost_one_query_each(self, client: Client, django_assert_num_queries) -> None:
        following = client.get("/api/toy/people").json()["next"]
        with django_assert_num_queries(2):  # the token and the page
            client.get(following)


def sort_key(row: dict, order: str) -> tuple:
    """What an order means, told again in Python: nulls last, ties by id in the last direction."""
    key: list = []
    for name in [*order.split(","), "id"]:
        descending = name.startswith("-") if name != "id" else order.rsplit(",", maxsplit=1)[-1].startswith("-")
        value = row[name.lstrip("-")]
        if value is None:
            key.append((1, 0))
            continue
        number = value.timestamp() if isinstance(value, dt.datetime) else value
        if isinstance(number, str):
            number = int.from_bytes(number.encode().ljust(12, b"\0"), "big")
        key.append((0, -number if descending else number))
    return tuple(key)
