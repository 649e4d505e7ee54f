"""Follows every link that a person is shown, over plain HTTP; says what was found and which links lead nowhere."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests
from django.urls import Resolver404, resolve

DEPTH = 6
OF_EACH_VIEW = {
    False: 2,
    True: 4,
}  # pages of one view without and with parameters; a list of fifty is looked into twice
LEFT_OUT = ("/accounts/logout/", "/static/vendor/")
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page: the name of its view ("" for a file), its address with query, and whether it is HTML."""

    view: str
    path: str
    is_html: bool


@dataclass(kw_only=True)
class Crawl:
    """What one person can reach. ``faults`` are sentences about dead links and failing pages."""

    pages: list[Found] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(LINKS.get(tag, ""))
        if address:
            self.found.append(address)


def crawl(session: requests.Session, url: str, *, start: list[str], files: set[str]) -> Crawl:
    """Follow the links from these paths, with this person's session. Links to other hosts are left alone.

    ``files`` collects what is the same for everybody, so that the next crawl leaves it alone.
    """
    result, seen = Crawl(), files.union(start)
    counts: Counter[tuple[str, bool]] = Counter()
    waiting = deque((path, "the start", 0) for path in start)
    while waiting:
        path, origin, depth = waiting.popleft()
        answer = session.get(url + path, timeout=30)
        if answer.status_code >= 400:
            result.faults.append(f"{path}, linked from {origin}, answers {answer.status_code}")
            continue
        if path.startswith("/static/"):
            files.add(path)
            continue
        is_html = answer.headers.get("content-type", "").startswith("text/html")
        result.pages.append(Found(view=_name_view(path), path=path, is_html=is_html))
        if not is_html or depth == DEPTH:
            continue
        for link in _read_links(answer, url):
            sort = (_name_view(link) or link, "?" in link)
            if link not in seen and counts[sort] < OF_EACH_VIEW[sort[1]]:
                seen.add(link)
                counts[sort] += 1
                waiting.append((link, path, depth + 1))
    return result


def _read_links(answer: requests.Response, url: str) -> list[str]:
    parser = _Links()
    parser.feed(answer.text)
    found = (urlsplit(urljoin(answer.url, address)) for address in parser.found)
    paths = (f"{each.path}?{each.query}" if each.query else each.path for each in found if _is_ours(each.geturl(), url))
    return [path for path in paths if not path.startswith(LEFT_OUT)]


def _is_ours(address: str, url: str) -> bool:
    return address.startswith(url + "/")


def _name_view(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name or ""
    except Resolver404:
        return ""
