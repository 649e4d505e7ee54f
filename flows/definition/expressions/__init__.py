"""Expressions of flows: JSONata made exact, loud about missing data, and bounded. Nobody else imports jsonata."""

from .bounds import bound_together
from .errors import ExpressionError, FailedExpression
from .expression import Expression, Want, check_expression, compile_expression, is_range
from .renaming import rename_steps
from .settings_value import CompiledValue, compile_value, is_expression
from .words import SyntaxFault, find_habit

__all__ = [
    "CompiledValue",
    "Expression",
    "ExpressionError",
    "FailedExpression",
    "SyntaxFault",
    "Want",
    "bound_together",
    "check_expression",
    "compile_expression",
    "compile_value",
    "find_habit",
    "is_expression",
    "is_range",
    "rename_steps",
]
