"""``rate`` at the door: what is over it gets 429, is kept with its reason, and counts in all processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from flows.models import Run, StoredRequest
from tests.support.hooks import listen, post, store_secret
from tests.support.processes import scratch_redis

LIMITED = "  auth: {kind: none}\n  rate: {requests: 2, per_s: 60}"
EACH, LIMIT = 200, 500
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.django_db
class TestRate:
    def test_refuses_what_is_over_it_and_says_when_to_come_again(self) -> None:
        listen(LIMITED)
        assert [post().status_code for _ in range(4)] == [202, 202, 429, 429]
        response = post()
        assert 1 <= int(response["Retry-After"]) <= 60
        problem = json.loads(response.content)
        assert (problem["code"], problem["errors"]) == ("intake.rate", [])
        assert problem["detail"].startswith("This address takes 2 requests in 60 s.")
        kept = StoredRequest.objects.filter(outcome="refused")
        assert {(row.status, row.code) for row in kept} == {(429, "intake.rate")}
        assert kept[0].reason.startswith("More than 2 requests in 60 s, as the trigger's rate allows")
        assert Run.objects.count() == 2

    def test_counts_nobody_who_did_not_show_who_they_are(self) -> None:
        store_secret("s3cret-token")
        listen("  auth: {kind: bearer, secret: partner}\n  rate: {requests: 1, per_s: 60}")
        assert [post().status_code for _ in range(3)] == [401] * 3
        rightful = {"Authorization": "Bearer s3cret-token"}
        assert [post(headers=rightful).status_code for _ in range(2)] == [202, 429]

    def test_counts_each_trigger_for_itself(self) -> None:
        for path in ("one", "two"):
            listen("  auth: {kind: none}\n  rate: {requests: 1, per_s: 60}", path=path)
        assert [post(path).status_code for path in ("one", "two", "one")] == [202, 202, 429]


@pytest.mark.services
class TestEightProcesses:
    def test_let_in_the_limit_together_and_not_one_more(self, tmp_path: Any) -> None:
        with scratch_redis(tmp_path) as url:
            key = uuid.uuid4().hex
            words = [sys.executable, "-m", "tests.support.rate_caller", url, key, str(LIMIT), str(EACH)]
            env = {**os.environ, "INTEGRATOR_DATA": str(tmp_path)}
            callers = [
                subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT)
                for _ in range(8)
            ]
            for caller in callers:
                assert caller.stdout is not None
                assert caller.stdout.readline() == "ready\n"
            let_in = [int(caller.communicate(timeout=60)[0]) for caller in start_all(callers)]
            assert sum(let_in) == LIMIT
            with Redis.from_url(url) as client:
                assert client.llen(f"intake:rate:{key}") == LIMIT
                assert 0 < client.pttl(f"intake:rate:{key}") <= 60_000


def start_all(callers: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    """Let them go at the same moment."""
    for caller in callers:
        assert caller.stdin is not None
        caller.stdin.write("go\n")
        caller.stdin.flush()
    return callers
