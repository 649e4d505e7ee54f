"""Why a file is not taken in, given out or hung somewhere. The core knows no HTTP status; the interface maps ``code``.

FilesError
├── FileNotFound     file.not_found                             no such file, or not yours
├── UploadRefused    file.too_large  file.upload_too_large  file.too_many  file.field_too_large
│                    file.unreadable  file.missing
└── StorageFailed    file.storage_full  file.storage_unavailable                                  retryable
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class FilesError(Exception):
    """``code`` is stable and dotted, ``message`` is safe to show and says what to do, ``details`` is plain JSON."""

    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, Any] = dict(details or {})


class FileNotFound(FilesError):
    """There is no such file, or the person may not see it: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("file.not_found", "There is no such file, or you may not see it.")


class UploadRefused(FilesError):
    """What was sent is not taken; nothing of it is kept."""


class StorageFailed(FilesError):
    """The storage cannot take or give content now."""

    retryable = True
