"""The registry of every encrypted column, so that a rotation forgets none. A new one is a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

CHUNK_ROWS = 200


@dataclass(frozen=True, kw_only=True)
class EncryptedColumn:
    """A column with ciphertext: the whole text, or with ``keys`` those members of a JSON object (texts or lists)."""

    model: str  # app_label.Model
    field: str
    keys: tuple[str, ...] = ()

    def get_model(self) -> type[Model]:
        """The model class."""
        return apps.get_model(self.model)


ENCRYPTED_COLUMNS: tuple[EncryptedColumn, ...] = (
    EncryptedColumn(model="secrets.SecretValue", field="ciphertext"),
    EncryptedColumn(model="flows.ConnectionToken", field="access"),
    EncryptedColumn(model="flows.ConnectionToken", field="refresh"),
    EncryptedColumn(model="mfa.Authenticator", field="data", keys=("secret", "seed", "migrated_codes")),
)


def iterate_cells(column: EncryptedColumn) -> Iterator[tuple[int, object]]:
    """This will give (primary key, content) of each row, in order of the key, a few hundred rows in memory."""
    rows = column.get_model()._default_manager.order_by("pk").values_list("pk", column.field)
    after: object = None
    while True:
        chunk = list((rows if after is None else rows.filter(pk__gt=after))[:CHUNK_ROWS])
        if not chunk:
            return
        yield from chunk
        after = chunk[-1][0]


def change_texts(column: EncryptedColumn, content: object, change: Callable[[str], str]) -> object:
    """This will give the content with each ciphertext in it changed; anything else stays."""
    if not column.keys:
        return change(content) if isinstance(content, str) and content else content
    if not isinstance(content, dict):
        return content
    return {key: _change_member(value, change) if key in column.keys else value for key, value in content.items()}


def _change_member(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_change_member(item, change) for item in value]
    return value


def swap_cell(column: EncryptedColumn, pk: int, *, old: object, new: object) -> bool:
    """This will write the new content if the row still holds the old one. False when somebody changed it meanwhile."""
    rows = column.get_model()._default_manager.filter(pk=pk, **{column.field: old})
    return bool(rows.update(**{column.field: new}))
