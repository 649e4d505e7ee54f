"""The partner's own books: what it asked for, and which call-backs it took. Pure of HTTP; safe for many threads."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Any

DECISIONS = ("approved", "rejected")


@dataclass(frozen=True, kw_only=True)
class Asset:
    """Something to be approved. ``hue`` (0 to 1) colours its picture."""

    title: str
    version: str
    text: str
    hue: float


ASSETS = (
    Asset(title="Spring campaign poster", version="v3", text="Lamps that know the season.", hue=0.58),
    Asset(title="Product page: Aurora lamp", version="v1", text="Noon, on the power of a whisper.", hue=0.78),
    Asset(title="Newsletter, May edition", version="v2", text="Five gardens that glow after dark.", hue=0.34),
    Asset(title="Terms of the summer raffle", version="v5", text="Three winners, one lamp each.", hue=0.07),
)  # fmt: skip


@dataclass(kw_only=True)
class SentRequest:
    """One request for approval, and all that came back. ``accepted`` counts call-backs taken for the first time."""

    request_id: str
    title: str
    version: str
    text: str
    hue: float
    token: str = field(repr=False)
    sent_at: str
    answer: int = 0  # HTTP status of the product, 0: none yet
    refusal: str = ""
    run: str = ""
    case: str = ""
    status_url: str = ""
    decision: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    idempotency_key: str = ""
    accepted: int = 0
    repeated: int = 0
    turned_away: int = 0
    at_fault: list[str] = field(default_factory=list)  # call-backs that were not as agreed, in words


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the partner answers to a call-back: a status and a JSON body."""

    status: int
    data: Mapping[str, object]


class Books:
    """All requests, newest last, kept in a file when there is a path. ``fail_call_backs`` answers 500 to every call."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._changed = threading.Condition()
        self._requests: dict[str, SentRequest] = {}
        self.fail_call_backs = False
        if path is not None and path.exists():
            known = {entry.name for entry in fields(SentRequest)}
            for row in json.loads(path.read_text(encoding="utf-8")):
                request = SentRequest(**{name: value for name, value in row.items() if name in known})
                self._requests[request.request_id] = request

    def list_requests(self) -> list[SentRequest]:
        """Every request, newest first."""
        with self._changed:
            return list(reversed(self._requests.values()))

    def get_request(self, request_id: str) -> SentRequest | None:
        """The request of that id, None if there is none."""
        with self._changed:
            return self._requests.get(request_id)

    def add_request(self, asset: Asset | None = None) -> SentRequest:
        """Write down a request before it is sent: a call-back may come sooner than the answer."""
        with self._changed:
            chosen = asset or ASSETS[len(self._requests) % len(ASSETS)]
            request = SentRequest(
                request_id=f"BS-{datetime.now(UTC):%y%m%d}-{secrets.token_hex(3)}",
                **asdict(chosen),
                token=secrets.token_urlsafe(16),
                sent_at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
            self._requests[request.request_id] = request
            self._keep()
            return request

    def note_answer(self, request_id: str, *, status: int, data: Mapping[str, Any]) -> None:
        """Write down what the product answered: 202 with run, case and status address, or a refusal."""
        with self._changed:
            request = self._requests[request_id]
            request.answer = status
            if status == 202:
                request.run, request.status_url = str(data.get("run", "")), str(data.get("status_url", ""))
                request.case = str(data.get("case") or "")
            else:
                request.refusal = str(data.get("detail") or data.get("title") or "no reason given")
            self._keep()

    def take_call_back(self, request_id: str, token: str, *, key: str, body: bytes) -> Reply:
        """Verify a call-back and take it once: repeats under its Idempotency-Key get the same answer, others 409."""
        with self._changed:
            request = self._requests.get(request_id)
            if request is None or not compare_digest(request.token.encode(), token.encode()):
                return Reply(status=404, data={"error": "Nobody here asked that."})
            try:
                return self._take(request, key=key, body=body)
            finally:
                self._keep()

    def _take(self, request: SentRequest, *, key: str, body: bytes) -> Reply:
        if self.fail_call_backs:
            request.turned_away += 1
            return Reply(status=500, data={"error": "Our approval desk is being repaired. Try again later."})
        data, fault = read_call_back(key, body)
        if fault:
            request.at_fault.append(fault)
            return Reply(status=422, data={"error": fault})
        if request.accepted and key != request.idempotency_key:
            request.at_fault.append(f"a second call-back under another key, {key}")
            return Reply(status=409, data={"error": "This request was answered already, under another key."})
        if request.accepted:
            request.repeated += 1
            return Reply(status=200, data={"taken": True, "repeated": True})
        request.accepted, request.idempotency_key = 1, key
        request.decision, request.comments = data["decision"], data["comments"]
        return Reply(status=200, data={"taken": True, "repeated": False})

    def wait_until(self, is_so: Callable[[], bool], *, within_s: float) -> bool:
        """Wait until the condition, looked at with each change, is true; False when time is up."""
        with self._changed:
            return self._changed.wait_for(is_so, timeout=within_s)

    def set_failing(self, failing: bool) -> None:
        """Let every call-back fail from now on, or take them again."""
        with self._changed:
            self.fail_call_backs = failing
            self._changed.notify_all()

    def _keep(self) -> None:
        self._changed.notify_all()
        if self._path is not None:
            text = json.dumps([asdict(request) for request in self._requests.values()], ensure_ascii=False, indent=1)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._path)


def read_call_back(key: str, body: bytes) -> tuple[dict[str, Any], str]:
    """The call-back's data, and what is wrong with it in words ("" if nothing)."""
    if not key:
        return {}, "a call-back without Idempotency-Key"
    try:
        data = json.loads(body)
    except ValueError:
        return {}, "a call-back that is no JSON"
    if not isinstance(data, dict) or data.get("decision") not in DECISIONS:
        return {}, "a call-back without a decision we know"
    comments = data.get("comments")
    if not isinstance(comments, list) or not all(isinstance(entry, dict) for entry in comments):
        return {}, "a call-back without a list of comments"
    return data, ""
