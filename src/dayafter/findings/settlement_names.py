"""Who and what a settlement speaks of, as the gate lets them be named, in one language.

Whoever or whatever rests on withheld rows alone is `withheld`; for the public a sentence that would name it is left
out, because beside a place it would tell where the row belongs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dayafter.arrays import RowKey
from dayafter.assessment.report import RowRef
from dayafter.casefile.schema import Option
from dayafter.findings.wording import ENGLISH, Wording
from dayafter.redaction import Gate
from dayafter.settlement.bargain import Role, Slot
from dayafter.settlement.records import ScopeReport
from dayafter.vocabulary import Audience

WITHHELD: Final = "withheld"
ROLES: Final = {
    Role.SIGNATORY: "needed in the place",
    Role.PATRON: "stands behind one who is needed",
    Role.OUTSIDER: "has a stake and no say",
}


class Names:
    """Who and what a settlement speaks of, as the gate lets them be named.

    Parameters
    ----------
    gate : of the audience. scope : whose slots decide which positions of a party an audience may know of.
    say : the language of the names, and of the sentences that are made with them.
    """

    def __init__(self, gate: Gate, scope: ScopeReport, say: Wording = ENGLISH) -> None:
        self.gate, self.scope, self.say = gate, scope, say
        self._slots = scope.slots
        self._parties = tuple(one.party for one in scope.parties)
        self._public = gate.audience is Audience.PUBLIC

    def label(self, entity_id: str, table: str) -> str:
        """What the gate calls something, in the language of the sentences."""
        return self.gate.label(entity_id, self.say.language, table)

    def place_hidden(self, place: str) -> bool:
        """Whether a place is withheld."""
        return self.gate.hides(place, "places")

    def places(self, places: Iterable[str]) -> str:
        """Names of places; those withheld are left out for the public, else called so."""
        labels = [
            self.say(WITHHELD) if self.place_hidden(place) else self.label(place, "places")
            for place in places
            if not (self._public and self.place_hidden(place))
        ]
        return self.say.joined(list(dict.fromkeys(labels)))

    def slot_hidden(self, slot: Slot) -> bool:
        """Whether the place or the issue of a term is withheld."""
        return self.place_hidden(slot.place) or self.gate.hides(slot.issue, "issues")

    def slot(self, slot: Slot) -> str:
        """`Jalawla: Whose forces secure the place`."""
        if self.slot_hidden(slot):
            return self.say(WITHHELD)
        return self.say(
            "{place}: {what}", place=self.label(slot.place, "places"), what=self.label(slot.issue, "issues")
        )

    def issue(self, slot: Slot) -> str:
        """`Whose forces secure the place`, where the place is said elsewhere."""
        return self.say(WITHHELD) if self.slot_hidden(slot) else self.label(slot.issue, "issues")

    def option(self, slot: Slot, option: str) -> str:
        """The label of an option."""
        ref = RowRef("options", f"{slot.issue}/{option}")
        row = self.gate.row(ref)
        if self.slot_hidden(slot) or self.gate.is_withheld(ref):
            return self.say(WITHHELD)
        return self.gate.text(row.label) if isinstance(row, Option) else self.gate.text(option)

    def party_hidden(self, party: str) -> bool:
        """Whether a party is withheld, or all its positions here are: its part in the matter is then a secret."""
        if self.gate.hides(party, "actors"):
            return True
        refs = [RowRef("positions", f"{slot.place}/{party}/{slot.issue}") for slot in self._slots]
        known = [(ref, slot) for ref, slot in zip(refs, self._slots, strict=True) if self.gate.row(ref) is not None]
        return bool(known) and all(self.gate.is_withheld(ref) or self.slot_hidden(slot) for ref, slot in known)

    def stand_hidden(self, party: str, slot: Slot | None) -> bool:
        """Whether what a party wants in a term is withheld."""
        if slot is None:
            return False
        return self.slot_hidden(slot) or self.gate.is_withheld(
            RowRef("positions", f"{slot.place}/{party}/{slot.issue}")
        )

    def known_in_full(self, party: str) -> bool:
        """Whether no position of a party here is withheld."""
        return not any(self.stand_hidden(party, slot) for slot in self._slots)

    def ties_hidden(self, patron: str) -> bool:
        """Whether all loyalties to a patron that can have brought it here are withheld."""
        refs = [RowRef("loyalties", f"{actor}/{patron}") for actor in self._parties]
        known = [ref for ref in refs if self.gate.row(ref) is not None]
        return bool(known) and all(self.gate.is_withheld(ref) for ref in known)

    def role(self, party: str, role: Role) -> str:
        """How a party stands to the deal; what makes a patron is not said where its ties are withheld."""
        return self.say("must agree") if role is Role.PATRON and self.ties_hidden(party) else self.say(ROLES[role])

    def tie_hidden(self, actor: str, patron: str) -> bool:
        """Whether the loyalty of an actor to a patron is withheld."""
        return self.gate.is_withheld(RowRef("loyalties", f"{actor}/{patron}"))

    def party(self, party: str) -> str:
        """The name of a party, or `a withheld actor`."""
        return self.say("a withheld actor") if self.party_hidden(party) else self.label(party, "actors")

    def party_id(self, party: str) -> str:
        """The id of a party, or `withheld`."""
        return WITHHELD if self.party_hidden(party) else self.gate.alias(party, "actors")

    def parties(self, parties: Iterable[str]) -> str:
        """Names of several."""
        return self.say.joined(list(dict.fromkeys(self.party(one) for one in parties)))

    def says(self, parties: Iterable[str], slot: Slot | None = None, rows: Iterable[RowKey] = ()) -> bool:
        """Whether a statement on these may be made: no row is withheld and, for the public, nobody."""
        who = tuple(parties)
        if any(self.gate.is_withheld(RowRef(row.table, row.key)) for row in rows):
            return False
        if any(self.stand_hidden(party, slot) for party in who) or (slot is not None and self.slot_hidden(slot)):
            return False
        return not (self._public and any(self.party_hidden(party) for party in who))

    def rows(self, rows: Iterable[RowKey]) -> str:
        """References to the rows behind a statement."""
        return "; ".join(self.gate.row_label(RowRef(row.table, row.key)) for row in rows)
