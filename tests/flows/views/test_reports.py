"""The report page with its files, and the page from which leads move work."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Task
from tests.support.cases import Office, ask_work, events_of, make_case

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]


def read_file(client: Client, what: str, **asked: str) -> list[list[str]]:
    answer = client.get(reverse("report_csv", args=[what]), asked)
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode())))


class TestReports:
    def test_shows_charts_with_their_numbers(self, office: Office, work: Task, browser_of: Browser) -> None:
        case = make_case(office, title="<b>Banner</b>")
        page = browser_of("mo").get(reverse("reports")).content.decode()
        assert case.number in page
        assert "&lt;b&gt;Banner&lt;/b&gt;" in page
        assert "No case was closed in this period" in page

    def test_says_when_there_is_nothing(self, office: Office, browser_of: Browser) -> None:
        page = browser_of("vi").get(reverse("reports"), {"since": "2019-01-01", "until": "2019-12-31"})
        assert "1 Jan 2019 to 31 Dec 2019" in page.content.decode()
        assert "No case was open at the end of the period" in page.content.decode()

    @pytest.mark.parametrize(
        "asked",
        [
            {"since": "9999-12-31", "until": "9999-12-31"},
            {"since": "0001-01-01"},
            {"since": "2026-02-31", "until": "x"},
            {"since": "2026-05-01", "until": "2026-01-01"},
            {"period": "-1"},
            {"team": "\x00", "type": "nothing"},
        ],
    )
    def test_shows_a_period_whatever_the_address_says(
        self, office: Office, browser_of: Browser, asked: dict[str, str]
    ) -> None:
        assert browser_of("mo").get(reverse("reports"), asked).status_code == 200

    def test_gives_each_chart_as_a_file_and_tells_of_it(self, office: Office, work: Task, browser_of: Browser) -> None:
        case = make_case(office, title="=1+1")
        client = browser_of("adm")
        heads, row = read_file(client, "open")
        assert dict(zip(heads, row, strict=True))["number"] == case.number
        assert row[1] == "'=1+1"
        assert [line[0] for line in read_file(client, "teams")[1:]] == []
        assert [len(read_file(client, what)) for what in ("cycle", "late", "steps")] == [6, 6, 1]
        assert client.get(reverse("report_csv", args=["people"])).status_code == 404
        made = events_of("export.made")
        assert [event["what"] for event in made][:2] == ["report on open", "report on teams"]
        assert set(made[0]["filters"]) == {"since", "until"}

    def test_tells_members_of_the_work_of_their_team(self, office: Office, work: Task, browser_of: Browser) -> None:
        page = browser_of("lia").get(reverse("reports")).content.decode()
        assert "Mend" in page
        assert "Who has what, and moving work" in page
        [line] = read_file(browser_of("lia"), "teams")[1:]
        assert line[0] == "Legal"
        assert line[5] == "1"


class TestWorkload:
    def test_moves_work_from_one_to_another(self, office: Office, browser_of: Browser) -> None:
        task = ask_work(office, "team:legal")
        lia = browser_of("lia")
        page = lia.get(reverse("workload"), {"holder": "team:legal"}).content.decode()
        assert "has not taken yet" in page
        assert f'value="{task.pk}"' in page
        sent = {"action": "reassign", "to": "lee", "task": str(task.pk), "back": "workload"}
        done = lia.post(reverse("inbox_bulk"), sent).content.decode()
        assert "1 handed over" in done
        assert f'href="{reverse("workload")}"' in done
        page = lia.get(reverse("workload"), {"holder": "lee"}).content.decode()
        assert "What Lee has" in page
        assert f'value="{task.pk}"' in page

    def test_is_for_those_who_may_hand_work_over(self, office: Office, browser_of: Browser) -> None:
        assert browser_of("lee").get(reverse("workload")).status_code == 404
