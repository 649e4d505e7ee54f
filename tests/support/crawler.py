"""Reads every page and API answer that a person can reach by following links, as a browser signed in would."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from urllib.parse import urljoin, urlsplit

import requests

LINK = re.compile(r"""(?:href|hx-get|src|action|data-[a-z-]*(?:url|address))=["']([^"'#]+)""")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NOT_BY_GET = 405
LEFT_OUT = ("/accounts/logout/", "/static/")
DRAFT = re.compile(r'id="designer"[^>]* data-address="([^"]+)"')
ROW = re.compile(r' data-row="([\w-]+)"')
# what follows these words is a name of something
NAMES = ("connections/of/[^/]+", "flows", "tables", "forms", "cases", "gallery", "versions", "steps", "fields", "of")
NAME = re.compile(rf"(?<=/)(?:((?:{'|'.join(NAMES)})/)[^/]+|{UUID.pattern}|\d+)(?=/)")


def shape_of(path: str) -> str:
    """The same for two pages of one sort: without ids and names, by the one thing searched for or as one of several."""
    parts = urlsplit(path)
    words = [word.partition("=")[0] for word in parts.query.split("&") if word]
    query = "" if not words else f"?{words[0]}" if len(words) == 1 else "?&"
    return NAME.sub(r"\1*", parts.path) + query


class Browser:
    """One person's browser. ``seen`` holds every answer: address → status, headers and text as one text."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.seen: dict[str, str] = {}
        self.statuses: dict[str, int] = {}

    def sign_in(self, login: str, password: str) -> None:
        """Through the sign-in page; a second factor is asked for afterwards where there is one."""
        answer = self.post("/accounts/login/", {"login": login, "password": password})
        assert self.session.cookies.get("sessionid"), f"{login} cannot sign in: {answer.status_code}"

    def get(self, path: str, **more: str) -> requests.Response:
        """GET, kept."""
        answer = self.session.get(self.url + path, timeout=30, headers=more, allow_redirects=False)
        self._keep(f"{path}{more or ''}", answer)
        return answer

    def post(self, path: str, data: dict[str, str], *, form_at: str = "") -> requests.Response:
        """POST a form, with the token of the page that has it."""
        page = self.session.get(self.url + (form_at or path), timeout=30)
        found = TOKEN.search(page.text)
        assert found is not None, f"{form_at or path} has no form: {page.status_code}"
        answer = self.session.post(
            self.url + path,
            data={**data, "csrfmiddlewaretoken": found[1]},
            headers={"Referer": self.url + path},
            timeout=30,
            allow_redirects=False,
        )
        self._keep(f"POST {path}", answer)
        return answer

    def crawl(self, *starts: str, at_most: int = 110) -> None:
        """Follow links, form addresses and fragments from these on; each page as htmx asks for it too.

        ``at_most`` pages are read, those first of whose sort the fewest were found before: how many links one page has
        takes nothing from the others, nor does an address of a form that is only sent to. The same page with a filter
        comes after those without.
        """
        waiting: list[tuple[int, int, str]] = []
        known: set[str] = set()
        shapes: Counter[str] = Counter()

        def note(path: str) -> None:
            if path not in known:
                known.add(path)
                shape = shape_of(path)
                shapes[shape] += 1
                heappush(waiting, (shapes[shape] + ("?" in path), len(known), path))

        for start in starts:
            note(start)
        read = 0
        while waiting and read < at_most:
            *_, path = heappop(waiting)
            answer = self.get(path)
            read += answer.status_code != NOT_BY_GET
            if "text/html" in answer.headers.get("Content-Type", ""):
                self.get(path, **{"HX-Request": "true"})
            for link in self._find_links(path, answer):
                note(link)

    def _find_links(self, path: str, answer: requests.Response) -> Iterator[str]:
        found = [html.unescape(link) for link in LINK.findall(answer.text)]
        found += [answer.headers["Location"]] if "Location" in answer.headers else []
        if draft := DRAFT.search(answer.text):  # the designer's own modules put these together
            rows = sorted({*ROW.findall(answer.text)} - {"trigger"})
            found += [f"{draft[1]}{part}" for part in ("trigger/", "settings/", *(f"steps/{key}/" for key in rows))]
        for link in found:
            parts = urlsplit(urljoin(self.url + path, link))
            is_here = f"{parts.scheme}://{parts.netloc}" == self.url
            if is_here and not parts.path.startswith(LEFT_OUT):
                yield parts.path + (f"?{parts.query}" if parts.query else "")

    def _keep(self, name: str, answer: requests.Response) -> None:
        headers = "\n".join(f"{key}: {value}" for key, value in answer.headers.items() if key.lower() != "set-cookie")
        self.seen[name] = f"{answer.status_code}\n{headers}\n{answer.text}"
        self.statuses[name] = answer.status_code
