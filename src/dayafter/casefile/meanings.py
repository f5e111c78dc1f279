"""What the fields of the record mean: the texts that stand under them where they are declared.

Read when somebody asks: most commands never do, and finding the texts of all tables takes as long as checking a case.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
from collections.abc import Mapping
from functools import cache
from types import ModuleType


def meaning_of(model: type, field: str) -> str:
    """The text under a field of a class or of one that it is made from, on one line; empty where there is none."""
    for one in model.__mro__:
        texts = _texts_of(sys.modules[one.__module__]) if one.__module__.startswith("dayafter") else {}
        if found := texts.get(one.__qualname__, {}).get(field):
            return found
    return ""


@cache
def _texts_of(module: ModuleType) -> Mapping[str, Mapping[str, str]]:
    """Class to field to text, of the classes of a module."""
    classes = (node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef))
    return {one.name: dict(_texts_in(one)) for one in classes}


def _texts_in(node: ast.ClassDef) -> list[tuple[str, str]]:
    found = []
    for field, text in itertools.pairwise(node.body):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str):
            found.append((field.target.id, inspect.cleandoc(text.value.value)))
    return found
