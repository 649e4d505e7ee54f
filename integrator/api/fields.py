"""Fields that bodies of several addresses share."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

MADE_OF_NAME = "Left out, it is made of the name."


class NewKeyField(serializers.CharField):
    """The short name of something new; ``""`` asks for one made of its name. ``use`` says what others need it for."""

    def __init__(self, *, use: str = "", **options: Any) -> None:
        help_text = f"{use} {MADE_OF_NAME}".lstrip()
        super().__init__(required=False, allow_blank=True, default="", help_text=help_text, **options)
