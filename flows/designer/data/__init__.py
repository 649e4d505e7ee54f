"""The designer's data: samples, the picker, previews of expressions and the mapper. Every change is an operation."""
