"""The functions an expression may call: JSONata's own without $eval, and our $default. One table, read-only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import higher_order, lists, numeric, text, times
from .builtin import Builtin, Runtime

BUILTINS: Mapping[str, Builtin] = MappingProxyType(
    {
        function.name: function
        for module in (text, numeric, lists, higher_order, times)
        for function in module.FUNCTIONS.functions
    }
)

__all__ = ["BUILTINS", "Builtin", "Runtime"]
