"""How a form's control looks: our classes by widget. What a form means is its app's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString


def class_of(widget: forms.Widget) -> str:
    """The CSS class of a control; choices of several inputs are styled by their surroundings."""
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if is_group(widget):
        return ""
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def is_tick(widget: forms.Widget) -> bool:
    """Whether the label belongs behind the control."""
    return isinstance(widget, forms.CheckboxInput)


def is_group(widget: forms.Widget) -> bool:
    """Whether the control is a group of radio buttons or ticks, named by a legend."""
    return isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


def may_be_left(field: forms.Field) -> bool:
    """Whether it may be left empty and does not say itself what that means, as a choice such as "Every team" does."""
    if field.required:
        return False
    if isinstance(field, forms.ModelChoiceField):
        return field.empty_label is not None and not field.empty_label.strip("-")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField):
        choices: Iterable[Any] = field.choices  # type: ignore[assignment]  # pairs, whatever they were made of
        return any(value in {"", None} and not str(label).strip("-") for value, label in choices)
    return True


def render_control(field: BoundField) -> SafeString:
    """The control with our class. Django itself adds ``aria-invalid`` and ``aria-describedby`` for help and errors."""
    widget = field.field.widget
    own = str(widget.attrs.get("class", ""))
    return field.as_widget(attrs={"class": f"{class_of(widget)} {own}".strip()})
