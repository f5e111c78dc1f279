"""What changed: since an earlier edition of the case, and what was saved in the workspace."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dayafter.casefile.schema import CaseFile
from dayafter.comparing import Change, compare_cases
from dayafter.comparing.telling import in_words
from dayafter.findings import words
from dayafter.web.edition import Edition
from dayafter.web.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Group:
    """Two editions compared, for the audience of the server."""

    title: str
    lead: str
    facts: tuple[Change, ...]
    effects: tuple[Change, ...]
    remarks: tuple[str, ...]


def change_groups(edition: Edition, since: CaseFile | None, workspace: Workspace) -> tuple[Group, ...]:
    """Since an earlier edition where one was named, then what was saved here."""
    groups = []
    if since is not None:
        lead = "This edition against the earlier one that the server was started with."
        groups.append(_group(edition, "Since the earlier edition", lead, since, edition.case))
    if workspace.has_copy:
        lead = "The copy in the workspace against the case as it was opened. The case itself stays as it is."
        groups.append(_group(edition, "Saved here", lead, edition.case, workspace.current().case))
    else:
        groups.append(Group("Saved here", "Nothing was saved in this workspace yet.", (), (), ()))
    return tuple(groups)


def _group(edition: Edition, title: str, lead: str, before: CaseFile, after: CaseFile) -> Group:
    assessment = edition.assessment
    found = compare_cases(
        before, after, audience=edition.gate.audience, seed=assessment.seed, members=assessment.n_members,
        horizon=assessment.horizon_months, say=edition.say,
    )  # fmt: skip
    facts = tuple(_fact(change, edition) for change in found.of_kind("fact"))
    effects = tuple(_effect(change, edition) for change in found.changes if change.kind != "fact")
    return Group(title, lead, facts, effects, found.remarks)


def _fact(change: Change, edition: Edition) -> Change:
    """A changed cell with its table, column and codes in words."""
    return replace(
        change,
        what=edition.tell(words.term(change.what)),
        field=edition.tell(words.term(change.field)),
        before=in_words(change.before, edition.say),
        after=in_words(change.after, edition.say),
    )


def _effect(change: Change, edition: Edition) -> Change:
    """What happened to a finding, with its places by their names in the language of the page."""
    names = {place.name: edition.rows.name(place.id) for place in edition.shown.places}
    about = edition.say("; ").join(names.get(one, one) for one in change.about.split("; "))
    return replace(change, about=about, what=edition.tell(change.what), field=edition.tell(words.term(change.field)))
