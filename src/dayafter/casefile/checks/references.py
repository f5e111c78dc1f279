"""Rules on keys and references: every row has one name, and every name that is used belongs to one row."""

from __future__ import annotations

from collections.abc import Iterator

from dayafter.casefile.checks.context import REFERENCES, Context, ReferenceField, listed
from dayafter.casefile.didyoumean import closest_bearer
from dayafter.casefile.schema import TABLES
from dayafter.errors import Issue


def duplicate_keys(context: Context) -> Iterator[Issue]:
    """No two rows of a table share a key; both spots are named."""
    for table, model in TABLES.items():
        rows = context.rows(table)
        first = context.numbers[table]
        if len(first) == len(rows):
            continue
        for number, row in enumerate(rows):
            if (earlier := first[row.key]) == number:
                continue
            field = model.KEY[0] if len(model.KEY) == 1 else None
            parts = " + ".join(model.KEY)
            spot = context.loaded.where(table, earlier, field)
            yield context.fault(
                "row.duplicate-key",
                (table, number, field),
                f"'{row.key}' is already in {table} at {spot}; no two rows share {parts}",
                "delete one of the two rows, or correct its key",
            )


def dangling_references(context: Context) -> Iterator[Issue]:
    """Every id that a row writes is the id of a row of a table that the field may name."""
    for table, references in REFERENCES.items():
        wanted = [
            (reference, tuple(context.ids[t] for t in reference.targets))
            for reference in references
            if all(map(context.was_read, reference.targets))
        ]
        for number, row in enumerate(context.rows(table)):
            for reference, known in wanted:
                for name in reference.ids(row):
                    if not any(name in ids for ids in known):
                        yield _dangling(context, reference, number, name)


def _dangling(context: Context, reference: ReferenceField, number: int, name: str) -> Issue:
    targets = " or ".join(reference.targets)
    elsewhere = [table for table, ids in context.ids.items() if name in ids]
    if elsewhere:
        found = " and ".join(elsewhere)
        return context.fault(
            "ref.wrong-table",
            (reference.table, number, reference.field),
            f"'{name}' is in {found}; {reference.field} names rows of {targets}",
            f"write an id of {targets}, or move '{name}' to the column that names rows of {found}",
        )
    meant = closest_bearer(name, context.bearers(*reference.targets))
    remedy = (
        f"did you mean {meant}? Write it, or add a row '{name}' to {targets}"
        if meant is not None
        else f"add a row '{name}' to {targets}, or correct the id"
    )
    return context.fault(
        "ref.unknown",
        (reference.table, number, reference.field),
        f"'{name}' is no id in {targets}",
        remedy,
    )


def id_meant(context: Context, table: str, field: str, text: str) -> str | None:
    """The id among those that a field may name whose id, name or alias is most like a text."""
    targets = [one.targets for one in REFERENCES.get(table, ()) if one.field == field]
    return closest_bearer(text, context.bearers(*targets[0])) if targets else None


def ambiguous_ids(context: Context) -> Iterator[Issue]:
    """An id that a field could read as one of two rows belongs to one table alone."""
    reported: set[tuple[tuple[str, ...], str]] = set()
    for table, references in REFERENCES.items():
        for reference in references:
            if len(reference.targets) < 2:
                continue
            shared = _in_more_than_one(context, reference.targets)
            if not shared:
                continue
            for number, row in enumerate(context.rows(table)):
                for name in reference.ids(row):
                    if name in shared and (reference.targets, name) not in reported:
                        reported.add((reference.targets, name))
                        holders = [t for t in reference.targets if name in context.ids[t]]
                        spots = listed(
                            str(context.loaded.where(t, context.numbers[t].get(name, 0), "id")) for t in holders
                        )
                        yield context.fault(
                            "ref.ambiguous",
                            (table, number, reference.field),
                            f"'{name}' is the id of a row in {' and in '.join(holders)} ({spots}); "
                            f"{reference.field} could mean either",
                            f"rename one of them, for instance {name}-{_suffix(holders[-1])}, wherever it stands",
                        )


def _in_more_than_one(context: Context, tables: tuple[str, ...]) -> frozenset[str]:
    seen: set[str] = set()
    twice: set[str] = set()
    for table in tables:
        twice |= seen & context.ids[table]
        seen |= context.ids[table]
    return frozenset(twice)


def _suffix(table: str) -> str:
    return {"communities": "people", "deals": "deal", "engagements": "engagement", "brokers": "broker"}.get(
        table, table.rstrip("s")
    )


_TO_ITSELF = (
    ("loyalties", "actor", "patron", "an actor answers to another, not to itself"),
    ("relations", "actor", "other", "a relation joins two different actors"),
    ("perceptions", "community", "toward", "a perception looks at somebody else"),
    ("contacts", "who", "whom", "a tie has two different ends"),
    ("engagements", "actor", "beneficiary", "a sponsor's beneficiary is somebody else"),
    ("observations", "actor", "toward", "an observation looks from an actor to another"),
)


def rows_to_themselves(context: Context) -> Iterator[Issue]:
    """Ends that must differ do differ: no loyalty, relation, perception or tie to oneself."""
    for table, one, other, rule in _TO_ITSELF:
        for number, row in enumerate(context.rows(table)):
            if (name := getattr(row, one)) is not None and name == getattr(row, other):
                yield context.fault(
                    "row.to-itself",
                    (table, number, other),
                    f"{one} and {other} are both '{name}'; {rule}",
                    f"correct {one} or {other}, or delete the row",
                )
