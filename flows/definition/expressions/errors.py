"""What can go wrong with an expression. Knows nothing of flows, steps or HTTP.

ExpressionError                 code, message, retryable (always false), details
├── InvalidExpression           expression.invalid: it does not parse, or is refused before it runs
├── LimitExceeded               expression.limit: time, depth, memory or size of the result
└── FailedExpression            expression.failed: it ran and could not give a result
    └── MissingData             … because something it refers to is not there
"""

from __future__ import annotations

from typing import Any


class ExpressionError(Exception):
    """One expression that gave no result. `message` is safe to show: it quotes the author's text, never data."""

    code = "expression.failed"
    retryable = False

    def __init__(self, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = details or {}


class InvalidExpression(ExpressionError):
    """The text is no expression we run; `details["position"]` is the character (from 0) where it is known."""

    code = "expression.invalid"


class LimitExceeded(ExpressionError):
    """A bound was reached; the message names which."""

    code = "expression.limit"


class FailedExpression(ExpressionError):
    """The expression ran and its data did not fit it."""


class MissingData(FailedExpression):
    """Something referred to is not there; `details["missing"]` is its path where one is known."""

    def __init__(self, path: str | None) -> None:
        if path is None:
            message = "The expression gives nothing; use $default(…, value) where its data may be absent"
            details = {}
        else:
            message = f"{path} is missing; use $default({path}, …) if it may be absent"
            details = {"missing": path}
        super().__init__(message, details=details)
