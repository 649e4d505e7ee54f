"""What can be said about an expression before it runs: what it refers to, and what is refused or unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from .errors import InvalidExpression
from .functions import BUILTINS
from .syntax import Node, children, descendants, is_plain_step

Path = tuple[str, ...]

_ALWAYS_BOUND = frozenset({"", "$"})


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What an expression uses. `whole_input`: also in ways that cannot be listed, such as wildcards and `$`."""

    references: frozenset[Path]
    whole_input: bool
    variables: frozenset[str]
    functions: frozenset[str]
    bare_calls: frozenset[str]


def analyse(tree: Node) -> Analysis:
    """The Analysis of a parsed expression; raises InvalidExpression for what must never run."""
    bound = _bound_names(tree)
    rebound = sorted(bound & BUILTINS.keys())
    if rebound:
        raise InvalidExpression(f"${rebound[0]} is built in and cannot be given another meaning; choose another name")
    scout = Scout()
    scout.visit(tree, at_root=True)
    if "eval" in scout.variables | scout.functions:
        raise InvalidExpression("$eval is not available: data is never run as an expression")
    return Analysis(
        references=frozenset(scout.references),
        whole_input=scout.whole_input,
        variables=frozenset(scout.variables - bound - BUILTINS.keys() - _ALWAYS_BOUND),
        functions=frozenset(scout.functions - bound - BUILTINS.keys()),
        bare_calls=frozenset(scout.bare_calls),
    )


def findings_of(analysis: Analysis, *, roots: Collection[str], steps: Collection[str] | None) -> list[str]:
    """Sentences for the author, one for each unknown root, step, function or variable, sorted; `steps` None: any."""
    findings = set()
    for reference in analysis.references:
        if reference[0] not in roots:
            findings.add(f"There is no “{reference[0]}” here; {_instead(reference[0], roots)}")
        elif steps is not None and reference[0] == "steps" and len(reference) > 1 and reference[1] not in steps:
            findings.add(f"There is no step “{reference[1]}”; {_instead(reference[1], steps)}")
    for name in analysis.functions:
        findings.add(f"There is no function ${name}; {_instead(name, BUILTINS, prefix='$')}")
    for name in analysis.variables:
        findings.add(f"The variable ${name} is never set; set it with ${name} := … before, or correct its name")
    for name in analysis.bare_calls:
        findings.add(f"“{name}(…)” is no function; functions begin with $, as in $sum(…)")
    return sorted(findings)


def _instead(name: str, known: Collection[str], *, prefix: str = "") -> str:
    close = get_close_matches(name, sorted(known), n=1)
    if close:
        return f"did you mean “{prefix}{close[0]}”?"
    if prefix:
        return "choose one of the JSONata functions"
    return f"use one of: {', '.join(sorted(known))}" if known else "there is none to refer to yet"


def _bound_names(tree: Node) -> set[str]:
    names: set[str] = set()
    for node in descendants(tree):
        if node.type == "bind":
            names.add(str(node.lhs.value))
        elif node.type == "lambda":
            if node.signature is not None:
                raise InvalidExpression("A function cannot have a <signature> here; leave it out")
            names.update(str(argument.value) for argument in node.arguments)
        names.update(str(name) for name in (node.focus, node.index) if isinstance(name, str))
        names.update(str(stage.value) for stage in node.stages or () if stage.type == "index")
    return names


@dataclass(kw_only=True)
class Scout:
    """Walks the tree, knowing where a name means a root and where a member of some item."""

    references: set[Path] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    bare_calls: set[str] = field(default_factory=set)
    whole_input: bool = False

    def visit(self, node: Node, *, at_root: bool) -> None:
        if node.type == "path":
            self._visit_path(node, at_root=at_root)
        elif node.type in ("function", "partial"):
            self._visit_call(node, at_root=at_root)
        elif node.type == "transform":
            self._visit_all(children(node), at_root=False)
        else:
            self._visit_plain(node, at_root=at_root)
        self._visit_decorations(node)

    def _visit_plain(self, node: Node, *, at_root: bool) -> None:
        if node.type == "variable":
            self.variables.add(str(node.value))
            self.whole_input |= node.value == "$" or (node.value == "" and at_root)
        elif node.type == "parent" or (node.type in ("wildcard", "descendant") and at_root):
            self.whole_input = True
        elif node.type == "name" and at_root:
            self.references.add((str(node.value),))
        decorations = {id(child) for child in _decorations(node)}
        self._visit_all((child for child in children(node) if id(child) not in decorations), at_root=at_root)

    def _visit_path(self, node: Node, *, at_root: bool) -> None:
        first = node.steps[0]
        names = [str(step.value) for step in leading_steps(node)] if begins_at_root(node, at_root=at_root) else []
        if names:
            self.references.add(tuple(names))
            self._visit_decorations(first)
        else:
            self.visit(first, at_root=at_root)
        for step in node.steps[1:]:
            self.visit(step, at_root=False)

    def _visit_call(self, node: Node, *, at_root: bool) -> None:
        procedure = node.procedure
        if procedure.type == "variable":
            self.functions.add(str(procedure.value))
            builtin = BUILTINS.get(str(procedure.value))
            if builtin is not None and at_root and builtin.takes_context(len(node.arguments)):
                self.whole_input = True
        elif procedure.type == "path" and len(procedure.steps) == 1 and procedure.steps[0].type == "name":
            self.bare_calls.add(str(procedure.steps[0].value))
        else:
            self.visit(procedure, at_root=at_root)
        self._visit_all(node.arguments, at_root=at_root)

    def _visit_decorations(self, node: Node) -> None:
        self._visit_all(_decorations(node), at_root=False)

    def _visit_all(self, nodes: Iterable[Node], *, at_root: bool) -> None:
        for node in nodes:
            self.visit(node, at_root=at_root)


def _decorations(node: Node) -> list[Node]:
    """What is evaluated against items rather than against the context: filters, order terms, groups."""
    found = [stage.expr for stage in (*(node.predicate or ()), *(node.stages or ())) if stage.expr is not None]
    found += [term.expression for term in node.terms or ()]
    found += [part for pair in (node.group.lhs_object if node.group else None) or () for part in pair]
    return found


def _is_decorated(node: Node) -> bool:
    return bool(node.predicate or node.stages or node.group)


def begins_at_root(path: Node, *, at_root: bool) -> bool:
    """Whether the first name of a path means a root: it stands there, or behind ``$`` or ``$$``."""
    first = path.steps[0]
    return (first.type == "name" and at_root) or (
        first.type == "variable" and (first.value == "$" or (first.value == "" and at_root))
    )


def leading_steps(path: Node) -> list[Node]:
    """The name nodes at the front of a path that begins at a root, up to the first that a filter or group stands on."""
    first = path.steps[0]
    found = [first] if first.type == "name" else []
    if _is_decorated(first) or not (first.type == "variable" or is_plain_step(first)):
        return found
    for step in path.steps[1:]:
        if step.type != "name":
            break
        found.append(step)
        if not is_plain_step(step):
            break
    return found
