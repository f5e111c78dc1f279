"""Joins a case's files and a file of events with the calibration engine; finds the posterior that belongs to a case."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

import polars as pl

from dayafter import __version__
from dayafter.calibration.fit import Calibration
from dayafter.calibration.fit import calibrate as calibrate_arrays
from dayafter.calibration.likelihood import PARTICLES
from dayafter.calibration.observed import Observed, observe
from dayafter.calibration.sampling import MEMBERS
from dayafter.casefile.companions import read_companions
from dayafter.casefile.geometry import read_geometries
from dayafter.casefile.load import load_case
from dayafter.casefile.loaded import LoadedCase
from dayafter.casefile.schema import CaseFile, Place
from dayafter.compiler import compile_case
from dayafter.errors import UsageError
from dayafter.events.classes import IRAQ, Side
from dayafter.events.importing import import_events
from dayafter.events.panel import Freeing
from dayafter.events.places import PlaceRecord
from dayafter.events.table import read_table
from dayafter.priors import Posterior, read_posterior
from dayafter.priors.posterior import FILE, parse_posterior

GED_TERMS: Final = (
    "CC BY 4.0. Uppsala Conflict Data Program, Department of Peace and Conflict Research, Uppsala University, "
    "https://ucdp.uu.se. Sundberg and Melander (2013), Journal of Peace Research 50(4): 523-532."
)
IRAQ_GW: Final = "645"
PREFIXED: Final = ("cod-ab", "pcode", "p-code")
"""Schemes whose codes begin with the code of what they lie in."""


@dataclass(frozen=True, slots=True)
class EventFile:
    """A canonical table of events and what is known of where it comes from."""

    rows: pl.DataFrame
    source: Mapping[str, Any]


def read_events(path: Path) -> EventFile:
    """Read events as `dayafter events import` writes them, or a publisher's own file.

    Raises
    ------
    UsageError : there is no such file, or it holds something else than events.
    EventFileError : it is a publisher's file with faults; each is listed.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; make it with `dayafter events import`")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if _is_canonical(path):
        rows = read_table(path)
    else:
        report = import_events([path])
        if report.table != "events":
            raise UsageError(f"{path} holds {report.table}, not events; give a file of single events")
        rows = report.rows
    releases = rows["release"].drop_nulls().unique().sort().to_list()
    about = {"file": path.name, "sha256": digest, "publishers": rows["source"].unique().sort().to_list()}
    return EventFile(rows, {**about, "releases": releases, "terms": GED_TERMS})


def _is_canonical(path: Path) -> bool:
    """Whether `dayafter events import` wrote it."""
    try:
        return path.suffix.lower() in {".parquet", ".pq"} and "dayafter.table" in pl.read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, OSError):
        return False


def read_returns(path: Path) -> pl.DataFrame:
    """Returned families by district and round: `district`, `date`, `families`.

    Reads a canonical table of displacement, the publisher's master lists, or a series by district with the columns
    series, date, adm2_pcode, families.

    Raises
    ------
    UsageError, EventFileError, EventTableError : there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; give a series of returned families")
    if not _is_canonical(path) and path.suffix.lower() in {".parquet", ".pq"}:
        frame = pl.read_parquet(path)
        if {"series", "date", "adm2_pcode", "families"} <= set(frame.columns):
            own = frame.filter(pl.col("series").is_in(["returned", "returnees"]))
            return own.select(pl.col("adm2_pcode").alias("district"), "date", pl.col("families").cast(pl.Int64))
    if _is_canonical(path):
        rows = read_table(path, "displacement")
    else:
        report = import_events([path])
        if report.table != "displacement":
            raise UsageError(f"{path} holds {report.table}; give a series of returned families")
        rows = report.rows
    returned = rows.filter(pl.col("series") == "returned").with_columns(
        pl.coalesce("place_code", "adm_2").alias("district")
    )
    return returned.group_by("district", "date").agg(pl.col("families").sum()).sort("district", "date")


def calibrate(
    case: str | PathLike[str] | LoadedCase,
    events: str | PathLike[str],
    *,
    fronts: Sequence[str] = (),
    sides: Sequence[Side] | None = None,
    seed: int = 1,
    members: int = MEMBERS,
    particles: int = PARTICLES,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Calibrate the simulation's violence on a case's own places before its as-of date.

    Parameters
    ----------
    case : a folder, a workbook or a bundled case's name. events : a file; see `read_events`.
    fronts : places that count as front to the end, since part of them was still held. sides : what each side of the
        events is; where None, the table of Iraq for a case there. The rest: see `calibration.fit.calibrate`.

    Raises
    ------
    CaseFileError, EventFileError, EventTableError : a file breaks a rule.
    UsageError : nothing to calibrate on; each error says what is missing and where it belongs.
    CalibrationError : too few members carry weight.
    """
    if members < 1000:
        raise UsageError(f"members is {members}; a calibration needs 1,000 or more ({MEMBERS} is the default)")
    loaded = case if isinstance(case, LoadedCase) else load_case(case)
    file = read_events(Path(events))
    seen = observe_case(loaded, file.rows, fronts=fronts, sides=sides)
    source = {
        **file.source,
        "fronts": sorted(fronts),
        "events_after_as_of": seen.left_out.get("after the as-of date", 0),
    }
    return calibrate_arrays(
        compile_case(loaded.case),
        seen,
        seed=seed,
        members=members,
        particles=particles,
        threads=threads,
        provenance={"version": __version__, "source": source},
        progress=progress,
    )


def observe_case(
    loaded: LoadedCase,
    events: pl.DataFrame,
    *,
    fronts: Sequence[str] = (),
    sides: Sequence[Side] | None = None,
    as_of: dt.date | None = None,
) -> Observed:
    """What a table of events records in a case's places. Raises as `observed.observe`."""
    compiled = compile_case(loaded.case)
    ids = [place for place, national in zip(compiled.places, compiled.is_national, strict=True) if not national]
    return observe(
        events,
        place_records(loaded, ids),
        freeings_of(loaded.case, ids),
        as_of or compiled.as_of,
        sides_of(loaded.case) if sides is None else sides,
        fronts=fronts,
    )


def freeings_of(case: CaseFile, places: Sequence[str]) -> tuple[Freeing, ...]:
    """When each place was freed: the last day that its date can mean, else that of the nearest place around it.

    A town that the enemy never held was on the front until its surroundings were freed.
    """
    by_id = {place.id: place for place in case.places}
    found = []
    for name in places:
        place: Place | None = by_id[name]
        while place is not None and (place.freed_on is None or place.freed_on.latest is None):
            place = by_id.get(place.parent) if place.parent else None
        if place is not None and place.freed_on is not None and place.freed_on.latest is not None:
            found.append(Freeing(name, place.freed_on.latest))
    return tuple(found)


def place_records(loaded: LoadedCase, places: Sequence[str]) -> tuple[PlaceRecord, ...]:
    """The places as events are matched to them: codes, outlines, names in every script."""
    case = loaded.case
    texts = {} if loaded.path is None else read_geometries(loaded.path, case)
    outlines = _outlines(texts)
    records = []
    for place in case.places:
        if place.id not in places:
            continue
        own = [row for row in case.place_codes if row.place == place.id]
        codes = tuple(row.code for row in own if not row.scheme.endswith("-name"))
        names = [place.name, *(row.code for row in own if row.scheme.endswith("-name"))]
        names += [row.name for row in case.names if row.entity == place.id and row.name]
        nested = any(row.scheme in PREFIXED for row in own)
        records.append(PlaceRecord(place.id, tuple(dict.fromkeys(names)), codes, outlines.get(place.id), nested))
    return tuple(records)


def _outlines(texts: Mapping[str, str]) -> dict[str, Any]:
    import json  # noqa: PLC0415  # few cases have outlines

    found: dict[str, Any] = {}
    for text in texts.values():
        for feature in json.loads(text.removeprefix("\ufeff")).get("features", []):
            found[str(feature.get("id"))] = feature.get("geometry")
    return found


def sides_of(case: CaseFile) -> tuple[Side, ...]:
    """What sides are, where the program knows: in Iraq. Empty elsewhere."""
    iraq = any(row.scheme == "gw" and row.code == IRAQ_GW for row in case.place_codes)
    return IRAQ if iraq else ()


def read_sides(path: Path) -> tuple[Side, ...]:
    """Sides from a CSV file with the columns name, role, bloc.

    Raises
    ------
    UsageError : there is no such file, or a column is missing.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; write a CSV file with the columns name, role, bloc")
    table = pl.read_csv(path, infer_schema=False)
    if lacks := [name for name in ("name", "role", "bloc") if name not in table.columns]:
        raise UsageError(f"{path} lacks the column {lacks[0]}; it needs name, role and bloc (empty but for claimants)")
    return tuple(Side(row["name"], row["role"], row["bloc"] or None) for row in table.iter_rows(named=True))


def choose_posterior(
    case: LoadedCase | CaseFile, given: str | PathLike[str] | Posterior | None = None, *, prior: bool = False
) -> Posterior | None:
    """What a run of a case draws its parameters from: None for the priors alone.

    Parameters
    ----------
    case : one that was read from a folder or workbook may bring a posterior, which is used where nothing is given.
    given : a posterior or its file. prior : use none.

    Raises
    ------
    UsageError : both are asked for; the file is broken, or has seen what came after the case's as-of date.
    """
    if prior and given is not None:
        raise UsageError("say either a posterior or the priors alone, not both")
    if prior:
        return None
    info = case.case.info if isinstance(case, LoadedCase) else case.info
    if given is None:
        path = case.path if isinstance(case, LoadedCase) else None
        text = read_companions(path).get(FILE)
        if text is None:
            return None
        found, where = parse_posterior(text, FILE), FILE
    elif isinstance(given, Posterior):
        found, where = given, "the posterior"
    else:
        found, where = read_posterior(Path(given)), str(given)
    check_posterior(found, info.as_of.latest, where)
    return found


def check_posterior(posterior: Posterior, as_of: dt.date | None, where: str) -> None:
    """UsageError where a posterior saw what came after the as-of date of the case that it is to serve."""
    made = str(posterior.about.get("as_of", ""))
    if as_of is not None and made > as_of.isoformat():
        raise UsageError(
            f"{where} was made as of {made}, after the case's as-of date {as_of}: it has seen what the case must not "
            "know; calibrate again, or run with the priors alone (--prior)"
        )
