"""The small language of forms: conditions (``amount > 1000``) and computed values (``sum(lines.total)``). Pure.

`decimals` exact numbers · `parsing` text to a tree of plain lists · `evaluating` a tree to a value. The browser gets
the tree alone and evaluates it by the same rules (``static/js/forms/language.js``); one table of cases holds both.
"""

from cases.forms.language.evaluating import Scope, Value, evaluate, is_true
from cases.forms.language.parsing import FUNCTIONS, MAX_CHARS, Node, list_names, parse

__all__ = ["FUNCTIONS", "MAX_CHARS", "Node", "Scope", "Value", "evaluate", "is_true", "list_names", "parse"]
