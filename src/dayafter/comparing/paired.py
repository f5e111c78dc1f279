"""Two runs compared member by member.

Luck is addressed by seed, member, thing and month, never by run. So a member of one run and the same member of another
meet the same luck, and draw the same parameters from the same priors; what differs between them is what the case, the
policies or the program made of it. Where both runs keep their single members (`--draws`), the paired difference has a
far narrower range than the two runs apart. It is worked out as the contrasts of one run are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl

from dayafter.findings.wording import ENGLISH, Wording
from dayafter.results.result import SimulationResult
from dayafter.results.schema import AXES, OUTCOMES
from dayafter.simulation.accumulate import DEFAULT_CAP, Grouping
from dayafter.simulation.contrast import Contrast
from dayafter.simulation.tables import contrast_columns

SIDE: Final = "paired"
"""What the names of the columns of a paired difference begin with."""
CELL: Final = (*AXES, "outcome", "unit")
_STEPS: Final = {name: one.steps_per_unit for one in OUTCOMES.values() for name in one.table_names}
_ADDRESS: Final = {
    "seed": "their seeds differ ({a} and {b})",
    "months": "their lengths differ, and single members are kept at the end alone ({a} and {b})",
    "replicates": (
        "their histories of each parameter draw differ in number: give both the same number of members ({a} and {b})"
    ),
}
_LACKING: Final = {
    (True, True): "both runs keep no single members: simulate with --draws",
    (True, False): "the earlier run keeps no single members: simulate with --draws",
    (False, True): "the later run keeps no single members: simulate with --draws",
}
"""By whether the earlier and the later one lack them."""


def why_unpaired(before: SimulationResult, after: SimulationResult, say: Wording = ENGLISH) -> str:
    """What keeps two runs from being compared member by member, and how to mend it; empty where nothing does."""
    lacking = "draws" not in before.tables, "draws" not in after.tables
    if any(lacking):
        return say(_LACKING[lacking])
    old, new = before.manifest["run"], after.manifest["run"]
    for name, text in _ADDRESS.items():
        if old[name] != new[name]:
            return say(text, a=old[name], b=new[name])
    return ""


def paired_differences(before: SimulationResult, after: SimulationResult, policies: Sequence[str]) -> pl.DataFrame:
    """The paired difference of every outcome that both runs have, at their end, later run less earlier.

    Parameters
    ----------
    before, after : runs that `why_unpaired` has nothing against. policies : ids that both have.

    Returns
    -------
    One row for each policy and cell: `policy`, the axes, `outcome`, `unit`, then `paired_mean`, its 90 % intervals of
    Monte Carlo error (`paired_mc_…`), over parameter draws (`paired_parameter_…`) and over histories
    (`paired_history_…`), `paired_p_less` and `paired_p_more` of parameter draws, the share of members in which nothing
    differs, and how many members were paired: those counted in both runs.
    """
    run = before.manifest["run"]
    n_members = min(int(run["members"]), int(after.manifest["run"]["members"]))
    replicates = int(run["replicates"])
    parts = [_of_policy(before, after, one, (n_members, replicates)) for one in policies]
    found = [part for part in parts if part is not None]
    return pl.concat(found) if found else pl.DataFrame(schema={"policy": pl.String, **dict.fromkeys(CELL, pl.String)})


def _of_policy(
    before: SimulationResult, after: SimulationResult, policy: str, size: tuple[int, int]
) -> pl.DataFrame | None:
    n_members, replicates = size
    wanted = (pl.col("policy") == policy) & (pl.col("member") < n_members)
    old, new = (one.tables["draws"].filter(wanted).select(*CELL, "member", "value") for one in (before, after))
    both = old.join(new, on=[*CELL, "member"], how="inner", suffix="_after", nulls_equal=True, maintain_order="left")
    if not both.height:
        return None
    cells = both.select(CELL).unique(maintain_order=True).with_row_index("cell")
    at = both.join(cells, on=CELL, how="left", nulls_equal=True, maintain_order="left")["cell"].to_numpy()
    steps = np.array([_STEPS[name] for name in cells["outcome"]], dtype=np.int64)
    members = both["member"].to_numpy()
    rows = np.zeros((cells.height, n_members), dtype=np.int64)
    rows[at, members] = np.rint((both["value_after"] - both["value"]).to_numpy() * steps[at]).astype(np.int64)
    counted = np.zeros(n_members, dtype=np.bool_)
    counted[members] = True
    contrast = Contrast.of(rows, Grouping(replicates, counted), DEFAULT_CAP)
    columns = contrast_columns(SIDE, contrast, partial(_in_units, steps_per_unit=steps))
    return cells.drop("cell").with_columns(
        pl.lit(policy).alias("policy"), *(_series(name, values) for name, values in columns.items())
    )


def _in_units(steps: Any, steps_per_unit: Any) -> Any:
    return steps / steps_per_unit


def _series(name: str, values: Any) -> pl.Series | pl.Expr:
    return pl.lit(values).alias(name) if isinstance(values, int) else pl.Series(name, values).fill_nan(None)
