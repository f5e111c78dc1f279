"""From a value to the canonical text of its cell; reading the text gives the value back."""

from __future__ import annotations

from dayafter.casefile.schema import Row, columns


def cell_text(value: object) -> str:
    """The canonical text of a value; empty where there is no account."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def row_texts(table: str, row: Row) -> list[str]:
    """The cells of a row in the order of the table's columns."""
    return [cell_text(getattr(row, name)) for name in columns(table)]
