from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayafter.casefile.schema import CaseInfo
from dayafter.casefile.write import field_yaml, head_yaml
from dayafter.casefile.yamltree import Branch, Leaf, read_tree
from tests.strategies import rows, texts


def leaf(text: str) -> Leaf:
    """The single value of a one-line file."""
    tree, issues = read_tree(text, "case.yaml")
    assert isinstance(tree, Branch)
    assert issues == ()
    (item,) = tree.items
    assert isinstance(item, Leaf)
    return item


@pytest.mark.parametrize("typed", ["no", "12:30", "0123", "1e3", "null", "~", "2016-02-22", "true", "=", "كركوك"])
def test_a_scalar_stays_what_was_typed(typed: str) -> None:
    assert leaf(f"a: {typed}").text == typed


def test_lines_and_columns_count_characters_from_one() -> None:
    tree, _ = read_tree("كركوك: أربيل\nb: [x, y]\n", "case.yaml")
    assert isinstance(tree, Branch)
    assert tree.keys is not None
    assert [(key.where.line, key.where.column) for key in tree.keys] == [(1, 1), (2, 1)]
    assert [(item.where.line, item.where.column) for item in tree.items] == [(1, 8), (2, 4)]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: &x 2", "yaml.alias", 2, 4),
        ("a: *x", "yaml.alias", 1, 4),
        ("a: !!python/object:os.system x", "yaml.tag", 1, 4),
        ("a: 1\na: 2", "yaml.duplicate-key", 2, 1),
        ("a: 1\n[x, y]: 2", "yaml.key", 2, 1),
        ("a: 1\n---\nb: 2", "yaml.several-documents", 2, 1),
        ("a: 1\nb: c: d", "yaml.syntax", 2, 5),
        ("a: 1\nb: 'never closed\nc: 3\n", "yaml.syntax", 2, 4),
        ("a: 1\nb: \x07", "yaml.character", 2, 4),
        ("[" * 200_000, "yaml.too-deep", 1, 51),
        ("{a: " * 200_000, "yaml.too-deep", 1, 198),
        ("- " * 200_000, "yaml.too-deep", 1, 101),
        ("[" + "1," * 100_001 + "1]", "yaml.too-long", 1, 200_000),
    ],
)
def test_a_fault_is_one_issue_at_its_spot(text: str, code: str, line: int, column: int) -> None:
    _, (issue,) = read_tree(text, "case.yaml")
    assert (issue.code, issue.where.line, issue.where.column) == (code, line, column)
    assert issue.remedy


@given(texts(filled=True))
def test_a_text_written_as_yaml_reads_back(text: str) -> None:
    assert leaf(field_yaml("a", text)).text == text


@given(rows(CaseInfo))
def test_the_head_of_a_case_written_as_yaml_reads_back(info: CaseInfo) -> None:
    tree, issues = read_tree(head_yaml(info), "case.yaml")
    assert isinstance(tree, Branch)
    assert tree.keys is not None
    assert issues == ()
    values = {
        key.text: item.text
        if isinstance(item, Leaf)
        else tuple(one.text for one in item.items if isinstance(one, Leaf))
        for key, item in zip(tree.keys, tree.items, strict=True)
    }
    assert CaseInfo.model_validate(values) == info


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    tree, issues = read_tree(text, "case.yaml")
    assert (
        tree is not None
        or issues
        or not text.strip("\ufeff \t\r\n\x85\u2028\u2029")
        or "#" in text
        or "..." in text
        or "---" in text
    )
