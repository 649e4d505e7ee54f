"""Sessions in the database under the digest of their key: who reads a dump or a backup cannot step into one."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone


def digest_key(key: str | None) -> str:
    """160 bits of SHA-256, as the column holds. The key is random, so a slow hash would add nothing."""
    return hashlib.sha256((key or "").encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's store; the browser has the key and the table its digest."""

    def load(self) -> dict[str, Any]:
        """The session's data, empty for a key that nobody has."""
        row = self._find(self._session_key)
        if row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        return data

    async def aload(self) -> dict[str, Any]:
        """The same."""
        row = await self._rows(self._session_key).afirst()
        if row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        return data

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return super().exists(digest_key(session_key))

    async def aexists(self, session_key: str) -> bool:
        """The same."""
        return await super().aexists(digest_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row for this data."""
        row = super().create_model_instance(data)
        row.session_key = digest_key(row.session_key)
        return row

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The same."""
        row = await super().acreate_model_instance(data)
        row.session_key = digest_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Forget the session of this key, or this one."""
        key = session_key or self._session_key
        if key:
            super().delete(digest_key(key))

    async def adelete(self, session_key: str | None = None) -> None:
        """The same."""
        key = session_key or self._session_key
        if key:
            await super().adelete(digest_key(key))

    def _rows(self, key: str | None) -> Any:
        return self.model.objects.filter(session_key=digest_key(key), expire_date__gt=timezone.now())

    def _find(self, key: str | None) -> AbstractBaseSession | None:
        row: AbstractBaseSession | None = self._rows(key).first() if key else None
        return row
