"""Fifty answers to one task at the same moment over the API: one is taken, the others learn whose."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from tests.support.api import Api, load_schema
from tests.support.cases import ask_approval, events_of, make_office, task_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
COUNT = 50


class TestFiftyDecisions:
    def test_have_one_winner(self) -> None:
        load_schema()  # its generator is not made for threads
        office = make_office()
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        apis = [Api(person=person) for person in (office.lee, office.lia)]
        answers: list[tuple[int, str]] = []
        gate = threading.Barrier(COUNT)

        def decide(place: int) -> None:
            api = Api(person=None, headers=apis[place % 2].headers)
            body = {"outcome": "approved" if place % 3 else "rejected", "comment": str(place)}
            try:
                connection.ensure_connection()
                gate.wait()
                answer = api.post(f"tasks/{task.pk}/complete", body)
                answers.append((answer.status_code, answer.json()["decided_by"]))
            finally:
                connection.close()

        threads = [threading.Thread(target=decide, args=(place,)) for place in range(COUNT)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        task.refresh_from_db()
        assert Counter(status for status, _ in answers) == {200: 1, 409: COUNT - 1}
        assert {winner for _, winner in answers} == {task.decided_by.username}
        assert len(events_of("task.decided")) == 1
