"""How a webhook's caller proves who it is, in words. Names secrets, never knows one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "none": "Nobody has to prove who they are",
    "basic": "User name and password (Basic)",
    "bearer": "A bearer token",
    "api_key": "An API key",
    "hmac": "A signature (HMAC)",
    "standard_webhooks": "A signature (Standard Webhooks)",
    "jwt": "A signed token (JWT)",
    "mailgun": "A signature as Mailgun makes it",
}
_PRESETS = {"github": "GitHub", "stripe": "Stripe", "shopify": "Shopify"}


def tell_auth(settings: Mapping[str, Any]) -> tuple[str, str]:
    """This will say how a trigger with these settings lets callers in, and the name of its secret ("" for none)."""
    auth = settings.get("auth")
    if not isinstance(auth, Mapping):
        return _WORDS["none"], ""
    kind, preset = str(auth.get("kind") or "none"), _PRESETS.get(str(auth.get("preset")))
    words = f"A signature as {preset} makes it" if preset else _WORDS.get(kind, kind)
    if kind == "api_key" and auth.get("header"):
        words = f"{words} in the header {auth['header']}"
    return words, str(auth.get("secret") or "")
