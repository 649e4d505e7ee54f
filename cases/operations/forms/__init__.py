"""Every change of the library of forms, each with its event.

`drafting` adds a form and changes its draft · `publishing` makes a version live · `importing` forms in and out as
files · `rights` who may.
"""

from cases.operations.forms.drafting import NewForm, add_form, change_draft, copy_form, redo_edit, save_draft, undo_edit
from cases.operations.forms.importing import export_form, import_form
from cases.operations.forms.publishing import FormPublished, publish_form

__all__ = [
    "FormPublished",
    "NewForm",
    "add_form",
    "change_draft",
    "copy_form",
    "export_form",
    "import_form",
    "publish_form",
    "redo_edit",
    "save_draft",
    "undo_edit",
]
