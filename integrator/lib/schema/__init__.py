"""JSON Schema 2020-12: compile once, then list every fault of a value by pointer, in plain words.

`compiling` the door · `references` which schemas are taken · `keywords` the validator with linear-time patterns ·
`formats` texts with a form · `words` what a fault is called · `quick` the check for the common schemas.
"""

from integrator.lib.schema.compiling import MAX_FAULTS, CompiledSchema, Fault, compile_schema
from integrator.lib.schema.references import SchemaError

__all__ = ["MAX_FAULTS", "CompiledSchema", "Fault", "SchemaError", "compile_schema"]
