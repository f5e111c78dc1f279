"""The page of the documentation, written from what the study found. Longer than a function should be: it is prose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from studies.deal_durability.agreements import TERMS, Agreements, Dropped, Floats
from studies.deal_durability.bootstrap import REPLICATES, Spread
from studies.deal_durability.checks import PAX_TERMS, OtherData, Variant
from studies.deal_durability.choice import FOLDS, REPEATS, Score, Step
from studies.deal_durability.hazard import Fit, Likelihood
from studies.deal_durability.tables import coefficient_table

AGES: Final = (12, 36, 60, 120)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that the study computed."""

    agreements: Agreements
    counts: Dropped
    ages: tuple[Score, ...]
    """One for each form of age, no terms, with frailty."""
    steps: tuple[Step, ...]
    chosen: Score
    everything: Score
    """All candidates at once."""
    without: Score
    """The chosen terms without frailty."""
    fit: Fit
    spread: Spread
    plain: Fit
    """Without frailty."""
    plain_spread: Spread
    log_age: Fit
    """The chosen terms with log age."""
    variants: tuple[Variant, ...]
    library_plain: Floats
    library_frailty: Floats
    other: OtherData | None
    rows: list[dict[str, str]]


def survival(agreements: Agreements, found: Fit, months: int) -> tuple[float, float]:
    """Share of agreements that live longer than so many months: Kaplan-Meier, and the model's average."""
    observed = 1.0
    for month in range(1, months + 1):
        at_risk = int((agreements.months >= month).sum())
        observed *= 1 - int((agreements.ended & (agreements.months == month)).sum()) / at_risk
    n = agreements.months.size
    watched = replace(agreements, months=np.full(n, months), ended=np.zeros(n, dtype=np.bool_), process=np.arange(n))
    return observed, float(np.exp(Likelihood(watched, found.model)(found.theta)[0]).mean())


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ages(found: Found) -> str:
    words = {
        "none": "constant hazard",
        "log": "log age",
        "shifted": "log(1 + age/6)",
        "steps": "seven steps of age",
    }
    return _table(
        ("age", "log score of processes left out", "of agreements taken alone"),
        [(words[s.model.age], f"{s.total:.1f}", f"{s.total_alone:.1f}") for s in found.ages],
    )


def _rounds(found: Found) -> str:
    rows = []
    for number, step in enumerate(found.steps, 1):
        for place, tried in enumerate(step.tried):
            gain, least, error = tried.gain_over(step.before)
            taken = "taken" if step.taken and place == 0 else ""
            name = tried.model.terms[-1]
            score = (f"{gain:+.1f}", f"{error:.1f}", f"{least:+.1f}")
            rows.append((str(number), f"`{name}`", *score, _with_sd(tried.fit, name), taken))
    heading = (
        "round",
        "term",
        "gain in log score",
        "its standard error",
        "least of the repeats",
        "coefficient (sd)",
        "",
    )
    return _table(heading, rows)


def _with_sd(fitted: Fit, name: str) -> str:
    place = fitted.model.coefficients.index(name)
    return f"{fitted.theta[place]:.2f} ({np.sqrt(fitted.robust_covariance[place, place]):.2f})"


def _frailty(found: Found) -> str:
    rows = []
    names = found.fit.model.coefficients
    for i, name in enumerate(names):
        cells = [f"`{name}`"]
        for other, spread in ((found.plain, found.plain_spread), (found.fit, found.spread)):
            if i < other.theta.size:
                low, high = spread.interval(i)
                cells.append(f"{other.theta[i]:.2f} [{low:.2f}, {high:.2f}]")
            else:
                cells.append("")
        libraries = (found.library_plain, found.library_frailty)
        cells += [f"{library[i]:.2f}" if i < library.size else "" for library in libraries]
        rows.append(cells)
    return _table(
        ("", "no frailty [90 %]", "frailty [90 %]", "statsmodels, no frailty", "statsmodels, frailty, logit"), rows
    )


def _variants(found: Found) -> str:
    names = found.fit.model.coefficients
    rows = [
        (v.name, str(v.n_agreements), str(v.n_ends), *(f"{value:.2f}" for value in v.fit.theta))
        for v in (
            Variant("as chosen", found.fit, found.agreements.months.size, int(found.agreements.ended.sum())),
            *found.variants,
        )
    ]
    return _table(("", "agreements", "ends", *(f"`{name}`" for name in names)), rows)


def _survival(found: Found) -> str:
    rows = []
    for months in AGES:
        seen, expected = survival(found.agreements, found.fit, months)
        rows.append((f"{months} months", f"{seen:.2f}", f"{expected:.2f}"))
    return _table(("alive after", "seen (Kaplan-Meier)", "model, averaged over its frailty"), rows)


def _other(found: Found) -> str:
    other = found.other
    if other is None:
        return "The other datasets were not there when this page was written, so nothing of theirs was tried."
    rows = []
    for tried in other.tried:
        term = tried.model.terms[-1]
        gain, _, error = tried.gain_over(other.base)
        rows.append((PAX_TERMS[term][1], f"{gain:+.1f}", f"{error:.1f}", _with_sd(tried.fit, term)))
    table = _table(("provision coded by PA-X", "gain in log score", "its standard error", "coefficient (sd)"), rows)
    return f"""PA-X codes {other.n_agreements} of the agreements ({other.n_ends} ends). Added to the chosen terms, one
at a time, on those agreements alone:

{table}

None of them ships, also where the gain exceeds its standard error. A coefficient above 0 says that hard cases are
given more guarantees, not that guarantees break deals; and the coded part is not a random part of the whole.

The Peace Accords Matrix follows {other.n_pam} of the agreements, of which {other.n_pam_ends} ended: too few to fit
anything, and what it measures, how far an accord was carried out, comes after the signing and is itself cut short when
an accord ends."""


def page(found: Found) -> str:
    """The whole page."""
    counts, agreements = found.counts, found.agreements
    ends, chosen = int(agreements.ended.sum()), found.fit.model
    age = chosen.coefficients[1]
    gain, _, error = found.chosen.gain_over(found.everything)
    candidates = "\n".join(f"- `{term}`: {meaning}." for term, meaning in TERMS.items())
    terms = " and ".join(f"`{term}`" for term in chosen.terms) or "no term"
    low, high = found.spread.interval(chosen.coefficients.index(age))
    least = min(variant.fit.value(age) for variant in found.variants)
    share = np.mean([1989 <= day.year <= 1999 for day in agreements.signed])
    sds = [float(np.exp(f.value("log_frailty_sd"))) for f in (found.fit, *(v.fit for v in found.variants))]
    return f"""# How long deals last: the estimate and its limits

This page and the two tables that it describes, `src/dayafter/priors/deal_durability.csv` and
`src/dayafter/priors/deal_durability_covariance.csv`, are written by `python -m studies.deal_durability`.

## What the data are

The Uppsala Conflict Data Program's Peace Agreement Dataset 22.1 lists {counts.rows} agreements signed between 1975
and 2021 by governments and the groups that fight them, with the day on which an agreement ended where it is known to
have ended (Uppsala Conflict Data Program, Department of Peace and Conflict Research, Uppsala University,
<https://ucdp.uu.se>; S. Högbladh 2022; T. Pettersson, S. Högbladh and M. Öberg 2019, Journal of Peace Research
56(4), 589-603; CC BY 4.0). Left out are {counts.ended_without_date} that ended on an unknown day,
{counts.ended_before_signing} whose end is dated before its signing and
{counts.inclusive_unknown} of which it is not known who signed. That leaves
{counts.used} agreements of {agreements.n_processes} peace processes. Each is watched month by month until it ends,
for ten years at most and to the end of 2021; {ends} ended in that time ({counts.ended_after_horizon} ended later). An
agreement without a date of end counts as alive: the dataset says no more than that no end is known.

**Ends come together.** The {ends} ends fall on only {agreements.n_ties} distinct days when each process is counted
apart: one coup or one offensive ends all that a process has signed. The frailty of the process is the only thing in
the model that says so, and it says it wrongly: it makes the agreements of a process alike, not their ends
simultaneous. The rows of the section *Other assumptions* that count such ends as one show what hangs on it.

## The model

In a month of age $t$ an agreement $i$ of process $p$ that still stands ends with probability

$$1 - \\exp\\left(-\\exp(c + b\\,g(t) + x_i'\\beta + \\sigma z_p)\\right), \\qquad z_p \\sim N(0, 1),$$

the complementary log-log form, which is the proportional hazards model seen once a month (R. L. Prentice and
L. A. Gloeckler 1978, Biometrics 34, 57-67). $\\sigma z_p$ is the frailty of the process. The likelihood is integrated
over $z_p$ on a fine fixed grid and maximised; standard deviations are those of the sandwich over processes, intervals
those of {REPLICATES} bootstrap samples of whole processes ({found.spread.failed} samples found no maximum). The fit
is our own: statsmodels has this link without a frailty, and a frailty with the logit link only. Both serve as checks
below. A test simulates agreements with a known hazard and frailty and finds the coefficients again.

## What predicts

Terms are chosen by the log score of processes that the fit has not seen ({FOLDS} folds of whole processes,
{REPEATS} times with other folds), never by significance. First the form of age, with frailty and no terms:

{_ages(found)}

Then terms, one at a time; the best is taken if its gain exceeds the gain's standard error over processes (the
one-standard-error rule of L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone 1984, Classification and Regression
Trees, ch. 3). The candidates:

{candidates}

{_rounds(found)}

Taken: {terms}, with a log score of {found.chosen.total:.1f}, against {found.everything.total:.1f} with all candidates
(difference {gain:+.1f}, standard error {error:.1f}) and {found.without.total:.1f} with the chosen terms but without
the frailty.

The rule was made stricter once, after a first run: at first a term needed only a gain in each of the {REPEATS}
repeats of the splitting, which guards against the luck of the folds and not against that of the sample, and let
terms in whose gain was a fraction of its standard error, `full` and `ceasefire_clause` among them. `full` is the term
one would expect here, and its coefficient leans as expected; but knowing it does not help to foretell a process that
the fit has not seen by more than chance could. It may support a direction, not a number.

## The coefficients

{coefficient_table(found.rows)}

`low` and `high` of the file are the bootstrap's 90 %; `variant_low` and `variant_high` the range of the mean over the
rows of *Other assumptions*. With log age in place of log(1 + age/6) its coefficient is
{found.log_age.value("log_age"):.2f} and the frailty's sd {np.exp(found.log_age.value("log_frailty_sd")):.2f}. The
two coefficients of age are on different scales: the one of log age is no exponent of 1 + age/6.

How the average of the model compares with what was seen:

{_survival(found)}

## With and without frailty

{_frailty(found)}

Part of the fall of the hazard with age is selection: fragile processes lose their agreements early, so the old
agreements are those of the sturdy ones. Without a frailty the coefficient of age takes this for ageing. Of the log
score of {found.chosen.total:.1f} most of what the frailty gains comes from agreements of one process sharing a fate;
for agreements taken one at a time the scores are {found.chosen.total_alone:.1f} with it and
{found.without.total_alone:.1f} without.

## Other assumptions

{_variants(found)}

**Age and frailty cannot be told apart here.** The frailty's sd is {sds[0]:.1f} as chosen, {sds[1]:.1f} if ends of one
process on one day are one event, and {sds[2]:.1f} if what a process has left standing is one observation too; and the
smaller the frailty, the steeper the fall of the hazard with age, down to {least:.2f} where the bootstrap's 90 % is
{low:.2f} to {high:.2f}. So the interval of the file is that of one assumption. Who draws from it must draw age and
frailty together, from the covariance, and should widen both to the range of the variants.

## Other datasets

{_other(found)}

## What the file cannot tell

- It holds **no informal deals and no local deals**: every agreement in it is written and made at the level of a
  war. What form or level does for a deal is not estimable from it.
- It holds **no type of end**: who broke the agreement is not coded. It says nothing of the four breakers.
- **It sets no prior for a guarantor.** Third parties and peacekeepers are sent to hard cases; where they come out with
  a hazard ratio above 1 that is selection. Neither is among the shipped terms.
- `reaffirms` may have the same weakness the other way round: to reaffirm, there must be something left to reaffirm,
  so it may mark processes that are still alive. Read it as a forecast, not as the effect of reaffirming.
- `full` compares agreements that settle the whole dispute with those that do not. That is the nearest thing in it to
  a step of form, and the parties chose it themselves; it is not among the shipped terms.
- Ending is not suspension, replacement or renegotiation, and an agreement overtaken by a later one counts as alive.
- These are agreements of civil wars, and {int(agreements.interstate.sum())} between states;
  {share:.0%} were signed in 1989 to 1999. Carrying them to another case
  takes the rule of the priors: shrink the mean of a log effect and widen it.
"""
