"""Rules on rival accounts: each speaks of a field that exists, and the one that is used is the one in the table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from dayafter.casefile.checks.context import Context, Numbered
from dayafter.casefile.didyoumean import closest
from dayafter.casefile.schema import COMMON_COLUMNS, TABLES, Account
from dayafter.errors import Issue
from dayafter.vocabulary import YesNo


@lru_cache(maxsize=512)
def _reader(table: str, field: str) -> TypeAdapter[Any]:
    """Read a cell as this field of this table would."""
    info = TABLES[table].model_fields[field]
    annotated: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return TypeAdapter(annotated)


def _fields(table: str) -> list[str]:
    model = TABLES[table]
    return [name for name in model.model_fields if name not in COMMON_COLUMNS and name not in model.KEY]


def accounts_speak_of_something(context: Context) -> Iterator[Issue]:
    """Table, row and field of an account exist, somebody says it, and its value is one that the field can hold."""
    for number, account in enumerate(context.case.accounts):
        if not account.source and account.said_by is None:
            yield context.fault(
                "account.nobody",
                ("accounts", number, "source"),
                f"the account of {account.table} '{account.row}' {account.field} is nobody's",
                "write the source, or in said_by whose account it is",
            )
        if fault := _target(context, number, account) or _value(context, number, account):
            yield fault


def _target(context: Context, number: int, account: Account) -> Issue | None:
    """Report the first of table, row and field that does not exist."""

    def unknown(field: str, word: str, choices: list[str], where: str) -> Issue:
        meant = closest(word, choices)
        return context.fault(
            "account.target",
            ("accounts", number, field),
            f"'{word}' is no {where}",
            f"did you mean {meant}?" if meant is not None else f"write the name of a {where}",
        )

    if account.table not in TABLES:
        return unknown("table", account.table, list(TABLES), "table")
    rows = context.numbers[account.table]
    known_by_id = TABLES[account.table].KEY == ("id",)
    judged = context.was_read(account.table) if known_by_id else context.whole(account.table)
    if judged and account.row not in rows and account.row not in context.known(account.table):
        return unknown("row", account.row, list(rows), f"key of a row of {account.table}")
    if account.field not in (fields := _fields(account.table)):
        return unknown("field", account.field, fields, f"field of {account.table} on which sources can differ")
    return None


def _value(context: Context, number: int, account: Account) -> Issue | None:
    """Report a value that its field could not hold."""
    try:
        _reader(account.table, account.field).validate_python(account.value)
    except ValidationError as error:
        # The branch of a union that is not "nothing at all" says what is wrong with a value.
        first = next((e for e in error.errors() if e["type"] != "none_required"), error.errors()[0])
        reason = first.get("ctx", {}).get("what") or first["msg"]
        remedy = first.get("ctx", {}).get("remedy") or f"write it as in the column {account.field}"
        return context.fault(
            "account.value",
            ("accounts", number, "value"),
            f"'{account.value}' cannot stand in {account.table}.{account.field}: {reason}",
            str(remedy),
        )
    return None


def accounts_agree_with_the_table(context: Context) -> Iterator[Issue]:
    """Of two or more accounts of one field at most one is used, and it is the value in the table."""
    groups: dict[tuple[str, str, str], list[Numbered[Account]]] = {}
    for number, account in enumerate(context.case.accounts):
        groups.setdefault((account.table, account.row, account.field), []).append((number, account))
    for (table, key, field), accounts in groups.items():
        if (
            len(accounts) == 1
            and context.whole("accounts")
            and key in context.numbers.get(table, ())
            and field in _fields(table)
        ):
            yield context.fault(
                "account.alone",
                ("accounts", accounts[0][0], "row"),
                f"there is one account of {table} '{key}' {field}: nobody differs",
                "add the other account, or delete this one and write the source in the row itself",
            )
        used = [(number, account) for number, account in accounts if account.used is YesNo.YES]
        for number, _ in used[1:]:
            spot = context.loaded.where("accounts", used[0][0], "used")
            yield context.fault(
                "account.used-twice",
                ("accounts", number, "used"),
                f"of the accounts of {table} '{key}' {field} the one at {spot} is already used",
                "write yes for one of them alone",
            )
        if used:
            yield from _differs(context, *used[0])


def _differs(context: Context, number: int, account: Account) -> Iterator[Issue]:
    """Report a used account that is not what the table says."""
    row = context.numbers.get(account.table, {}).get(account.row)
    if row is None or account.field not in _fields(account.table):
        return
    try:
        said = _reader(account.table, account.field).validate_python(account.value)
    except ValidationError:
        return
    held = getattr(context.rows(account.table)[row], account.field)
    if said != held:
        spot = context.loaded.where(account.table, row, account.field)
        shown = "; ".join(map(str, held)) if isinstance(held, tuple) else held
        shown = "nothing" if shown in (None, "") else f"'{shown}'"
        yield context.fault(
            "account.used-differs",
            ("accounts", number, "value"),
            f"the account used says '{account.value}', and the table holds {shown} at {spot}",
            f"write '{account.value}' in the table, or mark the account that the table follows",
        )
