"""The same numbers by other roads: statsmodels, other samples, other weights, another dataset's terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import statsmodels.api as sm
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

from studies.deal_durability.agreements import Agreements, Floats, Ints
from studies.deal_durability.choice import Score, score
from studies.deal_durability.hazard import Fit, Model, age_basis, fit

PAX: Final = Path("agreements", "pax_v10_all_agreements.parquet")
PAX_TERMS: Final = {
    "pax_enforcement": ("ImE", "an enforcement mechanism"),
    "pax_guarantees": ("SsrGua", "security guarantees"),
    "pax_peace_force": ("ImPK", "an international mission or peace force"),
    "pax_other_outsider": ("ImOth", "a role for outsiders other than the United Nations"),
}
"""Candidates of PA-X: column and meaning. Only scores and counts leave the study, never rows."""


def person_months(agreements: Agreements, model: Model) -> tuple[Floats, Floats, Ints]:
    """One row for each month in which an agreement could have ended.

    Returns
    -------
    Whether it ended (row,), the design (row, coefficient without the frailty), the process (row,).
    """
    row = np.repeat(np.arange(agreements.months.size), agreements.months)
    first = np.concatenate([[0], np.cumsum(agreements.months)[:-1]])
    month = np.arange(row.size) - first[row]
    columns = [agreements.names.index(term) for term in model.terms]
    design = np.column_stack([np.ones(row.size), age_basis(model.age)[month], agreements.terms[row][:, columns]])
    ended = (agreements.ended[row] & (month == agreements.months[row] - 1)).astype(np.float64)
    return ended, design, agreements.process[row]


def library_without_frailty(agreements: Agreements, model: Model) -> Floats:
    """Coefficients of statsmodels' binomial GLM with the complementary log-log link."""
    ended, design, _ = person_months(agreements, model)
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    coefficients: Floats = np.asarray(sm.GLM(ended, design, family=family).fit(tol=1e-10).params)
    return coefficients


def library_with_frailty(agreements: Agreements, model: Model) -> Floats:
    """Coefficients and log frailty sd of statsmodels' mixed GLM: logit link, posterior mode, wide priors.

    At hazards of a few per cent a month the logit is the complementary log-log within the third digit, so only the
    approximation differs. The variance's prior is log-normal and wide (sd 3 on the log).
    """
    ended, design, process = person_months(agreements, model)
    groups = np.eye(agreements.n_processes)[process]
    mixed = BinomialBayesMixedGLM(
        ended, design, groups, np.zeros(agreements.n_processes, dtype=np.int64), vcp_p=3.0, fe_p=20.0
    )
    found = mixed.fit_vb()
    return np.append(np.asarray(found.fe_mean), found.vcp_mean)


@dataclass(frozen=True, slots=True)
class Variant:
    """The chosen model on other data or under another assumption."""

    name: str
    fit: Fit
    n_agreements: int
    n_ends: int


def shared_fates(agreements: Agreements) -> Ints:
    """(n,), how many agreements of the process met the same fate: ended on that day, or are open."""
    fate = [
        (process, tie if ended else -1)
        for process, tie, ended in zip(agreements.process, agreements.tie, agreements.ended, strict=True)
    ]
    number = {key: i for i, key in enumerate(dict.fromkeys(fate))}
    index = np.array([number[key] for key in fate])
    counts: Ints = np.bincount(index)[index]
    return counts


def variants(agreements: Agreements, model: Model) -> Iterator[Variant]:
    """The chosen model again, each time with one thing changed."""
    fates = shared_fates(agreements)

    def again(name: str, data: Agreements, weight: Floats | None = None) -> Variant:
        return Variant(name, fit(data, model, weight=weight), data.months.size, int(data.ended.sum()))

    yield again(
        "ends of one process on one day count together as one", agreements, np.where(agreements.ended, 1 / fates, 1)
    )
    yield again("so do the agreements of one process that are still open", agreements, 1 / fates)
    yield again("without agreements between two governments", agreements.keep(~agreements.interstate))
    yield again("watched for five years only", agreements.watched_for(60))
    yield again("signed from 1989 on", agreements.keep(np.array([day.year >= 1989 for day in agreements.signed])))


@dataclass(frozen=True, slots=True)
class OtherData:
    """What PA-X adds, and how much of PAM could be used."""

    n_agreements: int
    n_ends: int
    base: Score
    tried: tuple[Score, ...]
    n_pam: int
    n_pam_ends: int


def other_data(data: Path, agreements: Agreements, model: Model, seed: int) -> OtherData | None:
    """Terms of PA-X on the agreements that it links to UCDP's, out of process; None where its file is absent."""
    path = data / PAX
    if not path.is_file():
        return None
    columns = [column for column, _ in PAX_TERMS.values()]
    coded = (
        pl.read_parquet(path, columns=["UcdpAgr", "PamAgr", "AgtId", *columns])
        .filter(pl.col("UcdpAgr").is_not_null())
        .sort("UcdpAgr", "AgtId")
        .unique("UcdpAgr", keep="first", maintain_order=True)
    )
    by_id = {row["UcdpAgr"]: row for row in coded.to_dicts()}
    linked = np.array([paid in by_id for paid in agreements.ids])
    part = agreements.keep(linked)
    extra = np.array([[float(by_id[paid][column] > 0) for column in columns] for paid in part.ids])
    part = replace(part, terms=np.hstack([part.terms, extra]), names=(*part.names, *PAX_TERMS))
    pam = np.array([by_id[paid]["PamAgr"] is not None for paid in part.ids])
    models = [replace(model, terms=(*model.terms, term)) for term in PAX_TERMS]
    return OtherData(
        n_agreements=part.months.size,
        n_ends=int(part.ended.sum()),
        base=score(part, model, seed),
        tried=tuple(score(part, wider, seed) for wider in models),
        n_pam=int(pam.sum()),
        n_pam_ends=int((pam & part.ended).sum()),
    )
