"""Sources and disputes: every source with its grade, every fact on which accounts differ, what is assumed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from dayafter.brief.figures import account_dots, date_dots
from dayafter.findings.records import Dispute
from dayafter.web.edition import Edition


@dataclass(frozen=True, slots=True)
class DrawnDispute:
    """A dispute, with its accounts on one axis where they are numbers or dates."""

    view: Dispute
    dots: Markup | None


def drawn_disputes(edition: Edition) -> tuple[DrawnDispute, ...]:
    """Every field on which accounts differ that the audience may see."""
    return tuple(DrawnDispute(dispute, _dots(dispute)) for dispute in edition.findings.disputes)


def _dots(dispute: Dispute) -> Markup | None:
    if len(dispute.accounts) < 2:
        return None
    if dispute.is_dated:
        return date_dots([(*one.days, one.used) for one in dispute.accounts if one.days is not None])
    if dispute.is_numeric:
        return account_dots([(*one.numbers, one.used) for one in dispute.accounts if one.numbers is not None])
    return None
