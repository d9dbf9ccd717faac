//! The world's larger cities and the capitals: one embedded table of facts for the simulator, for the `locations`
//! table and for transactions that name no place.
//!
//! `scripts/cities.py` makes `cities.csv`; its header names the source and the licence.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::domain::GeoPoint;

/// The table as the script wrote it.
const TABLE: &str = include_str!("cities.csv");

/// A city of at least 100,000 inhabitants, or a capital.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct City {
    /// Its usual English name; not unique, not even within a country.
    pub name: String,
    /// ISO 3166 alpha-2 code of its country.
    pub country: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Inhabitants, at least 1.
    pub population: u32,
    /// IANA name, such as `Europe/Zurich`.
    pub time_zone: String,
}

impl City {
    /// Where its centre is.
    pub const fn place(&self) -> GeoPoint {
        GeoPoint { latitude: self.latitude, longitude: self.longitude }
    }
}

/// All cities, from the most populous to the least; never empty, the same in every run.
pub fn cities() -> &'static [City] {
    static CITIES: OnceLock<Vec<City>> = OnceLock::new();
    CITIES.get_or_init(|| read(TABLE).expect("the embedded table is well formed: a test reads all of it"))
}

/// Reads a table with a header row and `#` comments.
fn read(table: &str) -> Result<Vec<City>, csv::Error> {
    csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes()).deserialize().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_holds_what_its_type_promises() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(cities().len(), rows);
        assert!(rows > 6_000, "{rows} rows");
        for city in cities() {
            assert!(GeoPoint::new(city.latitude, city.longitude).is_ok(), "{city:?}");
            assert_eq!(city.name.trim(), city.name);
            assert!(!city.name.is_empty() && city.population > 0, "{city:?}");
            assert!(
                city.country.len() == 2 && city.country.bytes().all(|b| b.is_ascii_uppercase()),
                "{city:?}"
            );
            assert!(city.time_zone.contains('/'), "{city:?}");
        }
    }

    #[test]
    fn no_city_stands_twice_and_the_order_is_total() {
        let key = |city: &City| (city.latitude.to_bits(), city.longitude.to_bits());
        let places: HashSet<_> = cities().iter().map(key).collect();
        assert_eq!(places.len(), cities().len());
        assert!(cities().is_sorted_by(|a, b| {
            (b.population, &a.country, &a.name) <= (a.population, &b.country, &b.name)
        }));
    }

    #[test]
    fn large_cities_and_small_capitals_are_both_there() {
        let find =
            |name: &str, country: &str| cities().iter().find(|c| c.name == name && c.country == country);
        let sao_paulo = find("São Paulo", "BR").expect("names are UTF-8");
        assert!(sao_paulo.population > 10_000_000);
        assert!((sao_paulo.place().latitude + 23.55).abs() < 0.1);
        let vaduz = find("Vaduz", "LI").expect("a small capital");
        assert!(vaduz.population < 100_000);
        assert_eq!(vaduz.time_zone, "Europe/Vaduz");
    }

    #[test]
    fn the_source_and_the_licence_are_named() {
        let header: String = TABLE.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(header.contains("GeoNames") && header.contains("CC BY 4.0"), "{header}");
    }

    #[test]
    fn a_broken_row_is_an_error() {
        let header = "name,country,latitude,longitude,population,time_zone\n";
        assert!(read(&format!("{header}Basel,CH,47.56,7.57,many,Europe/Zurich\n")).is_err());
        assert!(read(&format!("{header}Basel,CH,47.56\n")).is_err());
    }
}
