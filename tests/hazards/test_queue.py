"""Hazard row "queue": what somebody puts into Redis is read as JSON only, and can order no more than one more look."""

from __future__ import annotations

import base64
import json
import pickle
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from redis import Redis

from integrator.celery import QUEUES, app
from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.processes import Running, wait_for

FORGED_ID = str(uuid.UUID(int=7))


class TouchesAFile:
    """What unpickling this would do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def wrap(body: bytes, *, content_type: str, task: str = "flows.advance_runs") -> bytes:
    """A message as kombu writes it into the list of a queue."""
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "binary" if "json" not in content_type else "utf-8",
        "content-type": content_type,
        "headers": {"lang": "py", "task": task, "id": str(uuid.uuid4()), "root_id": None, "parent_id": None},
        "properties": {
            "delivery_info": {"exchange": "", "routing_key": "runs"},
            "delivery_mode": 2,
            "delivery_tag": str(uuid.uuid4()),
            "priority": 0,
            "body_encoding": "base64",
        },
    }
    return json.dumps(message).encode()


def wrap_call(args: list[Any], task: str = "flows.advance_runs", kwargs: dict[str, Any] | None = None) -> bytes:
    """A call of a job, as Celery's second protocol writes it."""
    body = [args, kwargs or {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
    return wrap(json.dumps(body).encode(), content_type="application/json", task=task)


def list_forgeries(touched: Path) -> dict[str, bytes]:
    """Messages that no part of the product sends."""
    pickled = pickle.dumps(TouchesAFile(touched))
    return {
        "pickle": wrap(pickled, content_type="application/x-python-serialize"),
        "pickle that claims to be JSON": wrap(pickled, content_type="application/json"),
        "YAML": wrap(b"!!python/object/apply:os.system ['true']", content_type="application/x-yaml"),
        "an unknown job": wrap_call([], task="os.system"),
        "a job by its path": wrap_call([FORGED_ID], task="flows.operations.runs.cancel_run"),
        "arguments that no job has": wrap_call([FORGED_ID], kwargs={"status": "completed"}),
        "a chain of others": wrap_call([{"task": "os.system", "args": ["true"], "options": {}}, [[1]]], "celery.map"),
        "a body that is no call": wrap(b'{"run": 1}', content_type="application/json"),
        "a body that is no JSON": wrap(b"\xff\xfe", content_type="application/json"),
        "headers that are none": json.dumps({**json.loads(wrap_call([])), "headers": None}).encode(),
        "an empty message": b"{}",
        "a list": b"[]",
        "no JSON at all": b"\x80\x04not even text",
    }


class TestSettings:
    def test_only_json_is_written_and_read(self) -> None:
        assert list(app.conf.accept_content) == ["json"]
        assert app.conf.task_serializer == app.conf.result_serializer == app.conf.event_serializer == "json"

    def test_no_remote_orders_are_taken(self) -> None:
        assert app.conf.worker_enable_remote_control is False
        assert app.conf.result_backend is None

    def test_no_job_takes_anything_but_ids(self) -> None:
        app.loader.import_default_modules()
        ours = {name: job for name, job in app.tasks.items() if not name.startswith("celery.")}
        assert {name: job.run.__code__.co_varnames[: job.run.__code__.co_argcount] for name, job in ours.items()} == {
            "flows.advance_runs": (),
            "flows.send_effects": (),
            "flows.replay_drafts": (),
            "notifications.deliver": (),
        }


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installations.scaled_out(tmp_path) as made:
        yield made


def is_taken(redis: Redis) -> bool:
    """Whether no message waits any more."""
    return not any(redis.llen(queue) for queue in QUEUES)


@pytest.mark.services
@pytest.mark.slow(sample=True)
class TestForgedMessages:
    def test_change_nothing_and_leave_the_worker_at_work(self, installation: Installation, tmp_path: Path) -> None:
        touched, redis = tmp_path / "touched", Redis.from_url(installation.env["REDIS_URL"])
        before = installation.query("SELECT count(*) FROM events_event")
        worker = installation.start_worker()
        for name, message in list_forgeries(touched).items():
            for queue in QUEUES:
                redis.lpush(queue, message)
            self._ring(installation)
            wait_for(lambda: is_taken(redis), within_s=60, what=f"the worker to take a bell after {name}")
            assert_at_work(worker, name)
        assert not touched.exists()
        assert installation.query("SELECT count(*) FROM events_event") == before
        assert installation.query("SELECT count(*) FROM flows_run") == [(0,)]

    @staticmethod
    def _ring(installation: Installation) -> None:
        """A true bell, as the product rings it."""
        client = Celery(broker=installation.env["REDIS_URL"], set_as_current=False)
        client.send_task("flows.advance_runs", queue="runs", ignore_result=True, retry=False)
        client.close()


def assert_at_work(worker: Running, name: str) -> None:
    assert worker.process.poll() is None, f"{name} ended the worker:\n{worker.output[-3000:]}"
