"""Forms: JSON Schema with layout. The modules beside this are pure: no database, no network, no page.

`shape` and `reading` what a form is · `expanding` short words to the full schema · `language` conditions and computed
values · `designing` what is wrong with a form · `answering` judging an answer · `typed` and `drawing` controls of a
page · `comparison` JSON Patch · `editing` and `diffing` for the builder.
"""

from cases.forms.answering import Checked, check_answer
from cases.forms.drawing import FormField, draw_form, list_faults, plan_form, read_fields
from cases.forms.expanding import expand_form
from cases.forms.reading import read_form
from cases.forms.shape import Field, Form, Section
from cases.forms.typed import read_answers, sort_faults

__all__ = [
    "Checked",
    "Field",
    "Form",
    "FormField",
    "Section",
    "check_answer",
    "draw_form",
    "expand_form",
    "list_faults",
    "plan_form",
    "read_answers",
    "read_fields",
    "read_form",
    "sort_faults",
]
