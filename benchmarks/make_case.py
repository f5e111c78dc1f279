"""Cases of any size, made up but whole: they pass every check, and a seed gives the same case each time.

For benchmarks and for tests of reading and writing. Nothing in them is about a real place.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dayafter.casefile.schema import TABLES, CaseFile, CaseInfo
from dayafter.casefile.write import write_case

ISSUES: Final = {"who-secures": "secure", "who-governs": "govern", "who-returns": "return", "who-pays": "pay"}
_SYLLABLES: Final = ("ba", "dar", "hal", "kir", "ma", "nor", "qa", "shek", "tel", "zur")
_ARABIC: Final = ("تل", "دار", "نهر", "باب", "جبل", "وادي")
_SORANI: Final = ("گوند", "شار", "چیا", "ڕووبار", "قەڵا", "دۆڵ")
_INCIDENTS: Final = ("clash", "shooting", "rocket", "bombing", "kidnapping", "arson", "theft")
Cells = dict[str, str]


def made_up_case(
    *,
    n_places: int = 12,
    n_communities: int = 5,
    n_actors: int = 10,
    n_rows: int = 400,
    seed: int = 7,
    texts: Sequence[str] = (),
) -> CaseFile:
    """Make a case.

    Parameters
    ----------
    n_places, n_communities, n_actors : at least 2, 2 and 6.
    n_rows : rows in all tables together; incidents fill up what the others leave, at least one.
    seed : of everything random.
    texts : put into notes and labels in turn, to try what texts do to a file.
    """
    maker = _Maker(random.Random(seed), n_places, n_communities, n_actors, texts)  # noqa: S311  # no secret
    tables: dict[str, list[Cells]] = {name: [] for name in TABLES}
    for name in TABLES:
        make = getattr(maker, name, None)
        if make is not None:
            tables[name].extend(make())
    n_made = sum(map(len, tables.values()))
    tables["incidents"].extend(itertools.islice(maker.incidents_without_end(), max(1, n_rows - n_made)))
    for name, rows in tables.items():
        for row in rows:
            if name != "sources":
                row.setdefault("source", maker.citation())
            row.setdefault("note", maker.text())
    info = {
        "id": "made-up",
        "title": "A made-up valley",
        "question": "Who secures, governs, returns and pays?",
        "as_of": "2016-02-22",
        "summary": maker.text(),
        "languages": ("en", "ar", "ckb"),
    }
    return CaseFile.model_validate(
        {
            "info": CaseInfo.model_validate(info),
            **{n: tuple(TABLES[n].model_validate(r) for r in rows) for n, rows in tables.items()},
        }
    )


def make_case(
    folder: Path,
    *,
    n_places: int = 300,
    n_communities: int = 6,
    n_actors: int = 100,
    n_rows: int = 20_000,
    seed: int = 7,
) -> CaseFile:
    """Write a case the size of a country to a folder; see `made_up_case`. Returns what was written."""
    case = made_up_case(n_places=n_places, n_communities=n_communities, n_actors=n_actors, n_rows=n_rows, seed=seed)
    write_case(case, folder)
    return case


class _Maker:
    """One method a table, named after it; rows as the texts of their cells."""

    def __init__(
        self, draw: random.Random, n_places: int, n_communities: int, n_actors: int, texts: Sequence[str]
    ) -> None:
        self.draw = draw
        self._texts = itertools.cycle(texts or ("",))
        self.contested = [f"place-{n}" for n in range(1, n_places)]
        self.communities_ids = [f"community-{n}" for n in range(1, n_communities + 1)]
        self.patrons = ["north", "south"]
        self.forces = [f"force-{n}" for n in range(1, n_actors - 3)]

    def text(self) -> str:
        """The next of the texts to try."""
        return next(self._texts)

    def citation(self) -> str:
        """One of the reports, or both."""
        return self.draw.choice(("report-1 [p. 1]", "report-2", "report-1; report-2 [table 3]"))

    def share(self) -> str:
        """A share as a point, an interval or both."""
        low, best, high = sorted(round(self.draw.uniform(0.05, 0.95), 2) for _ in range(3))
        return self.draw.choice((f"{best}", f"{low}..{high}", f"{best} [{low}, {high}]"))

    def date(self) -> str:
        """A date before the as-of date, of any precision."""
        year, month, day = self.draw.randint(2013, 2015), self.draw.randint(1, 12), self.draw.randint(1, 28)
        return self.draw.choice(
            (
                f"{year}-{month:02}-{day:02}",
                f"{year}-{month:02}",
                f"{year}",
                f"{year}-summer",
                f"{year}-{month:02}..2015-12",
            )
        )

    def sources(self) -> Iterator[Cells]:
        """Two reports."""
        for number in (1, 2):
            yield {"id": f"report-{number}", "title": f"Report {number}", "kind": "report", "published_on": "2016-01"}

    def places(self) -> Iterator[Cells]:
        """A country and the contested places in it."""
        yield {"id": "country", "name": "The valley", "kind": "country", "scope": "national"}
        for number, place in enumerate(self.contested):
            yield {
                "id": place,
                "name": f"{''.join(self.draw.choices(_SYLLABLES, k=3)).title()} {number}",
                "kind": "district",
                "scope": "contested",
                "parent": "country",
                "latitude": f"{33 + number // 20 * 0.1:.2f}",
                "longitude": f"{43 + number % 20 * 0.1:.2f}",
                "population_before": str(self.draw.randint(2_000, 200_000)),
                "destroyed_share": self.share(),
                "freed_on": self.date(),
                "freed_by": self.draw.choice(self.forces),
                "dispute": "disputed",
            }

    def place_codes(self) -> Iterator[Cells]:
        """One code a place."""
        for number, place in enumerate(self.contested):
            yield {"place": place, "scheme": "made-up-codes", "code": f"MU{number:05}"}

    def names(self) -> Iterator[Cells]:
        """Names in two scripts, and one that is missing."""
        for number, place in enumerate(self.contested):
            yield {
                "entity": place,
                "language": "ar",
                "kind": "official",
                "name": f"{self.draw.choice(_ARABIC)} {number}",
            }
            yield {"entity": place, "language": "ckb", "kind": "alias", "name": f"{self.draw.choice(_SORANI)} {number}"}

    def communities(self) -> Iterator[Cells]:
        """Communities of one kind."""
        for community in self.communities_ids:
            yield {"id": community, "name": community.replace("-", " ").title(), "kind": "ethnic"}

    def population(self) -> Iterator[Cells]:
        """Every community in every contested place, in equal shares."""
        share = 1 / len(self.communities_ids)
        for place, community in itertools.product(self.contested, self.communities_ids):
            yield {
                "place": place,
                "community": community,
                "before_share": f"{share:.4f} [{share / 2:.4f}, {min(1, share * 1.5):.4f}]",
                "represented": self.share(),
            }

    def actors(self) -> Iterator[Cells]:
        """Two patrons, a donor, and forces that answer to the patrons."""
        for patron in self.patrons:
            yield {"id": patron, "name": patron.title(), "kind": "region", "armed": "yes"}
        yield {"id": "donor", "name": "The donor", "kind": "donor", "armed": "no"}
        yield {"id": "envoy", "name": "The envoy", "kind": "international", "armed": "no"}
        for number, force in enumerate(self.forces):
            yield {
                "id": force,
                "name": f"Force {number + 1}",
                "kind": "militia",
                "parent": self.patrons[number % 2],
                "command": self.share(),
                "armed": "yes",
                "constituency": "; ".join(sorted(self.draw.sample(self.communities_ids, 2))),
            }

    def loyalties(self) -> Iterator[Cells]:
        """Every force to both patrons."""
        for force, patron in itertools.product(self.forces, self.patrons):
            yield {"actor": force, "patron": patron, "loyalty": self.share()}

    def _forces_of(self, place: str) -> list[str]:
        """Two forces of different patrons, the same each time for a place."""
        number = self.contested.index(place) % (len(self.forces) - 1)
        return self.forces[number : number + 2]

    def presence(self) -> Iterator[Cells]:
        """Two forces that share each place."""
        for place in self.contested:
            for force in self._forces_of(place):
                yield {
                    "place": place,
                    "actor": force,
                    "role": "shares",
                    "strength": "0.5 [0.4, 0.6]",
                    "since": "2014-06",
                }

    def claims(self) -> Iterator[Cells]:
        """Both patrons claim each place."""
        for place, patron in itertools.product(self.contested, self.patrons):
            yield {"place": place, "actor": patron, "kind": "control", "strength": self.share(), "basis": self.text()}

    def relations(self) -> Iterator[Cells]:
        """The patrons are rivals."""
        yield {"actor": "north", "other": "south", "kind": "hostility", "strength": "0.6 [0.3, 0.9]"}

    def perceptions(self) -> Iterator[Cells]:
        """Distrust between neighbours in the list of communities."""
        for place in self.contested:
            for one, other in itertools.pairwise(self.communities_ids[:3]):
                yield {"place": place, "community": one, "toward": other, "distrust": self.share()}

    def issues(self) -> Iterator[Cells]:
        """The four questions."""
        for issue, question in ISSUES.items():
            yield {
                "id": issue,
                "question": question,
                "title": issue,
                "low_end": "north alone",
                "high_end": "south alone",
            }

    def options(self) -> Iterator[Cells]:
        """Three settlements of each question."""
        for issue, (number, position) in itertools.product(ISSUES, enumerate(("0", "0.5", "1"))):
            yield {
                "issue": issue,
                "id": f"option-{number}",
                "position": position,
                "label": f"option {number} {self.text()}".strip(),
            }

    def positions(self) -> Iterator[Cells]:
        """What the patrons and the forces in a place want there."""
        for place in self.contested:
            for actor, issue in itertools.product((*self.patrons, *self._forces_of(place)), ISSUES):
                yield {
                    "place": place,
                    "actor": actor,
                    "issue": issue,
                    "ideal": "0.2" if actor == "north" else "0.6..0.8",
                    "salience": self.share(),
                    "capability": self.share(),
                    "reason": self.text() or "stated by its leaders",
                }

    def deals(self) -> Iterator[Cells]:
        """A deal in every third place."""
        for place in self.contested[::3]:
            yield {
                "id": f"deal-{place}",
                "name": f"Deal of {place}",
                "status": "in-force",
                "places": place,
                "parties": "; ".join(self._forces_of(place)),
                "levels": "local",
                "form": "understood",
                "written": "no",
                "local_assent": self.share(),
                "agreed_on": "2015-10",
            }

    def terms(self) -> Iterator[Cells]:
        """One term a deal."""
        for place in self.contested[::3]:
            yield {"deal": f"deal-{place}", "id": "term-1", "question": "secure", "place": place, "text": self.text()}

    def engagements(self) -> Iterator[Cells]:
        """The envoy facilitates the first deal."""
        place = self.contested[0]
        yield {"id": "talks", "actor": "envoy", "role": "facilitator", "deal": f"deal-{place}", "levels": "local"}

    def aid(self) -> Iterator[Cells]:
        """One pledge."""
        yield {
            "id": "pledge",
            "name": "Repair",
            "donor": "donor",
            "recipient": "north",
            "kind": "grant",
            "amount": "1000000..2000000",
            "announced_on": "2015-12",
            "places": self.contested[0],
        }

    def tranches(self) -> Iterator[Cells]:
        """Two halves of the pledge."""
        for number in ("1", "2"):
            yield {"aid": "pledge", "number": number, "share": "0.5", "condition": "inclusion"}

    def ledger(self) -> Iterator[Cells]:
        """Two questions a place."""
        for place, question in itertools.product(self.contested, ("return", "pay")):
            yield {"place": place, "question": question, "state": "contested", "rule": "both sides say so"}

    def incidents_without_end(self) -> Iterator[Cells]:
        """As many incidents as are asked for."""
        for number in itertools.count(1):
            place = self.draw.choice(self.contested)
            one, other = self._forces_of(place)
            yield {
                "id": f"incident-{number}",
                "place": place,
                "date": self.date(),
                "kind": self.draw.choice(_INCIDENTS),
                "violence_class": "interbloc",
                "side_a": one,
                "side_b": other,
                "n_events": str(self.draw.randint(1, 5)),
                "killed": self.draw.choice(("0", "1", "2..6", "3 [1, 9]")),
            }
