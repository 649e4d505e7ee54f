"""Decision tables: their shape, the language of their cells, what is wrong with them, and deciding. Pure.

`table` the shape · `cells` one cell read and judged · `places` values as small numbers · `compiling` made ready ·
`zen_door` the one module that knows zen-engine · `deciding` input to rows · `analysis` gaps and overlaps ·
`diff` what changed · `checking` every fault of a table · `table_file` and `csv_file` the two forms a table travels in.
"""
