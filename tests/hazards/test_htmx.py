"""Hazard row "htmx": what somebody wrote is text on every page; fragments need what their page needs."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Task
from cases.operations import complete_task
from flows.models import Incident, StoredRequest
from tests.support.cases import Office, add_role, make_office
from tests.support.flows import settle
from tests.support.hooks import listen_to, post

pytestmark = pytest.mark.django_db(transaction=True)

EVIL = "zz-evil"
TEXTS = {
    "attributes": f'<b hx-get="/{EVIL}" hx-trigger="load" hx-on:click="{EVIL}" data-hx-post="/{EVIL}">x</b>',
    "script": f"<script>{EVIL}()</script><img src=x onerror={EVIL}()><svg/onload={EVIL}()>",
    "double quote": f'" hx-get="/{EVIL}" hx-trigger="load" onfocus="{EVIL}()" autofocus x="',
    "single quote": f"' hx-on::load='{EVIL}()' hx-vals='js:{{a:{EVIL}()}}' x='",
    "address": f"javascript:{EVIL}()",
    "other address": f"//{EVIL}.example/x",
    "template": "{{ 7|add:35 }}{% csrf_token %}{% include 'base.html' %}" + EVIL,
    "end of JSON": f"</script></style></textarea></title><iframe src=//{EVIL}.example>",
}
FLOW = """\
format: 1
flow: attacked
name: Attacked
team: marketing
trigger:
  kind: webhook
  path: attacked
  auth: {kind: none}
  business_key: "= body.text"
requested_by: "= body.text"
steps:
  open_case:
    kind: case.open
    with: {type: attacked, title: "= trigger.body.text", data: "= trigger.body"}
    next: work
  work:
    kind: task.assign
    with:
      title: "= trigger.body.text"
      to: [lee]
      outcomes: [done]
      form: {type: object, properties: {note: {type: string}}}
      show: "= trigger.body.show"
    on: {done: review}
  review:
    kind: task.approve
    with: {title: "= trigger.body.text", approvers: [lee, bo], show: "= trigger.body.show"}
    on: {approved: check, rejected: check}
  check:
    kind: set
    with: {seen: "= steps.review.comments", number: "= $number(trigger.body.text)"}
"""
PERSONAS = (  # who works, who looks after flows and runs, who sees all
    "lee",
    pytest.param("ana", marks=pytest.mark.slow),
    "adm",
)
LINK = re.compile(r"""(?:href|hx-get)=["']([^"'#]+)""")
HTMX_NAMES = re.compile(r"(?:data-)?hx-")
ADDRESSES = frozenset({"href", "src", "action", "formaction", "poster", "data", "srcdoc"})


@pytest.fixture
def office() -> Office:
    """People around runs into which somebody wrote harm wherever people and systems can write."""
    office = make_office()
    add_role(office, "ana", "marketing", "operator")
    listen_to(FLOW)
    for name, text in TEXTS.items():
        ways = ("text", "link", "image", "pdf", "table", "money", "date")
        show: list[dict[str, Any]] = [{"label": text, "value": text, "as": way} for way in ways]
        show.append({"label": text, "value": [{text: text}], "as": "table"})
        body: dict[str, Any] = {"text": text, text: {text: [text]}, "show": show}
        plain = text.encode("ascii", "replace").decode()
        answer = post("attacked", body, headers={"X-Evil": plain, "User-Agent": plain}, query_params={"q": text})
        assert answer.status_code == 202, f"{name}: {answer.content!r}"
        post("attacked", {"text": text * 40})
        post(f"attacked-{EVIL}-%22%3E%3Cb%20hx-get=x%3E", {"text": text})
    settle()
    for task in Task.objects.filter(kind="assign"):
        complete_task(task_id=task.pk, person=office.lee, outcome="done", data={"note": task.title}, now=timezone.now())
    settle()
    for task in Task.objects.filter(kind="approve", entry_ref="lee"):
        complete_task(task_id=task.pk, person=office.lee, outcome="rejected", comment=task.title, now=timezone.now())
    settle()
    assert Incident.objects.count() == len(TEXTS)
    assert StoredRequest.objects.filter(outcome="refused").exists()
    return office


def crawl(client: Client, *starts: str, at_most: int = 120) -> Iterator[tuple[str, str]]:
    """(address, text) of every page and fragment that can be reached by links."""
    waiting, known = deque(starts), set(starts)
    while waiting and len(known) < at_most:
        path = waiting.popleft()
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(path, headers=headers)
            assert answer.status_code < 500, path
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                break
            text = answer.content.decode()
            yield f"{path} {headers}", text
            for link in map(unescape, LINK.findall(text)):
                parts = urlsplit(urljoin(f"http://testserver{path}", link))
                target = parts.path + (f"?{parts.query}" if parts.query else "")
                skips = parts.path.startswith(("/static/", "/accounts/", "/admin/", "/settings/"))
                if parts.netloc == "testserver" and not skips and target not in known:
                    known.add(target)
                    waiting.append(target)


class Harm(HTMLParser):
    """Collects elements and attributes that act and that nobody of us wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge one element."""
        named = dict(attrs)
        if tag in {"iframe", "object", "embed", "base"} or (tag == "script" and "src" not in named):
            self.found.append(f"<{tag} {attrs}>")
        for name, value in attrs:
            text = value or ""
            is_code = name.startswith("on") or re.match(r"(?:data-)?hx-(?:on|vars)", name)
            acts = HTMX_NAMES.match(name) or name in ADDRESSES or name == "style"
            leads_away = name in ADDRESSES and re.match(r"\s*(?:javascript|data|vbscript):", text, re.IGNORECASE)
            if is_code or leads_away or (acts and EVIL in text and not is_harmless(name, text)):
                self.found.append(f"<{tag} {name}={text[:200]!r}>")


def is_harmless(name: str, text: str) -> bool:
    """An address of ours that names the text, escaped: a link to a search for it, or to the page itself."""
    parts = urlsplit(text)
    return (
        not parts.scheme
        and not parts.netloc
        and (parts.path == "" or parts.path.startswith("/"))
        and (EVIL not in parts.path)
        and name in {"href", "hx-get", "action"}
    )


def find_harm(text: str) -> list[str]:
    parser = Harm()
    parser.feed(text)
    return parser.found


class TestTextOfOthers:
    @pytest.mark.parametrize("name", PERSONAS)
    def test_is_inert_on_every_page(self, office: Office, name: str) -> None:
        client = Client()
        client.force_login(office.people[name])
        seen, harm = 0, []
        starts = (
            "/",
            "/inbox/",
            "/inbox/?show=done",
            "/cases/",
            "/runs/",
            "/incidents/",
            "/requests/",
            "/flows/",
            "/audit/",
        )
        for address, text in crawl(client, *starts):
            seen += text.count(EVIL)
            harm += [f"{address}: {found}" for found in find_harm(text)]
        assert not harm, "\n".join(sorted(set(harm))[:20])
        assert seen > len(TEXTS) * 3

    def test_would_be_found(self) -> None:
        """The search itself finds each of the texts where it is not escaped."""
        for name, text in TEXTS.items():
            if name not in {"template", "address", "other address"}:
                assert find_harm(f'<p title="{text}">{text}</p>') or find_harm(f"<p title='{text}'>"), name
        assert find_harm(f'<a href="{TEXTS["address"]}">')
        assert find_harm(f'<img src="{TEXTS["other address"]}">')

    def test_is_no_template(self, office: Office) -> None:
        client = Client()
        client.force_login(office.aud)
        page = client.get("/cases/").content.decode()
        assert "{{ 7|add:35 }}" in page
        assert f"42{EVIL}" not in page

    def test_cannot_be_read_as_a_page_where_it_is_data(self, office: Office) -> None:
        """The API gives it as JSON, which no browser takes for a page."""
        client = Client()
        client.force_login(office.aud)
        for path in ("cases", "runs", "incidents"):
            answer = client.get(f"/api/v1/{path}")
            assert EVIL in answer.content.decode() or path == "incidents"
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


class TestHtmxItself:
    def test_evaluates_nothing_and_asks_only_here(self) -> None:
        page = Client().get("/accounts/login/").content.decode()
        found = re.search(r"""<meta name="htmx-config" content='([^']*)'""", page)
        assert found is not None
        config = json.loads(unescape(found[1]))
        assert (config["allowEval"], config["selfRequestsOnly"], config["includeIndicatorStyles"]) == (
            False,
            True,
            False,
        )
        assert config.get("allowScriptTags") is False

    def test_keeps_no_page_in_the_browsers_storage(self) -> None:
        page = Client().get("/accounts/login/").content.decode()
        assert '"historyCacheSize":0' in unescape(page).replace(" ", "")


class TestFragments:
    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Target": "drawer"}])
    def test_need_what_their_page_needs(self, office: Office, headers: dict[str, str]) -> None:
        task = Task.objects.select_related("case").first()
        assert task is not None
        assert task.case is not None
        run, request = task.correlation, StoredRequest.objects.filter(outcome="accepted").first()
        assert request is not None
        paths = [f"/runs/{run}/{part}" for part in ("", "news/", "outside/", "events/")]
        paths += [f"/inbox/{task.pk}/", f"/cases/{task.case.number}/", f"/requests/{request.pk}/", "/flows/attacked/"]
        stranger = Client()
        stranger.force_login(office.sam)
        for path in paths:
            answer = stranger.get(path, headers=headers)
            assert (path, answer.status_code) == (path, 404)
            assert EVIL not in answer.content.decode()
            nobody = Client().get(path, headers=headers)
            assert nobody.status_code in {302, 401}
            assert EVIL not in nobody.content.decode()

    def test_are_kept_apart_from_pages_by_every_store(self, office: Office) -> None:
        client = Client()
        client.force_login(office.aud)
        for path in ("/cases/", "/runs/", "/requests/", "/audit/", "/flows/"):
            answer = client.get(path)
            assert "HX-Request" in answer.headers["Vary"]
            assert "no-store" in answer.headers["Cache-Control"]
