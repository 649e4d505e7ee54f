"""How a message becomes a job here: one that is no call is dropped. It must never end the consumer or come again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.app.base import Celery
from celery.app.task import Task
from celery.exceptions import InvalidTaskError
from celery.worker.strategy import default
from kombu.exceptions import ContentDisallowed, DecodeError

REFUSALS = (InvalidTaskError, ContentDisallowed, DecodeError)  # what Celery's consumer drops by itself


def drop_broken_messages(task: Task, app: Celery, consumer: Any, **options: Any) -> Callable[..., Any]:
    """Celery's own strategy, but whatever it stumbles over is one bad message, which the consumer then rejects.

    Without it such a message ends the consumer, is put back into Redis, and ends the next one.
    """
    handle = default(task, app, consumer, **options)

    def take(message: Any, *rest: Any, **more: Any) -> Any:
        try:
            return handle(message, *rest, **more)
        except REFUSALS:
            raise
        except Exception as error:
            raise InvalidTaskError(f"The message is no call of {task.name}: {type(error).__name__}") from error

    return take
