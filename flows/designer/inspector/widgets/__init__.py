"""A widget per type of setting: a value as the parts of a form, and those parts as a value again. Pure, no HTML.

Unreadable    inspector.unreadable    what was typed cannot be a value; the sentence says what to type
Unfit                                 a value that this form cannot show; it is then shown as JSON
"""

from __future__ import annotations

from flows.designer.inspector.widgets.base import NO_FACTS, Facts, Option, Parts, Unfit, Unreadable, Widget
from flows.designer.inspector.widgets.forms import FormState, fill_form, read_form, show_form
from flows.designer.inspector.widgets.rows import change_rows

__all__ = [
    "NO_FACTS",
    "Facts",
    "FormState",
    "Option",
    "Parts",
    "Unfit",
    "Unreadable",
    "Widget",
    "change_rows",
    "fill_form",
    "read_form",
    "show_form",
]
