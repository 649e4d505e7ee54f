"""One inbound call as it came, and the fields of its row: secrets masked, nothing the databases cannot take."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from flows.definition.model import JSON
from integrator.lib.ids import new_uuid
from integrator.lib.redaction import MASK, cap_text, is_secret_name, mask_headers, mask_secrets

REFUSED_BODY_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class InboundCall:
    """A call. ``headers`` by lower-case name; ``query`` gives a text, or a list for a repeated name.

    ``secrets`` are the values that may stand in it and are never kept, ``secret_names`` the headers and query names
    that carry one, in small letters. ``body`` is what was read of it, ``body_bytes`` its length as far as it is known.
    Of a form ``body`` is what was made of it and ``form_digest`` what tells its repeats; ``run_id`` is given out before
    where files hang on it.
    """

    path: str
    method: str
    received_at: datetime
    base_url: str
    remote_address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str | list[str]] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    body_bytes: int = 0
    secrets: Collection[str] = field(default=(), repr=False)
    secret_names: Collection[str] = ()
    form_digest: str = ""
    run_id: uuid.UUID | None = None

    @cached_property
    def body_sha256(self) -> str:
        """SHA-256 of the raw body, hexadecimal; of a form that of its content."""
        return self.form_digest or hashlib.sha256(self.body).hexdigest()

    def trigger_headers(self) -> dict[str, str]:
        """Headers for the run: by the names of expressions (``_`` for ``-``), credentials left out."""
        kept = {
            name.replace("-", "_"): clean_text(value)
            for name, value in self.headers.items()
            if name not in _CREDENTIALS and name not in self.secret_names
        }
        masked: dict[str, str] = mask_secrets(kept, self.secrets)
        return masked

    def trigger_query(self) -> dict[str, JSON]:
        """The query for the run, credentials left out."""
        kept = {name: clean(value) for name, value in self.query.items() if name.lower() not in self.secret_names}
        masked: dict[str, JSON] = mask_secrets(kept, self.secrets)
        return masked

    def to_fields(self, *, body_limit_bytes: int | None = None, **fields: Any) -> dict[str, Any]:
        """The fields of its row, by attribute. ``body_limit_bytes`` None keeps the whole body."""
        body = clean_text(self.body.decode(errors="replace"))
        if body_limit_bytes is not None:
            body = cap_text(str(mask_secrets(body, self.secrets)), body_limit_bytes)
        return {
            "id": new_uuid(),
            "path": clean_text(self.path)[:300],
            "method": self.method[:10],
            "received_at": self.received_at,
            "remote_address": self.remote_address[:64],
            "headers": mask_secrets(self._shown_headers(), self.secrets),
            "query": mask_secrets(self._shown_query(), self.secrets),
            "body": body,
            "body_sha256": self.body_sha256 if self.body else "",
            "body_bytes": self.body_bytes,
            **fields,
        }

    def _shown_headers(self) -> dict[str, str]:
        masked = mask_headers(self.headers)
        return {name: MASK if name in self.secret_names else clean_text(value) for name, value in masked.items()}

    def _shown_query(self) -> dict[str, JSON]:
        return {
            clean_text(name): MASK if name.lower() in self.secret_names or is_secret_name(name) else clean(value)
            for name, value in self.query.items()
        }


def clean(value: str | list[str]) -> JSON:
    """The text or texts as databases take them."""
    return [clean_text(each) for each in value] if isinstance(value, list) else clean_text(value)


def clean_text(text: str) -> str:
    """The text without NUL and half characters."""
    if "\0" not in text and text.isascii():
        return text
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})
