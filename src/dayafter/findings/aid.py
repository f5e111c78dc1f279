"""Aid: what is pledged, on which condition, through whom, and how much of it a condition can truly move.

A condition moves money only as far as the donor is believed to withhold it and the recipient cannot replace it:
amount × credibility × (1 − fungibility), with the ends of each taken together.
"""

from __future__ import annotations

from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import Aid, CaseFile, Tranche
from dayafter.findings.actors import checked_on
from dayafter.findings.option_costs import money
from dayafter.findings.rows import Rows
from dayafter.findings.views import AidView
from dayafter.findings.wording import Wording
from dayafter.vocabulary import ConditionKind


def build_aid(case: CaseFile, rows: Rows) -> tuple[AidView, ...]:
    """Every pledge that this audience may see, the largest first."""
    found = []
    for original in case.aid:
        ref = RowRef("aid", original.id)
        row = rows.find(ref)
        if rows.gate.hides(original.id, "aid") or not isinstance(row, Aid):
            continue
        found.append((-(row.amount.high if row.amount else 0.0), _aid(original.id, row, case, rows)))
    return tuple(view for _, view in sorted(found, key=lambda pair: pair[0]))


def _aid(ident: str, row: Aid, case: CaseFile, rows: Rows) -> AidView:
    say = rows.say
    currency = row.currency or rows.shown.info.currency
    silent = say("not stated")
    recipient = rows.name(row.recipient) if row.recipient else silent
    tranches = [
        shown
        for original in case.tranches
        if original.aid == ident
        and not rows.gate.is_withheld(ref := RowRef("tranches", original.key))
        and isinstance(shown := rows.find(ref), Tranche)
    ]
    return AidView(
        name=rows.gate_label(ident, "aid"),
        amount=money(row.amount.middle, currency, say) if row.amount else say("amount not known"),
        path=say("{donor} to {recipient}", donor=rows.name(row.donor), recipient=recipient),
        conditions=say.clauses(list(dict.fromkeys(_condition(tranche, rows) for tranche in tranches))) or silent,
        handed=_handed(rows.name(row.distributor) if row.distributor else "", row.rules, say),
        bite=_bite(row, currency, rows),
        checked_on=checked_on(row, rows),
        references=rows.references([RowRef("aid", ident)]),
    )


def _handed(distributor: str, rules: str, say: Wording) -> str:
    """Who hands it out, and by which rules; what the case does not state is said once."""
    if distributor and rules:
        return say.clauses([distributor, rules])
    if distributor:
        return say("{distributor}; rules not stated", distributor=distributor)
    return say("distributor not stated; {rules}", rules=rules) if rules else say("not stated")


def _condition(tranche: Tranche, rows: Rows) -> str:
    say = rows.say
    if tranche.condition in {ConditionKind.NONE, ConditionKind.NOT_STATED}:
        return say("no condition") if tranche.condition is ConditionKind.NONE else say("not stated")
    kind = say(tranche.condition.value.replace("-", " "))
    return say("{what}: {field}", what=kind, field=tranche.condition_text) if tranche.condition_text else kind


def _bite(row: Aid, currency: str, rows: Rows) -> str:
    say = rows.say
    if row.amount is None or row.withholding_credibility is None or row.fungibility is None:
        return say(
            "The case does not say how credible it is that the money is withheld, nor whether it can be replaced."
        )
    low = row.amount.low * row.withholding_credibility.low * (1 - row.fungibility.high)
    high = row.amount.high * row.withholding_credibility.high * (1 - row.fungibility.low)
    least, most = round(100 * low / row.amount.low), round(100 * high / row.amount.high)
    return say(
        "A condition moves {low} to {high} ({least} to {most} of 100): as far as withholding is believed and the money "
        "cannot be replaced.",
        low=money(low, currency, say), high=money(high, currency, say), least=least, most=most,
    )  # fmt: skip
