"""Secrets of teams, encrypted at rest. ``store`` sets and resolves them, ``rotation`` changes the key.

Import from ``integrator.secrets.store``: this module stays empty, since apps are loaded before models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integrator.secrets.errors import SecretError, SecretMissing
    from integrator.secrets.store import resolve_secrets, set_secret

__all__ = ["SecretError", "SecretMissing", "resolve_secrets", "set_secret"]

_HOMES = {
    "SecretError": "integrator.secrets.errors",
    "SecretMissing": "integrator.secrets.errors",
    "resolve_secrets": "integrator.secrets.store",
    "set_secret": "integrator.secrets.store",
}


def __getattr__(name: str) -> Any:
    """Loads on first use: this package is imported as an app before models may be."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module  # lazy: see above

    return getattr(import_module(_HOMES[name]), name)
