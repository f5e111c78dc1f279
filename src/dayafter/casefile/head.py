"""The head of a case as written, from `case.yaml` or from the rows of a workbook's sheet."""

from __future__ import annotations

from typing import Final

from dayafter.casefile.didyoumean import closest
from dayafter.casefile.raw import HeadValue, fault, shown
from dayafter.casefile.schema import CaseInfo
from dayafter.casefile.yamltree import Branch, Leaf, Node
from dayafter.errors import Issue, Where

HEAD_FIELDS: Final = tuple(CaseInfo.model_fields)


def at_field(where: Where, name: str) -> Where:
    """The same spot, with the field's name."""
    return Where(where.file, where.sheet, where.cell, where.line, where.column, name)


def head_of_tree(tree: Node | None, file: str) -> tuple[dict[str, HeadValue] | None, tuple[Issue, ...]]:
    """Take the fields of the head from a tree; None where it is not a mapping."""
    if not isinstance(tree, Branch) or tree.keys is None:
        where = Where(file, line=1) if tree is None else tree.where
        what = "the file is empty" if tree is None else "the file is not a list of `name: value` lines"
        remedy = "write one line each, at least for id, title, question and as_of, such as `id: my-case`"
        return None, (fault("case.not-a-mapping", where, what, remedy),)
    head: dict[str, HeadValue] = {}
    issues: list[Issue] = []
    for key, node in zip(tree.keys, tree.items, strict=True):
        if key.text not in HEAD_FIELDS:
            issues.append(unknown_field(key.text, key.where))
        elif isinstance(node, Leaf):
            head[key.text] = HeadValue(node.text, at_field(node.where, key.text))
        elif node.keys is None and all(isinstance(item, Leaf) for item in node.items):
            texts = tuple(item.text for item in node.items if isinstance(item, Leaf))
            head[key.text] = HeadValue(texts, at_field(node.where, key.text))
        else:
            what = f"'{key.text}' holds further fields; it takes one value"
            issues.append(fault("case.shape", at_field(node.where, key.text), what, f"write `{key.text}: value`"))
    return head, tuple(issues)


def unknown_field(name: str, where: Where) -> Issue:
    """Say that the head has no such field, and which was probably meant."""
    guess = closest(name, HEAD_FIELDS)
    remedy = f"write {guess}" if guess else f"delete it; the fields are {', '.join(HEAD_FIELDS)}"
    return fault("case.unknown-field", where, f"'{shown(name, 80)}' is no field of the head of a case", remedy)
