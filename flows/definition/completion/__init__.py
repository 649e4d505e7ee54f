"""What helps somebody write an expression: which data is there, which functions, what it gives, what is wrong. Pure."""

from .data_tree import DataNode, join_path, make_tree, show, type_of, walk
from .functions import FunctionHelp, list_functions
from .preview import Preview, Surroundings, Wanted, preview_value, say_value
from .problems import Fix, Problem
from .reach import Readable, list_items, list_readable

__all__ = [
    "DataNode",
    "Fix",
    "FunctionHelp",
    "Preview",
    "Problem",
    "Readable",
    "Surroundings",
    "Wanted",
    "join_path",
    "list_functions",
    "list_items",
    "list_readable",
    "make_tree",
    "preview_value",
    "say_value",
    "show",
    "type_of",
    "walk",
]
