"""`case.yaml` as a tree of texts, each with its line and column.

Built from the parser's events, not by loading: nothing is guessed (`no`, `12:30` and `0123` stay what was typed),
nothing refers to anything else, and a file made to hurt stops at the first fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from dayafter.casefile.raw import fault, shown
from dayafter.errors import Issue, Where

MAX_DEPTH: Final = 50
MAX_NODES: Final = 100_000
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML does not admit."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar as typed, without the white space around it."""

    text: str
    where: Where


@dataclass(frozen=True, slots=True)
class Branch:
    """A list, or a mapping where `keys` is given."""

    items: tuple[Node, ...]
    where: Where
    keys: tuple[Leaf, ...] | None = None


Node = Leaf | Branch


class _Stop(Exception):  # noqa: N818  # carries an issue out of the walk; no error of its own
    def __init__(self, issue: Issue) -> None:
        self.issue = issue


def read_tree(text: str, file: str) -> tuple[Node | None, tuple[Issue, ...]]:
    """Read one YAML document.

    Returns
    -------
    The tree, or None where the text cannot be read or holds nothing; and the issues. Every line and column counts
    from 1, columns in characters.
    """
    if bad := _FORBIDDEN.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        issue = fault(
            "yaml.character",
            Where(file, line=line, column=column),
            f"the character U+{ord(bad[0]):04X} may not stand in a YAML file",
            "delete the invisible character",
        )
        return None, (issue,)
    walk = _Walk(text, file)
    try:
        return walk.document(), tuple(walk.issues)
    except _Stop as stop:
        return None, (*walk.issues, stop.issue)
    except yaml.MarkedYAMLError as error:
        unclosed = "quoted scalar" in (error.context or "")  # then the fault is where it opens, not at the file's end
        mark = error.context_mark if unclosed else error.problem_mark or error.context_mark
        where = Where(file) if mark is None else Where(file, line=mark.line + 1, column=mark.column + 1)
        what = ", ".join(part for part in (error.context, error.problem) if part) or "the text is no YAML"
        return None, (*walk.issues, _syntax(where, what))
    except yaml.YAMLError as error:
        return None, (*walk.issues, _syntax(Where(file), str(error)))


def _syntax(where: Where, what: str) -> Issue:
    remedy = "write each field as `name: value` on a line of its own; put a value with `: ` or `#` in it in quotes"
    return fault("yaml.syntax", where, f"not valid YAML: {what}", remedy)


class _Walk:
    """One pass over the parser's events."""

    def __init__(self, text: str, file: str) -> None:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is not built everywhere
        self.events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self.file = file
        self.issues: list[Issue] = []
        self.n_nodes = 0

    def document(self) -> Node | None:
        """Read the single document of a stream."""
        tree: Node | None = None
        n_documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                n_documents += 1
                if n_documents > 1:
                    remedy = "keep one document: delete the line `---` and what follows it"
                    raise _Stop(fault("yaml.several-documents", self._where(event), "a second document begins", remedy))
            elif isinstance(event, yaml.NodeEvent):
                tree = self._node(event, depth=1)
        return tree

    def _where(self, event: Any) -> Where:
        return Where(self.file, line=event.start_mark.line + 1, column=event.start_mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node:
        where = self._where(event)
        self.n_nodes += 1
        if depth > MAX_DEPTH:
            what = f"nested more than {MAX_DEPTH} deep"
            raise _Stop(fault("yaml.too-deep", where, what, "flatten it: the head of a case has one level"))
        if self.n_nodes > MAX_NODES:
            what = f"more than {MAX_NODES:,} values"
            raise _Stop(fault("yaml.too-long", where, what, "keep only the head of the case here; rows go in tables"))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            sign = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else f"&{event.anchor}"
            what = f"'{shown(sign, 40)}' refers to another part of the file"
            raise _Stop(fault("yaml.alias", where, what, "write the value out, or put it in quotes if it is a text"))
        if getattr(event, "tag", None) is not None and event.tag != "!":
            what = f"'{shown(str(event.tag), 60)}' is a tag; every value here is a text"
            raise _Stop(fault("yaml.tag", where, what, "delete the tag, or put the value in quotes if it is a text"))
        if isinstance(event, yaml.ScalarEvent):
            return Leaf(str(event.value).strip(), where)
        if isinstance(event, yaml.SequenceStartEvent):
            return Branch(tuple(self._until(yaml.SequenceEndEvent, depth)), where)
        return self._mapping(where, depth)

    def _until(self, end: type, depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield self._node(event, depth + 1)

    def _mapping(self, where: Where, depth: int) -> Branch:
        keys: dict[str, Leaf] = {}
        values: list[Node] = []
        nodes = self._until(yaml.MappingEndEvent, depth)
        for key in nodes:
            value = next(nodes)
            if not isinstance(key, Leaf):
                self.issues.append(fault("yaml.key", key.where, "a key must be a word", "write `name: value`"))
            elif key.text in keys:
                first = keys[key.text].where.line
                what = f"'{shown(key.text, 80)}' stands twice; first on line {first}"
                self.issues.append(fault("yaml.duplicate-key", key.where, what, "keep one of the two"))
            else:
                keys[key.text] = key
                values.append(value)
        return Branch(tuple(values), where, tuple(keys.values()))
