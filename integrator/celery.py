"""The Celery app. The broker is a bell: messages carry no truth, so nothing is lost with it (docs/adr/0001)."""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import Celery, Task
from celery.signals import task_prerun
from django.conf import settings
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrator.settings")

QUEUES = ("runs", "effects", "deliveries")


class Job(Task):  # type: ignore[misc]  # Celery has no types
    """A unit of Celery's work. A message that is no call is dropped, whoever put it into Redis."""

    abstract = True
    Strategy = "integrator.modes.strategy:drop_broken_messages"


app = Celery("integrator", task_cls=Job)
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options=(
        {"polling_interval": 0.01}  # in memory: a bell is heard within 10 ms, at no cost worth naming
        if settings.IS_EMBEDDED
        # A send to a dead Redis fails quickly: the caller has committed and must not wait for a bell.
        else {"socket_connect_timeout": 2, "socket_timeout": 10, "retry_on_timeout": False}
    ),
    task_serializer="json",
    result_serializer="json",
    event_serializer="json",
    accept_content=["json"],
    result_backend=None,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_acks_late=False,
    task_publish_retry=False,
    task_default_queue="runs",
    task_create_missing_queues=True,
    task_routes={
        "flows.advance_runs": {"queue": "runs"},
        "flows.send_effects": {"queue": "effects"},
        "flows.replay_drafts": {"queue": "runs"},
        "notifications.deliver": {"queue": "deliveries"},
    },
    worker_prefetch_multiplier=1,
    worker_pool="threads",
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    timezone="UTC",
)
# Read by Celery's Django fixup under this very name: never close a healthy connection between two jobs.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks(["flows", "notifications"], related_name="jobs")


def drop_broken_connections(**_: Any) -> None:
    """Before each job: a connection that broke (the database restarted) is replaced, a healthy one stays."""
    close_old_connections()


task_prerun.connect(drop_broken_connections, dispatch_uid="integrator.drop_broken_connections")
