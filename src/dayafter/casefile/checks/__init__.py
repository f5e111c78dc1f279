"""The rules that span cells and rows. To add one: a function, a line in `RULES`, an entry in `CODES`, a test case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

from dayafter.casefile.checks import (
    accounts,
    actors,
    dates,
    deals,
    hierarchy,
    ledger,
    names,
    plans,
    positions,
    references,
    shares,
    sourcing,
)
from dayafter.casefile.checks.context import Context
from dayafter.casefile.loaded import LoadedCase
from dayafter.errors import Issue

Rule = Callable[[Context], Iterator[Issue]]

RULES: Final[tuple[Rule, ...]] = (
    references.duplicate_keys,
    references.dangling_references,
    references.ambiguous_ids,
    references.rows_to_themselves,
    hierarchy.circles_of_parents,
    hierarchy.parents_of_the_wrong_kind,
    hierarchy.command_without_parent,
    dates.as_of_is_a_day,
    dates.facts_after_as_of,
    dates.spans_upside_down,
    dates.sources_after_as_of,
    dates.steps_in_order,
    shares.population_shares,
    shares.population_counted_twice,
    shares.population_persons,
    shares.presence_strengths,
    shares.presence_strength_of_nobody,
    shares.tranche_shares,
    shares.tranche_conditions,
    actors.withdrew_and_holds,
    actors.one_holder,
    actors.relations_said_twice,
    actors.third_parties_are_third,
    positions.red_lines,
    positions.positions_fit_the_scope,
    positions.options_in_order,
    positions.scopes_are_asked,
    deals.deal_has_two_sides,
    deals.deal_fits_its_status,
    deals.deal_form_fits_writing,
    deals.needed_includes_parties,
    deals.deals_between_strangers,
    deals.terms_fit_their_deal,
    ledger.summaries_are_short,
    ledger.ledger_agrees_with_deals,
    ledger.something_is_recorded,
    plans.steps_name_what_they_need,
    plans.steps_act_on_deals_that_are_there,
    plans.steps_are_numbered,
    plans.one_currency,
    plans.shocks_can_happen,
    names.coordinates_of_contested_places,
    names.names_shared,
    names.codes_shared,
    names.letters_of_names,
    names.missing_names,
    names.languages_without_names,
    sourcing.rows_without_source,
    sourcing.assumptions_are_not_certain,
    sourcing.sources_unused,
    sourcing.go_betweens_are_guarded,
    sourcing.audience_and_handling,
    accounts.accounts_speak_of_something,
    accounts.accounts_agree_with_the_table,
)
"""Every rule, in the order in which it runs; issues are put in the order of the files by who reports them."""


def run_checks(
    loaded: LoadedCase,
    known_ids: Mapping[str, frozenset[str]] | None = None,
    incomplete: frozenset[str] = frozenset(),
) -> Iterator[Issue]:
    """Run every rule.

    Parameters
    ----------
    loaded : the rows that could be read, with their origins.
    known_ids : table to the ids that stand in the files, whether their rows could be read or not: a reference to
        one of them is no dangling one. A table left out could not be read, and no reference to it is judged. None
        for a case made in memory, of which every row is known.
    incomplete : tables of which some or all rows could not be read. What may stand in those rows is not called
        missing: shares that fall short, places on which nothing is recorded, and the like.

    Returns
    -------
    Issues by rule, within a rule by row.
    """
    context = Context(loaded, known_ids, incomplete)
    for rule in RULES:
        yield from rule(context)


def id_reader(loaded: LoadedCase) -> Callable[[str, str, str], str | None]:
    """Give a function of table, field and text: the id whose name or alias was written where an id belongs.

    None where the field names no rows, or where nothing is like the text.
    """
    context = Context(loaded, None)

    @cache
    def id_meant(table: str, field: str, text: str) -> str | None:
        return references.id_meant(context, table, field, text)

    return id_meant
