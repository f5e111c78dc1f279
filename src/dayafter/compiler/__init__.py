"""From a case as people write it to arrays: the only place that sees both.

Labels are matched exactly. What the case does not say stays masked, except where something must be (a signed deal has
some form, an armed claimant some strength): there the possibilities are laid down here, marked as assumed, and drawn.
The readings chosen are listed in `docs/why/assessment.md`.
"""

from __future__ import annotations

from typing import Any, Final

from dayafter.arrays import CompiledCase, RowKey
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile
from dayafter.compiler.builders import Field, build_axes, empty_bools, key_of
from dayafter.compiler.deals import compile_deals, compile_engagements, compile_shocks
from dayafter.compiler.forces import compile_actors, compile_claims, compile_presence, compile_relations
from dayafter.compiler.means import (
    compile_aid,
    compile_grounds,
    compile_policies,
    compile_shock_times,
    compile_terms_of_control,
)
from dayafter.compiler.people import (
    compile_options,
    compile_perceptions,
    compile_places,
    compile_population,
    compile_positions,
)
from dayafter.compiler.record import compile_addressed, compile_ledger, compile_rivals, compile_ties
from dayafter.vocabulary import PlaceScope

__all__ = ["compile_case"]

_ROWS_ONLY: Final = ("terms",)
"""Fields that carry rows and no numbers."""


def compile_case(case: CaseFile | LoadedCase) -> CompiledCase:
    """Turn a checked case into read-only arrays.

    Parameters
    ----------
    case : a case in memory, or as it was loaded.

    Raises
    ------
    UsageError : a label that is not there, an id twice, a cycle of parents: faults that `dayafter check` reports with
        their place in the file.
    """
    case = case.case if isinstance(case, LoadedCase) else case
    axes = build_axes(case)
    values: dict[str, Any] = {}
    fields: dict[str, Field] = {}
    left_out: list[RowKey] = []
    for part in (compile_actors, compile_relations, compile_deals, compile_engagements):
        some_values, some_fields = part(axes)
        values |= some_values
        fields |= some_fields
    present, presence, outside = compile_presence(axes)
    values |= present | compile_shocks(axes) | compile_ties(axes) | compile_grounds(axes) | compile_options(axes)
    for some_values, some_fields in (compile_shock_times(axes), compile_aid(axes)):
        values |= some_values
        fields |= some_fields
    fields |= presence | compile_places(axes)
    left_out += outside
    for step in (compile_claims, compile_population, compile_perceptions, compile_positions):
        some_fields, outside = step(axes)
        fields |= some_fields
        left_out += outside
    national = empty_bools(len(axes.places))
    for place in case.places:
        if place.scope is PlaceScope.NATIONAL:
            national[axes.places[place.id]] = True
    rows = {name: field.rows for name, field in fields.items()}
    rows["deal"] = {(number,): (key_of("deals", row),) for number, row in enumerate(case.deals)}
    rows["actor"] = {(number,): (key_of("actors", row),) for number, row in enumerate(case.actors)}
    rows["engagement"] = {(number,): (key_of("engagements", row),) for number, row in enumerate(case.engagements)}
    values |= {name: field.build() for name, field in fields.items() if name not in _ROWS_ONLY}
    return CompiledCase(
        case_id=case.info.id,
        as_of=axes.as_of,
        horizon_months=case.info.horizon_months,
        coded_by=case.info.coded_by,
        places=tuple(axes.places),
        communities=tuple(axes.communities),
        actors=tuple(axes.actors),
        patrons=tuple(axes.patrons),
        deals=tuple(axes.deals),
        issues=tuple(axes.issues),
        is_national=national,
        issue_question=tuple(row.question for row in case.issues),
        gives=compile_terms_of_control(axes, values["covers"]),
        policies=compile_policies(axes),
        ledger=compile_ledger(axes),
        rivals=compile_rivals(case),
        addressed=compile_addressed(axes),
        rows=rows,
        left_out=tuple(left_out),
        **values,
    )
