"""An installation in which every secret holds a marker; its connections are planted by page and by token."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import requests

from tests.support.crawler import Browser
from tests.support.echo import make_token
from tests.support.installation import Installation

BY_API = "marketing/by-api"


@dataclass
class Marked:
    """An installation in which every secret holds a marker, all markers by what they are of."""

    product: Installation
    target: str
    markers: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def mark(self, what: str) -> str:
        """A new secret for this."""
        self.markers[what] = secrets.token_hex(12)
        return make_secret(what, self.markers[what])

    def store_secret(self, what: str, value: str) -> None:
        """Of marketing, through the page; the value before serves for another hour."""
        data = {"team": self.team_id, "name": what, "value": value, "keep_old_s": "3600"}
        answer = self.browsers["ana"].post("/connections/secrets/", data, form_at="/connections/")
        assert answer.status_code == 302, answer.text

    @cached_property
    def team_id(self) -> str:
        """Marketing's, as the form for connections knows it."""
        page = self.browsers["ana"].get("/connections/add/").text
        found = re.search(r'<option value="(\d+)"[^>]*>\s*Marketing', page)
        assert found is not None, page
        return found[1]

    def post(self, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> requests.Response:
        return requests.post(f"{self.product.url}/hooks/{path}", headers=headers, timeout=30, **more)


def make_secret(what: str, marker: str) -> str:
    """One word with signs that are escaped in addresses, JSON and HTML."""
    return f'{what.replace(" ", "-")}+{marker}/&%"<'


def add_connections(marked: Marked) -> None:
    """One of each kind, through the page."""
    ana = marked.browsers["ana"]
    kinds = {
        "basic": {"kind": "basic", "user": "integrator"},
        "bearer": {"kind": "bearer"},
        "by-header": {"kind": "api_key", "key_place": "header", "key_name": "X-Partner"},
        "by-query": {"kind": "api_key", "key_place": "query", "key_name": "kennung"},
        "signing": {"kind": "hmac", "header": "X-Partner-Sum"},
        "oauth": {
            "kind": "oauth2_client",
            "token_url": f"{marked.target}/token",
            "client_id": "us",
            "client_auth": "body",
        },
    }
    for key, fields in kinds.items():
        data = {"name": key, "key": key, "team": marked.team_id, "base_url": marked.target, **fields}
        data["secret"] = marked.mark(f"connection {key}")
        answer = ana.post(f"/connections/add/?kind={fields['kind']}", data)
        assert answer.status_code == 302, answer.text
        page = f"/connections/of/marketing/{key}/"
        tested = ana.post(f"{page}test/", {"path": "/fail", "method": "GET"}, form_at=page)
        assert tested.status_code == 200, tested.text
        if key == "oauth":
            marked.markers["access token"] = make_token(data["secret"])


def add_connection_by_api(marked: Marked) -> None:
    """One more with a secret for each of two environments, by token; what is answered is searched too."""
    one = f"/api/v1/connections/{BY_API}"
    body = {"name": "By API", "kind": "bearer", "base_url": marked.target}
    new = {"team": "marketing", "key": "by-api", "secret": marked.mark("connection by API"), **body}
    place = {"name": "test", "base_url": marked.target, "secret": marked.mark("environment by API")}
    later = marked.mark("later secret by API")
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "/api/v1/connections", new),
        ("POST", f"{one}/environments", place),
        ("PUT", one, {**body, "repeat_safe": True}),
        ("POST", f"{one}/environments/live/test", {"path": "/fail"}),
        ("PUT", f"{one}/environments/live/secret", {"secret": later}),
        ("POST", f"{one}/environments/test/test", {"path": "/fail"}),
    )
    for number, (method, path, sent) in enumerate(calls):
        answer = marked.product.call("ana", method, path, json=sent)
        assert answer.status_code == 200, answer.text
        marked.browsers["ana"].seen[f"call {number}, {method} {path}"] = answer.text
