"""What a case's own record makes of the priors: a joint normal on the scale on which each of them is normal.

Every parameter is drawn as a standard normal `z` bent to its prior (`draw_prior`), and so is every place's own effect.
Before any record these `z` are independent with mean 0 and standard deviation 1. A posterior says `z' = mean + factor ·
z` for those that the record informs and leaves the others as they are: draws from it are the same luck at the same
addresses, moved. So a run with it and one without it are paired, and both engines read it at one place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from dayafter.errors import UsageError
from dayafter.priors.draws import Ints, standard_normals
from dayafter.priors.tables import Prior, PriorKind, load_priors, load_simulation_priors
from dayafter.seeding import Floats, stable_id

FORMAT: Final = 1
FILE: Final = "posterior.json"
"""Name of the file that lies beside the tables of a case and is used by default."""
LEFT: Final = 0.8
"""Most of the prior's variance that may be left of a parameter that is called informed."""
PLACE: Final = "place/"
"""Begins the name of a place's own effect: `place/<id>` on all classes, `place/<id>/<class>` on one."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """A joint normal over some parameters and place effects. Read-only."""

    names: tuple[str, ...]
    """Symbols of parameters, and place effects (`place/<id>`, `place/<id>/<class>`)."""
    mean: Floats
    """(n,), in standard deviations of the prior."""
    factor: Floats
    """(n, n), lower triangular with a positive diagonal; the covariance is factor · factorᵀ."""
    bases: Mapping[str, Prior] = field(default_factory=dict)
    """Priors of these parameters before the record, where they differ from the default ones: a default that was itself
    set from this record would count it twice."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """Where it comes from; plain data."""

    def __post_init__(self) -> None:
        n = len(self.names)
        if len(set(self.names)) < n:
            raise ValueError("a name stands twice in the posterior")
        if self.mean.shape != (n,) or self.factor.shape != (n, n):
            raise ValueError(
                f"mean is {self.mean.shape} and factor {self.factor.shape}; {n} names need ({n},), ({n}, {n})"
            )
        if not (np.isfinite(self.mean).all() and np.isfinite(self.factor).all()):
            raise ValueError("the posterior holds a number that is not finite")
        if (np.triu(self.factor, 1) != 0).any() or (np.diag(self.factor) <= 0).any():
            raise ValueError("factor must be lower triangular with a positive diagonal")
        for values in (self.mean, self.factor):
            values.flags.writeable = False
        object.__setattr__(self, "bases", MappingProxyType(dict(self.bases)))
        object.__setattr__(self, "about", MappingProxyType(dict(self.about)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes as what it is made of: a read-only view cannot be pickled."""
        return type(self), (self.names, self.mean, self.factor, dict(self.bases), dict(self.about))

    @property
    def covariance(self) -> Floats:
        """(n, n), of the `z`."""
        found: Floats = self.factor @ self.factor.T
        return found

    @property
    def symbols(self) -> tuple[str, ...]:
        """The parameters among the names."""
        return tuple(name for name in self.names if not name.startswith(PLACE))

    @property
    def informed(self) -> tuple[str, ...]:
        """The parameters of whose variance the record takes at least a fifth away: those that may be called data."""
        variance = np.diag(self.covariance)
        return tuple(
            name for name, left in zip(self.names, variance, strict=True) if name in self.symbols and left <= LEFT
        )

    def without(self, names: Collection[str]) -> Posterior:
        """The same over the other names: what a joint normal says of some of its variables alone."""
        kept = [at for at, name in enumerate(self.names) if name not in names]
        if len(kept) == len(self.names):
            return self
        part = self.covariance[np.ix_(kept, kept)]
        factor = np.linalg.cholesky(part) if kept else np.zeros((0, 0))
        chosen = tuple(self.names[at] for at in kept)
        bases = {symbol: prior for symbol, prior in self.bases.items() if symbol in chosen}
        return Posterior(chosen, self.mean[kept].copy(), np.tril(factor), bases, self.about)

    def normals(self, seed: int, members: Ints) -> dict[str, Floats]:
        """Name to (m,) moved normals. Sums run in the order of the names, so that every machine gives the same bits."""
        plain = [normal_of(name, seed, members) for name in self.names]
        moved: dict[str, Floats] = {}
        for row, name in enumerate(self.names):
            total = np.full(members.size, self.mean[row])
            for column in range(row + 1):
                if self.factor[row, column]:
                    total = total + self.factor[row, column] * plain[column]
            moved[name] = total
        return moved

    def to_json(self) -> str:
        """The file's text: canonical, so that equal posteriors are equal bytes."""
        body = {
            "format": FORMAT,
            "about": dict(self.about),
            "bases": {symbol: _base_data(prior) for symbol, prior in sorted(self.bases.items())},
            "names": list(self.names),
            "mean": [float(value) for value in self.mean],
            "factor": [[float(value) for value in row[: at + 1]] for at, row in enumerate(self.factor)],
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"

    @property
    def sha256(self) -> str:
        """Of the file's text."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def normal_of(name: str, seed: int, members: Ints) -> Floats:
    """(m,) the standard normal at the address of a parameter or of a place's effect, before any record."""
    if not name.startswith(PLACE):
        return standard_normals(seed, f"prior/{name}", members, np.array([stable_id(name)]))[:, 0]
    parts = name.removeprefix(PLACE).split("/")
    stream = "effect/place" if len(parts) == 1 else "effect/class"
    return standard_normals(seed, stream, members, np.array([stable_id(*parts)]))[:, 0]


def read_posterior(path: Path) -> Posterior:
    """Read a posterior file.

    Raises
    ------
    UsageError : it is not there, is no JSON, is of another format or does not hold together; says which field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no posterior: it is not UTF-8 text; make one with `dayafter calibrate`") from None
    return parse_posterior(text, str(path))


def parse_posterior(text: str, where: str) -> Posterior:
    """A posterior from the text of its file; `where` is what an error calls it. Raises as `read_posterior`."""
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{where}, line {error.lineno}: no JSON ({error.msg}); make the file anew with `dayafter calibrate`"
        ) from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        found = body.get("format") if isinstance(body, dict) else None
        raise UsageError(
            f"{where}: format is {found}, this version reads {FORMAT}; make the file anew with `dayafter calibrate`"
        )
    try:
        names = tuple(str(name) for name in body["names"])
        factor = np.zeros((len(names), len(names)))
        for at, row in enumerate(body["factor"]):
            factor[at, : at + 1] = np.array(row, dtype=np.float64)
        bases = {symbol: _base_of(symbol, data) for symbol, data in body["bases"].items()}
        found = Posterior(names, np.array(body["mean"], dtype=np.float64), factor, bases, body["about"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"{where}: {what}; make the file anew with `dayafter calibrate`") from None
    known = {**load_priors(), **load_simulation_priors()}
    if unknown := [symbol for symbol in (*found.symbols, *found.bases) if symbol not in known]:
        raise UsageError(f"{where}: no parameter is called {unknown[0]}; it was made by another version of dayafter")
    return found


def _base_data(prior: Prior) -> dict[str, Any]:
    return {"kind": prior.kind.value, "median": prior.median, "low": prior.low, "high": prior.high, "note": prior.note}


def _base_of(symbol: str, data: Mapping[str, Any]) -> Prior:
    usual = {**load_priors(), **load_simulation_priors()}.get(symbol)
    return Prior(
        symbol=symbol,
        name=usual.name if usual else symbol,
        kind=PriorKind(data["kind"]),
        unit=usual.unit if usual else "",
        median=float(data["median"]),
        low=float(data["low"]),
        high=float(data["high"]),
        evidence=(),
        from_data=False,
        assumed=True,
        note=str(data["note"]),
    )
