"""Two versions of a case simulated under the same luck, so that what one fact did to the futures can be told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from dayafter.casefile.loaded import LoadedCase
from dayafter.comparing.outcomes import outcome_changes
from dayafter.comparing.records import Change
from dayafter.findings.wording import Wording
from dayafter.results.store import load_results
from dayafter.study import simulate
from dayafter.vocabulary import Audience


def simulated_changes(
    versions: Sequence[LoadedCase], reader: Audience, size: tuple[int, int], policies: Sequence[str], say: Wording
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """What the outcomes of the later version are beside those of the earlier, member by member, and how to read it.

    Parameters
    ----------
    versions : the earlier and the later, as the reader may see them. size : futures of each policy, and the seed.
    policies : simulated besides doing nothing. say : the language.

    Raises
    ------
    UsageError : as `dayafter.simulate`.
    """
    members, seed = size
    with TemporaryDirectory(prefix="dayafter-") as folder:
        runs = [Path(folder) / name for name in ("before", "after")]
        for case, out in zip(versions, runs, strict=True):
            simulate(case, policies=list(policies), members=members, seed=seed, audience=reader, out=out, draws=True)
        before, after = (load_results(out) for out in runs)
    return outcome_changes(before, after, [one for one in before.policies if one in after.policies], say)
