"""The sources that an import knows. A new one is a file in `providers/` and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dayafter.errors import UsageError
from dayafter.events.convert import Provider
from dayafter.events.providers import acled, dtm, ucdp_ged
from dayafter.events.reading import RawTable

PROVIDERS: Final[Mapping[str, Provider]] = {
    provider.name: provider
    for provider in (
        ucdp_ged.PROVIDER,
        acled.PROVIDER,
        dtm.RETURNED,
        dtm.DISPLACED,
    )
}


def provider_named(name: str) -> Provider:
    """Find a provider. Raises `UsageError` with the names that there are."""
    if name not in PROVIDERS:
        raise UsageError(f"there is no provider '{name}'; there are {', '.join(PROVIDERS)}, or give a mapping file")
    return PROVIDERS[name]


def provider_of(raw: RawTable) -> Provider | None:
    """The provider whose columns a file has; None where there is none."""
    columns = frozenset(raw.columns)
    return next((provider for provider in PROVIDERS.values() if provider.recognises(columns)), None)
