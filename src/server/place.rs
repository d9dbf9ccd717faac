//! Where an alert is shown: at known coordinates under the nearest city's name, else at a drawn city.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::domain::GeoPoint;
use crate::store::Location;

/// A city further away than this does not give a place its name.
const NEAR_KM: f64 = 100.0;
/// Kilometres in one degree of latitude.
const DEGREE_KM: f64 = 111.2;

/// The cities, to be drawn from and to be looked up by place.
#[derive(Debug, Default)]
pub(super) struct Atlas {
    cities: Vec<Location>,
    /// Inhabitants of each city and all before it.
    cumulative: Vec<u64>,
    /// Indices of the cities in each cell of one by one degree.
    cells: HashMap<(i16, i16), Vec<usize>>,
}

impl Atlas {
    pub(super) fn new(cities: Vec<Location>) -> Self {
        let mut total = 0_u64;
        let mut cumulative = Vec::with_capacity(cities.len());
        let mut cells: HashMap<(i16, i16), Vec<usize>> = HashMap::new();
        for (index, city) in cities.iter().enumerate() {
            // At least 1, so that a city of unknown size can be drawn.
            total = total.saturating_add(city.population.max(1));
            cumulative.push(total);
            cells.entry(cell(city.latitude, city.longitude)).or_default().push(index);
        }
        Self { cities, cumulative, cells }
    }

    /// A city for `id`, the same one every time, large cities more often; `None` without cities.
    pub(super) fn draw(&self, id: &str) -> Option<&Location> {
        let total = *self.cumulative.last()?;
        let hash = Sha256::digest(id.as_bytes());
        let (head, _) = hash.split_first_chunk::<8>().expect("SHA-256 has 32 bytes");
        let ticket = u64::from_le_bytes(*head) % total;
        self.cities.get(self.cumulative.partition_point(|&sum| sum <= ticket))
    }

    /// The nearest city within 100 km.
    pub(super) fn nearest(&self, place: GeoPoint) -> Option<&Location> {
        let (row, column) = cell(place.latitude, place.longitude);
        // A degree of longitude shrinks towards the poles: look as many cells to the side as 100 km take.
        let reach = (NEAR_KM / (DEGREE_KM * narrowing(place.latitude))).ceil() as i16;
        let columns = (-reach..=reach).map(|step| (column + 180 + step).rem_euclid(360) - 180);
        let candidates = columns
            .flat_map(|column| [row - 1, row, row + 1].map(|row| (row, column)))
            .filter_map(|cell| self.cells.get(&cell))
            .flatten();
        let distances = candidates.map(|&index| (distance_km(place, &self.cities[index]), index));
        let (distance, index) = distances.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (distance <= NEAR_KM).then(|| &self.cities[index])
    }
}

fn cell(latitude: f64, longitude: f64) -> (i16, i16) {
    // 180 and -180 degrees are the same meridian.
    (latitude.floor() as i16, (longitude.floor() as i16 + 180).rem_euclid(360) - 180)
}

/// How much shorter a degree of longitude is than one of latitude; not 0 at the poles.
fn narrowing(latitude: f64) -> f64 {
    latitude.to_radians().cos().max(0.02)
}

/// Good within a few per cent at the distances asked for.
fn distance_km(place: GeoPoint, city: &Location) -> f64 {
    let north = city.latitude - place.latitude;
    let east = (city.longitude - place.longitude + 540.0).rem_euclid(360.0) - 180.0;
    (east * narrowing(place.latitude)).hypot(north) * DEGREE_KM
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city(name: &str, latitude: f64, longitude: f64, population: u64) -> Location {
        Location {
            name: name.to_owned(),
            country: "XX".to_owned(),
            latitude,
            longitude,
            population,
            time_zone: "UTC".to_owned(),
        }
    }

    #[test]
    fn a_draw_depends_on_the_id_alone_and_follows_population() {
        let atlas = Atlas::new(vec![city("small", 0.0, 0.0, 1_000), city("large", 10.0, 10.0, 9_000)]);
        let drawn = |id: &str| atlas.draw(id).unwrap().name.clone();
        assert_eq!(drawn("a-1"), drawn("a-1"));
        let large = (0..1_000).filter(|number| drawn(&format!("id-{number}")) == "large").count();
        assert!((850..950).contains(&large), "{large} of 1000");
        assert_eq!(Atlas::new(Vec::new()).draw("a"), None);
    }

    #[test]
    fn the_nearest_city_is_found_across_cells_and_the_date_line() {
        let atlas = Atlas::new(vec![
            city("Brussels", 50.85, 4.35, 1),
            city("Suva", -18.14, 179.99, 1),
            city("Alert", 82.5, -62.3, 1),
        ]);
        let nearest = |latitude, longitude| {
            atlas.nearest(GeoPoint { latitude, longitude }).map(|city| city.name.as_str())
        };
        assert_eq!(nearest(51.05, 3.72), Some("Brussels"));
        assert_eq!(nearest(-18.0, -179.9), Some("Suva"));
        assert_eq!(nearest(82.4, -58.0), Some("Alert"));
        assert_eq!(nearest(-18.14, 180.0), Some("Suva"));
        assert_eq!(nearest(48.0, 4.35), None);
        assert_eq!(nearest(90.0, 0.0), None);
    }
}
