"""A column that keeps JSON as text, so that the order of keys stays as given. Must not be searched inside."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class JSONTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """Plain JSON in a text column; ``None`` is SQL NULL.

    ``jsonb`` sorts the keys of objects: fields of a form and columns of a table would change places.
    """

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Plain JSON from the column's text."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        """The column's text of plain JSON."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def to_python(self, value: Any) -> Any:
        """Values of this field are plain JSON already."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """The text that a fixture keeps."""
        return self.get_prep_value(self.value_from_object(obj)) or "null"
