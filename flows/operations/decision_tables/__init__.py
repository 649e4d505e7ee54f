"""Every change of decision tables, each with its event.

`drafting` adds a table and changes its draft · `publishing` makes a version live · `importing` files in and out ·
`rights` who may, and the rows for those who may.
"""

from flows.operations.decision_tables.drafting import NewTable, add_table, read_document, save_draft
from flows.operations.decision_tables.importing import export_csv_rows, export_table, import_table
from flows.operations.decision_tables.publishing import TablePublished, publish_table

__all__ = [
    "NewTable",
    "TablePublished",
    "add_table",
    "export_csv_rows",
    "export_table",
    "import_table",
    "publish_table",
    "read_document",
    "save_draft",
]
