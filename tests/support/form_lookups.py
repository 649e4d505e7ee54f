"""Choices for tests: a list of two, and one that cannot be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.form_choices import Choices, LookupFailed


def look_up(spec: Mapping[str, Any], team_id: int) -> Choices:
    """See ``settings.FORM_LOOKUPS``."""
    if spec["path"] == "/down":
        raise LookupFailed("The list cannot be had just now.")
    return (("S-1", "Smith"), ("S-2", "Sons"))
