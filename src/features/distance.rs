//! How far apart two places are.

use serde::{Deserialize, Serialize};

use crate::domain::GeoPoint;

/// Mean radius of the Earth.
const EARTH_KM: f64 = 6_371.0;
/// Parts of a degree: about a centimetre.
const PARTS: f64 = 1e7;

/// A place to about a centimetre, or none, in 8 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spot {
    latitude: i32,
    longitude: i32,
}

impl Spot {
    const NOWHERE: Self = Self { latitude: i32::MIN, longitude: i32::MIN };

    fn degrees(self) -> Option<(f64, f64)> {
        (self != Self::NOWHERE).then(|| (f64::from(self.latitude) / PARTS, f64::from(self.longitude) / PARTS))
    }
}

impl From<Option<GeoPoint>> for Spot {
    fn from(place: Option<GeoPoint>) -> Self {
        let parts = |degrees: f64| (degrees * PARTS).round() as i32;
        place.map_or(Self::NOWHERE, |GeoPoint { latitude, longitude }| Self {
            latitude: parts(latitude),
            longitude: parts(longitude),
        })
    }
}

/// Great-circle distance in kilometres by the haversine formula; `None` unless both places are known.
pub(super) fn kilometres(from: Spot, to: Spot) -> Option<f64> {
    let ((from_north, from_east), (to_north, to_east)) = (from.degrees()?, to.degrees()?);
    let half_sine = |difference: f64| (difference.to_radians() / 2.0).sin();
    let (north, east) = (half_sine(to_north - from_north), half_sine(to_east - from_east));
    let chord = north * north + from_north.to_radians().cos() * to_north.to_radians().cos() * east * east;
    Some(2.0 * EARTH_KM * chord.sqrt().min(1.0).asin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(latitude: f64, longitude: f64) -> Spot {
        Spot::from(Some(GeoPoint::new(latitude, longitude).unwrap()))
    }

    #[test]
    fn distances_are_those_of_a_globe() {
        let (paris, brussels) = (spot(48.8566, 2.3522), spot(50.8503, 4.3517));
        let way = kilometres(paris, brussels).unwrap();
        assert!((way - 264.0).abs() < 1.0, "{way}");
        assert_eq!(kilometres(paris, paris), Some(0.0));
        // Across the date line, and half around the Earth.
        assert!((kilometres(spot(0.0, 179.9), spot(0.0, -179.9)).unwrap() - 22.24).abs() < 0.01);
        assert!((kilometres(spot(90.0, 0.0), spot(-90.0, 0.0)).unwrap() - 20_015.1).abs() < 0.1);
        assert_eq!(kilometres(paris, Spot::from(None)), None);
        assert_eq!(size_of::<Spot>(), 8);
    }
}
