"""Expressions over patients' variables, such as ``meld >= 17 and age < 65``: parsed, checked, evaluated on arrays."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MAX_LENGTH = 300  # characters of an expression
FORM = "a comparison of a variable with a number, such as 'meld >= 17 and age < 65'"
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


@dataclass(frozen=True)
class Expression:
    """Condition on variables of a patient.

    Attributes
    ----------
    text : str
        As written.
    names : frozenset of str
        Variables that it reads.

    Examples
    --------
    >>> e = parse_expression("17 <= meld < 30 and not age > 65")
    >>> sorted(e.names)
    ['age', 'meld']
    >>> e({"meld": np.array([16.0, 20.0, 20.0]), "age": np.array([40.0, 40.0, 70.0])}).tolist()
    [False, True, False]
    """

    text: str
    names: frozenset[str]

    def __call__(self, values: Mapping[str, Any]) -> Bools:
        """Truth for each patient; a comparison with NaN is false.

        Parameters
        ----------
        values : mapping of str to array
            Every variable of `names`, of shapes that broadcast.
        """
        return np.asarray(_evaluate(ast.parse(self.text, mode="eval").body, values), bool)

    def check_names(self, known: Collection[str], where: str) -> None:
        """Refuse variables that patients do not have.

        Raises
        ------
        InputError
            If a variable is not among the known ones.
        """
        for name in sorted(self.names):
            if name not in known:
                raise InputError(where, name, f"one of {', '.join(sorted(known))}")


def parse_expression(text: str, where: str = "expression") -> Expression:
    """Parse a condition: comparisons of variables and numbers, joined by and, or, not and brackets.

    Parameters
    ----------
    text : str
        At most 300 characters.
    where : str
        Key of the file, for the error.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(where, f"{len(text)} characters", f"at most {MAX_LENGTH}")
    try:
        body = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(where, text, FORM) from None
    names: set[str] = set()
    if not _is_condition(body, names) or not names:
        raise InputError(where, text, FORM)
    return Expression(text, frozenset(names))


def _is_condition(node: ast.expr, names: set[str]) -> bool:
    """Form of a condition; collects its variables."""
    if isinstance(node, ast.BoolOp):
        return all(_is_condition(part, names) for part in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_condition(node.operand, names)
    if not isinstance(node, ast.Compare) or any(type(op) not in COMPARISONS for op in node.ops):
        return False
    return all(_is_operand(part, names) for part in (node.left, *node.comparators))


def _is_operand(node: ast.expr, names: set[str]) -> bool:
    if isinstance(node, ast.Name):
        names.add(node.id)
        return True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.BoolOp):
        parts = [_evaluate(part, values) for part in node.values]
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        result = parts[0]
        for part in parts[1:]:
            result = join(result, part)
        return result
    if isinstance(node, ast.UnaryOp):
        return np.logical_not(_evaluate(node.operand, values))
    assert isinstance(node, ast.Compare)
    left, result = _operand(node.left, values), np.True_
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = _operand(right_node, values)
        result = np.logical_and(result, COMPARISONS[type(op)](left, right))
        left = right
    return result


def _operand(node: ast.expr, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return values[node.id]
    return ast.literal_eval(node)
