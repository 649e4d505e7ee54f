"""Hazard row "secrets": a marker in every secret there is, a whole round trip, and then a search in all that is left.

Searched are pages and API answers of everybody, logs, every table, Redis and the files of the installation; for the
plain marker and for its base64. Ciphertext and password hashes do not hold it.
"""

from __future__ import annotations

import base64
import hmac
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from redis import Redis

from integrator.lib.signing import sign_standard_webhook
from tests.support import installation as installations
from tests.support.crawler import UUID, Browser, shape_of
from tests.support.echo import echoing_target
from tests.support.installation import PASSWORD, Installation
from tests.support.marked import BY_API, Marked, add_connection_by_api, add_connections, make_secret
from tests.support.processes import wait_for

PEOPLE = ("ana", "lee", "lia", "ops", "aud", "admin")
BUILT = ("me", "connections", f"connections/{BY_API}", "flows", "runs")
API = (*BUILT, "incidents", "tasks", "cases", "tasks?status=done")
API_FILES = ("audit/events/export", "audit/events/export?as=jsonl")
STARTS = ("/", "/flows/", "/runs/", "/cases/", "/requests/", "/incidents/", "/connections/", "/audit/", "/nothing/")
DRAFT_PAGES = ("", "outline/", "text/", "state/", "problems/", "data/", "try/", "trigger/", "settings/", "steps/*/")
EXPORTS = ("/audit/export/csv/", "/audit/export/jsonl/")
FLOW = """\
format: 1
flow: {key}
name: Marked {key}
team: marketing
trigger:
  kind: webhook
  path: {key}
  auth: {auth}
  business_key: "= body.id"
steps:
  open_case:
    kind: case.open
    with: {{type: marked, title: "= 'Marked ' & trigger.body.id", data: {{headers: "= trigger.headers"}}}}
    next: ask
  ask:
    kind: task.assign
    with:
      title: "= $string(trigger.query) & $string(trigger.headers)"
      show: [{{label: Headers, value: "= $string(trigger.headers)", as: text}}]
      to: [ops]
      outcomes: [done]
    on: {{done: good}}
  good:
    kind: http.request
    with: {{method: POST, url: /ok, connection: {connection}, json: {{seen: "= trigger.headers"}}}}
    next: keep
  keep:
    kind: case.update
    with: {{data: {{answer: "= steps.good"}}}}
    next: bad
  bad:
    kind: http.request
    with: {{method: POST, url: "/fail?q=1", connection: {connection}, text: "= $string(steps.good)"}}
"""


# --- planting


def publish_flows(marked: Marked) -> None:
    """One flow for each way to authenticate, each calling by another connection; two share one."""
    raw = b"wh" + marked.mark("webhook signed").encode()
    marked.store_secret("signed", "whsec_" + base64.b64encode(raw).decode())
    for what in ("bearer", "basic", "header", "query", "github"):
        marked.store_secret(f"in-{what}", marked.mark(f"webhook {what}"))
    auths = {
        "signed": ("{kind: standard_webhooks, secret: signed}", "basic"),
        "bearer": ("{kind: bearer, secret: in-bearer}", "bearer"),
        "basic": ("{kind: basic, user: partner, secret: in-basic}", "by-header"),
        "header": ("{kind: api_key, header: X-Kennung, secret: in-header}", "by-query"),
        "query": ("{kind: api_key, query: Kennung, secret: in-query}", "oauth"),
        "github": ("{kind: hmac, preset: github, secret: in-github}", "signing"),
    }
    for key, (auth, connection) in auths.items():
        file = FLOW.format(key=key, auth=auth, connection=connection)
        answer = marked.product.call("ana", "POST", "/api/v1/flows/import", json={"file": file, "publish": True})
        assert answer.status_code == 200, answer.text


def enrol_second_factor(marked: Marked) -> None:
    """lia's authenticator app."""
    lia = marked.browsers["lia"]
    page = lia.session.get(f"{marked.product.url}/accounts/2fa/totp/activate/", timeout=30)
    if "reauthenticate" in page.url:
        lia.post("/accounts/reauthenticate/", {"password": PASSWORD})
        page = lia.session.get(f"{marked.product.url}/accounts/2fa/totp/activate/", timeout=30)
    seed = re.search(r"\b[A-Z2-7]{32}\b", page.text)
    assert seed is not None, page.text
    marked.markers["second factor"] = seed[0]
    window, said = -1, 0
    while said != 302 and window != int(time.time()) // 30:  # a code is good in its own half minute alone
        window = int(time.time()) // 30
        code = format_hotp_value(hotp_value(seed[0], window))
        data = {"code": code, "csrfmiddlewaretoken": lia.session.cookies["csrftoken"]}
        answer = lia.session.post(page.url, data=data, headers={"Referer": page.url}, timeout=30, allow_redirects=False)
        said = answer.status_code
    assert said == 302, answer.text


def change_password(marked: Marked) -> None:
    """lee's password holds a marker, and somebody mistypes another one."""
    lee = marked.browsers["lee"]
    new = marked.mark("password")
    words = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert lee.post("/accounts/password/change/", words).status_code == 302
    lee.sign_in("lee", new) if not lee.session.cookies.get("sessionid") else None
    stranger = Browser(marked.product.url)
    stranger.post("/accounts/login/", {"login": "lee", "password": marked.mark("mistyped password")})
    stranger.post("/accounts/login/", {"login": marked.mark("password typed as name"), "password": "x"})
    assert not stranger.session.cookies.get("sessionid")


# --- the round trip


def secret_of(marked: Marked, what: str) -> str:
    return make_secret(f"webhook {what}", marked.markers[f"webhook {what}"])


def send_good_calls(marked: Marked) -> None:
    """Each flow once, as it wants to be called."""
    body = b'{"id": "good"}'
    signed = base64.b64encode(b"wh" + secret_of(marked, "signed").encode()).decode()
    github = hmac.digest(secret_of(marked, "github").encode(), body, "sha256").hex()
    basic = base64.b64encode(f"partner:{secret_of(marked, 'basic')}".encode()).decode()
    calls: dict[str, dict[str, Any]] = {
        "signed": {"headers": sign_standard_webhook(f"whsec_{signed}", "msg_1", datetime.now(UTC), body)},
        "bearer": {"headers": {"Authorization": f"Bearer {secret_of(marked, 'bearer')}"}},
        "basic": {"headers": {"Authorization": f"Basic {basic}"}},
        "header": {"headers": {"X-Kennung": secret_of(marked, "header"), "X-Copy": secret_of(marked, "header")}},
        "query": {"params": {"Kennung": secret_of(marked, "query"), "copy": secret_of(marked, "query")}},
        "github": {"headers": {"X-Hub-Signature-256": f"sha256={github}"}},
    }
    for path, call in calls.items():
        headers = {"Content-Type": "application/json", **call.pop("headers", {})}
        answer = marked.post(path, headers=headers, data=body, **call)
        assert answer.status_code == 202, f"{path}: {answer.text}"


def send_bad_calls(marked: Marked) -> None:
    """What is refused is kept too: wrong secrets, which may be right ones elsewhere."""
    wrong = {name: marked.mark(f"wrong {name}") for name in ("bearer", "basic", "header", "query")}
    basic = base64.b64encode(f"partner:{wrong['basic']}".encode()).decode()
    for answer in (
        marked.post("bearer", headers={"Authorization": f"Bearer {wrong['bearer']}"}, json={}),
        marked.post("basic", headers={"Authorization": f"Basic {basic}"}, json={}),
        marked.post("header", headers={"X-Kennung": wrong["header"]}, json={}),
        marked.post("query", params={"Kennung": wrong["query"]}, json={}),
    ):
        assert answer.status_code == 401, answer.text
    own = secret_of(marked, "bearer")
    answer = marked.post("bearer", headers={"Authorization": "Bearer no"}, json={"copy": own})
    assert answer.status_code == 401


def do_tasks(marked: Marked) -> None:
    """ops does the work, so that the calls go out; the second call of each run ends as an incident."""
    product = marked.product

    def list_tasks() -> list[dict[str, Any]]:
        return list(product.get("ops", "/api/v1/tasks?limit=200")["results"])

    wait_for(lambda: len(list_tasks()) == 6, within_s=60, what="six tasks")
    for task in list_tasks():
        answer = product.call("ops", "POST", f"/api/v1/tasks/{task['id']}/complete", json={"outcome": "done"})
        assert answer.status_code == 200, answer.text
    incidents = "/api/v1/incidents?status=open"
    wait_for(lambda: len(product.get("aud", incidents)["results"]) == 6, within_s=60, what="six incidents")
    found = product.get("aud", incidents)["results"]
    assert {incident["code"] for incident in found} == {"http.status"}, found
    for incident, word in zip(found, ("retry", "skip", "close"), strict=False):
        product.call("admin", "POST", f"/api/v1/incidents/{incident['id']}/{word}", json={})


# --- the search


def encode(marker: str) -> list[bytes]:
    """The marker as it is, and the part of its base64 that is the same wherever it begins in a group of three."""
    plain = marker.encode()
    found = [plain, plain.hex().encode()]
    for offset in range(3):
        coded = base64.b64encode(bytes(offset) + plain)
        found.append(coded[(0, 2, 3)[offset] + 1 : -4])
    return [form for form in found if len(form) > 8]


def find_markers(places: Iterator[tuple[str, bytes]], markers: dict[str, str]) -> list[str]:
    """ "what in place", for each marker in each place."""
    wanted = {what: encode(marker) for what, marker in markers.items()}
    return [
        f"{what} in {place}: {show(content, forms)}"
        for place, content in places
        for what, forms in wanted.items()
        if any(form in content for form in forms)
    ]


def show(content: bytes, forms: list[bytes]) -> str:
    """What stands around the first find."""
    at = next(content.index(form) for form in forms if form in content)
    return content[max(0, at - 120) : at + 60].decode(errors="replace").replace("\n", " ")


def read_answers(marked: Marked) -> Iterator[tuple[str, bytes]]:
    """Every page, fragment, export and API answer, as everybody and as nobody."""
    marked.browsers["nobody"] = Browser(marked.product.url)
    for name, browser in marked.browsers.items():
        browser.crawl(*STARTS)
        if name in {"aud", "admin"}:
            for path in EXPORTS:
                browser.post(path, {}, form_at="/audit/")
        for address, text in browser.seen.items():
            yield f"{address} as {name}", text.encode()
    for name in PEOPLE:
        yield from read_api(marked.product, name)
    yield "/metrics", requests.get(f"{marked.product.url}/metrics", timeout=30).content


def read_api(product: Installation, name: str) -> Iterator[tuple[str, bytes]]:
    """The lists, and each thing in them; then the files."""
    for part in API_FILES:
        yield f"api {part} as {name}", product.call(name, "GET", f"/api/v1/{part}").content
    for part in API:
        answer = product.call(name, "GET", f"/api/v1/{part}")
        yield f"api {part} as {name}", answer.content
        for row in answer.json().get("results", []):
            key = row.get("key") or row.get("number") or row["id"]
            for more in ("", "/timeline") if part == "cases" else ("", "/export") if part == "flows" else ("",):
                path = f"/api/v1/{part.partition('?')[0]}/{key}{more}"
                yield f"{path} as {name}", product.call(name, "GET", path).content


def read_files(marked: Marked) -> Iterator[tuple[str, bytes]]:
    """Logs and everything in the data folder but the keys; the database of the embedded mode is one of them."""
    for path in sorted(marked.product.log_dir.rglob("*")):
        if path.is_file() and "keys" not in path.parts and path.suffix != ".yaml":
            yield str(path.relative_to(marked.product.log_dir)), path.read_bytes()


def read_tables(marked: Marked) -> Iterator[tuple[str, bytes]]:
    """Every row of every table as text."""
    product = marked.product
    if not product.is_scaled_out:
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        rows = {name: product.query(f'SELECT * FROM "{name}"') for (name,) in product.query(names)}
    else:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        rows = {name: product.query(f'SELECT t::text FROM "{name}" t') for (name,) in product.query(names)}
    for name, found in rows.items():
        yield f"table {name}", str(found).encode()


def read_redis(marked: Marked) -> Iterator[tuple[str, bytes]]:
    """Every key with its value as Redis dumps it."""
    if "REDIS_URL" not in marked.product.env:
        return
    client = Redis.from_url(marked.product.env["REDIS_URL"])
    for key in client.scan_iter():
        yield f"Redis {key!r}", bytes(key) + (client.dump(key) or b"")


@pytest.fixture(
    params=[
        pytest.param("embedded", marks=pytest.mark.slow),
        pytest.param("scaled_out", marks=[pytest.mark.services, pytest.mark.slow]),
    ]
)
def marked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Marked]:
    make = {"embedded": installations.embedded, "scaled_out": installations.scaled_out}[request.param]
    with make(tmp_path) as product, echoing_target() as target:
        product.start_all()
        made = Marked(product=product, target=target)
        for name in PEOPLE:
            browser = made.browsers[name] = Browser(product.url)
            browser.sign_in(name, PASSWORD)
        yield made


@pytest.mark.timeout(900)
class TestMarkers:
    def test_are_found_nowhere(self, marked: Marked) -> None:
        add_connections(marked)
        add_connection_by_api(marked)
        publish_flows(marked)
        enrol_second_factor(marked)
        change_password(marked)
        send_good_calls(marked)
        send_bad_calls(marked)
        do_tasks(marked)
        marked.store_secret("in-bearer", marked.mark("new webhook bearer"))
        for name, browser in marked.browsers.items():
            marked.markers[f"session of {name}"] = browser.session.cookies["sessionid"]
        marked.markers |= {f"token of {name}": token for name, token in marked.product.tokens.items()}

        found = find_markers(read_answers(marked), marked.markers)
        found += find_markers(read_redis(marked), marked.markers)
        found += find_markers(read_tables(marked), marked.markers)
        found += find_markers(read_files(marked), marked.markers)
        assert not found, "\n".join(found)
        self._check_that_the_search_saw_the_round_trip(marked)

    @staticmethod
    def _check_that_the_search_saw_the_round_trip(marked: Marked) -> None:
        """A search that saw nothing would find nothing: what is harmless was seen in each place."""
        seen = {name: "\n".join(browser.seen.values()) for name, browser in marked.browsers.items()}
        for name in ("ana", "ops", "aud", "admin"):
            assert "cannot take" in seen[name], f"{name} saw no exchange"
            assert len(marked.browsers[name].seen) > 100, name
        shown = {shape_of(path) for path, status in marked.browsers["ana"].statuses.items() if status == 200}
        assert {f"/flows/*/draft/{part}" for part in DRAFT_PAGES} <= shown
        assert {marked.browsers["aud"].statuses[f"POST {path}"] for path in EXPORTS} == {200}
        assert all(status < 500 for browser in marked.browsers.values() for status in browser.statuses.values())
        assert len(set(UUID.findall(seen["aud"]))) > 30
        tables = dict(read_tables(marked))
        assert b"cannot take" in tables["table flows_effectattempt"]
