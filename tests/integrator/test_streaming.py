"""Exports and files leave while they are made, under WSGI and under ASGI."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import StreamingHttpResponse
from django.test import AsyncClient, AsyncRequestFactory, RequestFactory
from rest_framework.request import Request

from integrator.files.operations import Subject
from integrator.people.models import Person
from integrator.people.roles import Role
from integrator.streaming import ENOUGH_BYTES, stream
from tests.support.cases import make_case, make_office
from tests.support.files import PDF_BYTES, make_file
from tests.support.personas import make_person, make_team

LINE = "x" * 99 + "\n"
LINES = 20_000


class Report:
    """Lines that are made when they are asked for."""

    def __init__(self) -> None:
        self.made = 0
        self.is_closed = False
        self.threads: set[int] = set()

    def lines(self) -> Iterator[str]:
        try:
            for _ in range(LINES):
                self.made += 1
                self.threads.add(threading.get_ident())
                yield LINE
        finally:
            self.is_closed = True


async def take(answer: StreamingHttpResponse, most: int | None = None) -> list[bytes]:
    """The chunks that a server sends, as far as the reader wants them."""
    chunks: list[bytes] = []
    pieces: Any = answer.streaming_content
    async for chunk in pieces:
        chunks.append(chunk)
        if len(chunks) == most:
            break
    await pieces.aclose()
    await answer._iterator.aclose()  # type: ignore[attr-defined]  # as the loop does when a stream is given up
    return chunks


class TestStream:
    def test_sends_the_first_lines_before_the_last_are_made(self) -> None:
        report = Report()
        (first,) = async_to_sync(take)(stream(AsyncRequestFactory().get("/"), report.lines()), most=1)
        assert ENOUGH_BYTES <= len(first) < ENOUGH_BYTES + len(LINE)
        assert report.made == len(first) // len(LINE) < LINES
        assert report.is_closed, "who goes away lets the lines go"

    @pytest.mark.parametrize("wrap", [lambda request: request, Request], ids=["page", "api"])
    def test_sends_all_of_it_in_order_by_one_thread(self, wrap: Callable[[Any], Any]) -> None:
        report = Report()
        chunks = async_to_sync(take)(stream(wrap(AsyncRequestFactory().get("/")), report.lines()))
        assert b"".join(chunks) == LINE.encode() * LINES
        assert report.threads == {threading.get_ident()}, "the one that has the database"

    def test_passes_lines_on_one_by_one_under_wsgi(self) -> None:
        report = Report()
        answer = stream(RequestFactory().get("/"), report.lines())
        assert (next(iter(answer)), report.made) == (LINE.encode(), 1)


@pytest.mark.django_db
class TestEveryAddress:
    """Whatever streams does so where ``up`` serves it: Django would collect a plain iterator whole."""

    @pytest.fixture
    def auditor(self) -> Person:
        team = make_team()
        person = make_person("aud", (None, Role.ADMIN), (None, Role.AUDITOR), *((team, role) for role in Role))
        Person.objects.update(is_staff=True)
        return person

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("post", "/audit/export/csv/"),
            ("post", "/admin/events/event/export/jsonl/"),
            ("get", "/api/v1/audit/events/export"),
            ("get", "/cases/export/csv/"),
            ("get", "/api/v1/cases/export"),
        ],
    )
    def test_exports(self, method: str, path: str, auditor: Person) -> None:
        client = AsyncClient()
        client.force_login(auditor)
        answer = async_to_sync(getattr(client, method))(path)
        assert (answer.status_code, answer.streaming, answer.is_async) == (200, True, True)
        assert b"".join(async_to_sync(take)(answer))

    def test_files(self) -> None:
        office = make_office()
        file = make_file(PDF_BYTES, "contract.pdf", on=[Subject("case", make_case(office).number)])
        client = AsyncClient()
        client.force_login(office.mo)
        answer = async_to_sync(client.get)(f"/files/{file.pk}/")
        assert (answer.status_code, answer.is_async) == (200, True)
        assert b"".join(async_to_sync(take)(answer)) == PDF_BYTES

    def test_static_files(self) -> None:
        answer = async_to_sync(AsyncClient().get)("/static/js/main.js")
        found = Path(str(finders.find("js/main.js")))
        assert (answer.status_code, answer.is_async) == (200, True)
        assert b"".join(async_to_sync(take)(answer)) == found.read_bytes()

    def test_is_made_in_one_place(self) -> None:
        apps = [Path(settings.BASE_DIR) / name for name in ("integrator", "flows", "cases", "notifications")]
        making = re.compile(r"\b(StreamingHttpResponse|FileResponse)\(")
        found = [path.name for app in apps for path in app.rglob("*.py") if making.search(path.read_text())]
        assert found == ["streaming.py"]
