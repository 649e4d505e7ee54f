"""What is wrong with a form. Pure; the interface maps ``code``.

FormError
├── ExpressionInvalid   form.expression_invalid                    a condition or computed value that does not parse
├── FormNotFound        form.not_found                             no such form, or not yours
├── FormForbidden       form.forbidden                             seen, but not to be changed by them
└── FormRefused         form.invalid  form.key_taken  form.changed_meanwhile  form.edit_invalid  form.nothing_to_undo
                        form.not_published
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class FormError(Exception):
    """``code`` is stable and dotted, ``message`` is safe to show and says what to do, ``details`` is plain JSON."""

    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, Any] = dict(details or {})


class ExpressionInvalid(FormError):
    """A condition or computed value cannot be read. ``details["at"]`` is the place in the text, from 0."""

    def __init__(self, message: str, at: int = 0) -> None:
        super().__init__("form.expression_invalid", message, {"at": at})


class FormNotFound(FormError):
    """There is no such form, or the person may not see it: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("form.not_found", "There is no such form, or you may not see it.")


class FormForbidden(FormError):
    """The person may see the form, but not do this."""

    def __init__(self, message: str) -> None:
        super().__init__("form.forbidden", message)


class FormRefused(FormError):
    """The change cannot be made as asked."""
