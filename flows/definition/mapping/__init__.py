"""Maps fields of an object: each by its source, a conversion and what happens when it is missing.

Reads an ordinary value of a flow file as rows and writes rows as such a value. What it does not recognise to the last
character it gives as an expression, and never rewrites: ``write_mapping(read_mapping(value))`` is the value itself.

A row in JSONata: ``$number($default(trigger.body.amount, 0))``. Rows that may be left out need one expression for the
whole object: ``$merge([{"a": …}, $exists(x) ? {"b": x} : {}])``.
"""

from .reading import read_mapping
from .rows import CONVERSIONS, MISSINGS, Conversion, Mapped, Missing, Row, UnfitRow, settle
from .writing import write_mapping

__all__ = [
    "CONVERSIONS",
    "MISSINGS",
    "Conversion",
    "Mapped",
    "Missing",
    "Row",
    "UnfitRow",
    "read_mapping",
    "settle",
    "write_mapping",
]
