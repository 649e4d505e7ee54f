"""Public holidays by country and region, from the ``holidays`` library. The only module that knows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

import holidays
from holidays import HolidayBase
from holidays.registry import COUNTRIES

from integrator.lib.working_time import Hours


class CalendarPlaceUnknown(ValueError):
    """There are no public holidays known for this country or region."""


@cache
def list_countries() -> Mapping[str, tuple[str, ...]]:
    """The regions of every country whose holidays are known, by code of ISO 3166."""
    known = holidays.list_supported_countries(include_aliases=False)
    return {country: tuple(regions) for country, regions in sorted(known.items())}


@cache
def name_countries() -> Mapping[str, str]:
    """The countries' English names by code, in the order of names."""
    names = {row[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row[0]) for row in COUNTRIES.values()}
    return dict(sorted(((code, names.get(code, code)) for code in list_countries()), key=lambda pair: pair[1]))


def list_holidays(country: str, region: str, year: int) -> list[tuple[date, str]]:
    """The public holidays of a year, in order, with their names. Raises ``CalendarPlaceUnknown``."""
    if not country:
        return []
    return sorted(_open(country, region, year).items())


class DaysOff(Mapping[date, tuple[Hours, ...]]):
    """Public holidays as days without hours, under a calendar's own days. Years are looked up when first asked for."""

    def __init__(self, country: str, region: str, own: Mapping[date, tuple[Hours, ...]]) -> None:
        self._country, self._region, self._own = country, region, own
        self._years: dict[int, frozenset[date]] = {}

    def __getitem__(self, day: date) -> tuple[Hours, ...]:
        if day in self._own:
            return self._own[day]
        if day in self._year(day.year):
            return ()
        raise KeyError(day)

    def __iter__(self) -> Iterator[date]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)

    def _year(self, year: int) -> frozenset[date]:
        found = self._years.get(year)
        if found is None:
            found = frozenset(day for day, _ in list_holidays(self._country, self._region, year))
            self._years[year] = found
        return found


def _open(country: str, region: str, year: int) -> HolidayBase:
    try:
        return holidays.country_holidays(country, subdiv=region or None, years=year, expand=False)
    except NotImplementedError as error:  # how the library says that it has no such country or region
        raise CalendarPlaceUnknown(f"No public holidays are known for {country} {region}".strip() + ".") from error
