//! Which terminals a customer can reach: those around home.

use crate::domain::GeoPoint;

/// Mean radius of the Earth.
const EARTH_KM: f64 = 6_371.0;
/// How far customers go for a payment.
const RADIUS_KM: f64 = 50.0;
/// With fewer terminals than this around home, customers go farther.
const FEWEST: usize = 5;
/// Of more terminals than this around home, customers use the nearest.
const MOST: usize = 100;

/// A terminal as the search needs it.
#[derive(Debug, Clone, Copy)]
struct Site {
    latitude: f64,
    /// Where it is on the unit sphere.
    direction: [f64; 3],
    index: u32,
}

/// All terminals, arranged for the search around a point.
#[derive(Debug)]
pub(super) struct Neighbourhood {
    /// Sorted by latitude: a search reads one band of them.
    sites: Vec<Site>,
}

impl Neighbourhood {
    /// Arranges places; the answers are indices into them.
    pub(super) fn new(places: impl Iterator<Item = GeoPoint>) -> Self {
        let mut sites: Vec<Site> = places
            .zip(0..)
            .map(|(place, index)| Site { latitude: place.latitude, direction: direction(place), index })
            .collect();
        sites.sort_unstable_by(|a, b| a.latitude.total_cmp(&b.latitude).then(a.index.cmp(&b.index)));
        Self { sites }
    }

    /// The indices, ascending, of the terminals within 50 km of `home`; where fewer than 5 stand there, the
    /// radius doubles until they do, and of more than 100 the nearest 100 are taken.
    pub(super) fn around(&self, home: GeoPoint) -> Vec<u32> {
        let wanted = FEWEST.min(self.sites.len());
        let mut radius_km = RADIUS_KM;
        let mut found = self.within(home, radius_km);
        while found.len() < wanted {
            radius_km *= 2.0;
            found = self.within(home, radius_km);
        }
        if found.len() > MOST {
            found.select_nth_unstable_by(MOST, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            found.truncate(MOST);
        }
        let mut indices: Vec<u32> = found.into_iter().map(|(_, index)| index).collect();
        indices.sort_unstable();
        indices
    }

    /// Squared chord and index of each terminal within `radius_km`.
    fn within(&self, home: GeoPoint, radius_km: f64) -> Vec<(f64, u32)> {
        let angle = radius_km / EARTH_KM;
        // Half around the Earth is everywhere, whatever rounding makes of the antipode.
        let limit =
            if angle < std::f64::consts::PI { (2.0 * (angle / 2.0).sin()).powi(2) } else { f64::INFINITY };
        let band = angle.to_degrees();
        let first = self.sites.partition_point(|site| site.latitude < home.latitude - band);
        let end = self.sites.partition_point(|site| site.latitude <= home.latitude + band);
        let centre = direction(home);
        self.sites[first..end]
            .iter()
            .map(|site| (squared_chord(centre, site.direction), site.index))
            .filter(|&(distance, _)| distance <= limit)
            .collect()
    }
}

fn direction(place: GeoPoint) -> [f64; 3] {
    let (latitude_sin, latitude_cos) = place.latitude.to_radians().sin_cos();
    let (longitude_sin, longitude_cos) = place.longitude.to_radians().sin_cos();
    [latitude_cos * longitude_cos, latitude_cos * longitude_sin, latitude_sin]
}

fn squared_chord(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> GeoPoint {
        GeoPoint::new(latitude, longitude).unwrap()
    }

    #[test]
    fn those_within_fifty_kilometres_are_found_across_the_date_line() {
        // 0.4 degrees on the equator are 44.5 km, 0.5 degrees 55.6 km.
        let offsets = [-0.5, -0.4, -0.2, 0.0, 0.2, 0.4, 0.5];
        let longitudes =
            offsets.map(|offset: f64| if offset >= 0.0 { -180.0 + offset } else { 180.0 + offset });
        let places = Neighbourhood::new(longitudes.into_iter().map(|longitude| point(0.0, longitude)));
        assert_eq!(places.around(point(0.0, 180.0)), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn where_too_few_stand_the_search_widens_to_the_whole_earth() {
        let few = [point(0.0, 0.0), point(0.0, 180.0), point(89.0, 0.0), point(-89.0, 90.0)];
        let places = Neighbourhood::new(few.into_iter());
        assert_eq!(places.around(point(0.0, 0.0)), [0, 1, 2, 3]);

        let spread = (0..10).map(|step| point(0.0, f64::from(step)));
        let places = Neighbourhood::new(spread);
        // One degree is 111 km: 200 km reach one to the side, 400 km three, and five are there from 800 km on.
        assert_eq!(places.around(point(0.0, 0.0)), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn of_too_many_the_nearest_stay() {
        let crowd = (0..300).map(|step| point(0.0, 0.001 * f64::from(step)));
        let places = Neighbourhood::new(crowd);
        assert_eq!(places.around(point(0.0, 0.0)), (0..100).collect::<Vec<u32>>());
        assert_eq!(places.around(point(0.0, 0.15)).len(), 100);
    }
}
