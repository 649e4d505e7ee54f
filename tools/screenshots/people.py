"""The demo's people at work over HTTP: signed in by the form as a browser does it, then calling the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import requests

from tools.demo.telling import StageFailed

LIST = "?limit=200"


class PersonAtWork:
    """A demo person with a session of their own. Every call raises StageFailed on anything but 2xx."""

    def __init__(self, name: str, *, url: str, password: str) -> None:
        self.name = name
        self._url = url
        self.session = requests.Session()  # knows who they are, for whoever reads pages as them
        self.session.headers["Referer"] = url
        self.session.headers["Connection"] = "close"  # a kept one may be ended by the server while it is used again
        path = "/accounts/login/"
        self._check(self.session.get(url + path, timeout=30), path)
        form = {"login": name, "password": password, "csrfmiddlewaretoken": self._token}
        answer = self.session.post(url + path, data=form, timeout=30)
        if answer.url.endswith(path):
            raise StageFailed(f"{name} signs in", "the sign-in page came back")

    @property
    def cookies(self) -> list[dict[str, str]]:
        """The session as Playwright takes it."""
        return [{"name": each.name, "value": each.value or "", "url": self._url} for each in self.session.cookies]

    def get(self, path: str) -> dict[str, Any]:
        """What the API answers to GET."""
        data: dict[str, Any] = self._check(self.session.get(self._url + path, timeout=30), path).json()
        return data

    def post(self, path: str, json: Mapping[str, Any]) -> dict[str, Any]:
        """What the API answers to POST."""
        headers = {"X-CSRFToken": self._token}
        answer = self.session.post(self._url + path, json=json, headers=headers, timeout=30)
        data: dict[str, Any] = self._check(answer, path).json()
        return data

    def read_options(self, path: str, field: str) -> list[str]:
        """The values that a page's choice field offers."""
        page = self._check(self.session.get(self._url + path, timeout=30), path).text
        choice = re.search(rf'<select[^>]*name="{field}".*?</select>', page, re.DOTALL)
        return re.findall(r'value="([^"]+)"', choice[0]) if choice else []

    def read_links(self, path: str, under: str) -> list[str]:
        """The addresses below a path that a page links to, in its order."""
        page = self._check(self.session.get(self._url + path, timeout=30), path).text
        return re.findall(rf'href="({re.escape(under)}[0-9a-f-]{{36}}/)"', page)

    def submit(self, path: str, form: Mapping[str, str]) -> None:
        """Send a page's form."""
        data = {**form, "csrfmiddlewaretoken": self._token}
        self._check(self.session.post(self._url + path, data=data, timeout=30), path)

    def find_task(self, run: str) -> dict[str, Any] | None:
        """Their open task of this run, None while there is none."""
        return self._find(f"/api/v1/tasks{LIST}&status=open", lambda task: task["run"] == run)

    def find_incident(self, run: str) -> dict[str, Any] | None:
        """The open incident of this run, None while there is none."""
        return self._find(f"/api/v1/incidents{LIST}&status=open", lambda incident: incident["run"] == run)

    def answer(self, task: Mapping[str, Any], outcome: str, *, comment: str = "", data: Any = None) -> None:
        """Complete a task."""
        body = {"outcome": outcome, "comment": comment, **({} if data is None else {"data": data})}
        self.post(f"/api/v1/tasks/{task['id']}/complete", body)

    @property
    def _token(self) -> str:
        return next((each.value or "" for each in self.session.cookies if "csrf" in each.name), "")

    def _find(self, path: str, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
        return next((row for row in self.get(path)["results"] if fits(row)), None)

    def _check(self, answer: requests.Response, path: str) -> requests.Response:
        if not answer.ok:
            raise StageFailed(f"{self.name}: {path}", f"answered {answer.status_code}: {answer.text[:500]}")
        return answer
