"""Logs: one JSON object a line on standard error, with the run's id; readable lines on a terminal.

Nothing secret passes: members with telling names are masked, and what looks like a credential in any text is cut out.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from integrator.lib.redaction import MASK, is_secret_name
from integrator.lib.veil import get_veil

HARMLESS_MEMBERS = frozenset({"event", "key", "step_key", "business_key", "idempotency_key"})
_TELLING_TEXTS = (
    (re.compile(r"\bitg_[A-Za-z0-9_-]{8,}"), "itg_" + MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), r"\1 " + MASK),
    (re.compile(r"(/(?:status|answers|accounts/password/reset/key)/)[^/\s?#\"']+"), r"\1" + MASK),
    (re.compile(r"(?i)(://)[^/\s@:]+:[^/\s@]+@"), r"\1" + MASK + "@"),
    (re.compile(r"(?i)([?&][a-z_-]*(?:token|key|secret|sig|signature|password)=)[^&\s\"']+"), r"\1" + MASK),
)
_QUIET = ("httpx", "urllib3", "asyncio", "amqp", "kombu", "celery.utils.functional", "uvicorn.access")


class StandardErrorHandler(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is now, not to what it was when logging was set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """The current standard error."""
        return sys.stderr


def configure(config: Mapping[str, Any]) -> None:
    """This will set up logging for the whole process: Django's ``LOGGING_CONFIG``.

    ``config`` may say ``{"level": "DEBUG"}`` and ``{"console": True}``; else it is INFO, and JSON unless standard error
    is a terminal.
    """
    is_console = bool(config.get("console", sys.stderr.isatty()))
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = StandardErrorHandler()
    handler.setFormatter(make_formatter(shared, is_console=is_console))
    root = logging.getLogger()
    for former in [known for known in root.handlers if isinstance(known, StandardErrorHandler)]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(config.get("level", "INFO"))
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def make_formatter(shared: list[structlog.types.Processor], *, is_console: bool) -> structlog.stdlib.ProcessorFormatter:
    """Tracebacks become text first, without local variables, so that masking sees them too."""
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if is_console else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask_event,
            renderer,
        ],
    )


def mask_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: masks members by their names, texts by their look and what lies under a veil."""
    veil = get_veil()
    for key, value in event.items():
        event[key] = MASK if is_hidden(key) else veil.mask(mask_value(value))
    return event


def is_hidden(key: str) -> bool:
    """Whether the member's name says that its value is secret."""
    return key not in HARMLESS_MEMBERS and is_secret_name(key)


def mask_value(value: Any) -> Any:
    """Texts scrubbed, containers gone through, numbers and the like as they are, other objects by their text."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {str(key): MASK if is_hidden(str(key)) else mask_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask_text(str(value))


def mask_text(text: str) -> str:
    """This will cut out of a text what looks like tokens, Authorization values, one-time addresses or passwords."""
    for pattern, replacement in _TELLING_TEXTS:
        text = pattern.sub(replacement, text)
    return text


@contextlib.contextmanager
def bind_run(run_id: object) -> Iterator[None]:
    """Every line logged within carries the run's id."""
    with structlog.contextvars.bound_contextvars(run=str(run_id)):
        yield
