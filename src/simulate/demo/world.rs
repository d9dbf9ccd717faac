//! Who pays and where: customers and terminals at real cities.
//!
//! A world has a tenth as many cities as terminals, drawn by population; each of them has a terminal, the other
//! terminals and the customers are distributed over them by population, a few kilometres around the centre.

use rand::RngExt;
use rand::distr::weighted::WeightedIndex;
use rand::distr::{Distribution, OpenClosed01};
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rand_distr::UnitDisc;
use rayon::prelude::*;

use super::neighbourhood::Neighbourhood;
use super::random::{Stage, stream};
use crate::domain::GeoPoint;
use crate::geography::{City, cities};
use crate::progress::{Interrupted, Progress};
use crate::simulate::config::SimulationConfig;

/// How many terminals there are for one city.
const TERMINALS_PER_CITY: usize = 10;
/// How far from the centre customers and terminals are.
const CITY_RADIUS_KM: f64 = 5.0;
/// Kilometres in one degree of latitude.
const DEGREE_KM: f64 = 111.195;

/// The places behind the transactions.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// By the customer's id.
    pub customers: Vec<Customer>,
    /// By the terminal's id.
    pub terminals: Vec<Terminal>,
}

/// Somebody who pays.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// Where they live.
    pub home: GeoPoint,
    /// The city around it.
    pub city: &'static City,
    /// What they spend on average; the standard deviation is half of it.
    pub mean_amount: f64,
    /// How many payments they make on average.
    pub payments_per_day: f64,
    /// The terminals they use, as ascending indices into [`World::terminals`]; at least one.
    pub terminals: Vec<u32>,
}

/// Where payments are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Terminal {
    /// Where it stands.
    pub place: GeoPoint,
    /// The city around it.
    pub city: &'static City,
}

impl World {
    /// The world of a validated `config`.
    pub(super) fn new(config: &SimulationConfig, progress: &dyn Progress) -> Result<Self, Interrupted> {
        let cities = Cities::draw(config);
        let terminals: Vec<Terminal> = (0..config.terminals)
            .into_par_iter()
            .map(|index| {
                let mut random = stream(config.seed, Stage::Terminal, index, 0);
                let city = match cities.chosen.get(index as usize) {
                    Some(city) => city,
                    None => cities.by_population(&mut random),
                };
                Terminal { place: near(city, &mut random), city }
            })
            .collect();
        let neighbourhood = Neighbourhood::new(terminals.iter().map(|terminal| terminal.place));
        let customers = (0..config.customers)
            .into_par_iter()
            .map(|index| {
                progress.check()?;
                let mut random = stream(config.seed, Stage::Customer, index, 0);
                let city = cities.by_population(&mut random);
                let home = near(city, &mut random);
                Ok(Customer {
                    home,
                    city,
                    mean_amount: random.random_range(5.0..100.0),
                    payments_per_day: 4.0 * random.sample::<f64, _>(OpenClosed01),
                    terminals: neighbourhood.around(home),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { customers, terminals })
    }
}

/// The cities of one world.
struct Cities {
    chosen: Vec<&'static City>,
    population: WeightedIndex<u64>,
}

impl Cities {
    fn draw(config: &SimulationConfig) -> Self {
        let count = (config.terminals as usize / TERMINALS_PER_CITY).clamp(1, cities().len());
        let mut random = stream(config.seed, Stage::Cities, 0, 0);
        let weight = |city: usize| f64::from(cities()[city].population);
        let chosen: Vec<&City> = index::sample_weighted(&mut random, cities().len(), weight, count)
            .expect("populations are positive and there are enough cities")
            .into_iter()
            .map(|city| &cities()[city])
            .collect();
        let population = WeightedIndex::new(chosen.iter().map(|city| u64::from(city.population)))
            .expect("at least one city, each with a positive population");
        Self { chosen, population }
    }

    fn by_population(&self, random: &mut ChaCha8Rng) -> &'static City {
        self.chosen[self.population.sample(random)]
    }
}

/// A place within [`CITY_RADIUS_KM`] of the centre, to about a metre.
fn near(city: &City, random: &mut ChaCha8Rng) -> GeoPoint {
    let [east, north]: [f64; 2] = UnitDisc.sample(random);
    let degrees = CITY_RADIUS_KM / DEGREE_KM;
    let latitude = (city.latitude + north * degrees).clamp(-90.0, 90.0);
    let longitude = city.longitude + east * degrees / city.latitude.to_radians().cos().max(0.01);
    let longitude = (longitude + 180.0).rem_euclid(360.0) - 180.0;
    let metres = |degrees: f64| (degrees * 1e5).round() / 1e5;
    GeoPoint::new(metres(latitude), metres(longitude)).expect("clamped and wrapped into the ranges")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::progress::Silent;

    fn world(config: &SimulationConfig) -> World {
        World::new(config, &Silent::default()).unwrap()
    }

    fn kilometres(a: GeoPoint, b: GeoPoint) -> f64 {
        let north = (a.latitude - b.latitude) * DEGREE_KM;
        let turn = (a.longitude - b.longitude + 180.0).rem_euclid(360.0) - 180.0;
        north.hypot(turn * DEGREE_KM * a.latitude.to_radians().cos())
    }

    #[test]
    fn everybody_is_near_the_centre_of_a_city_that_has_a_terminal() {
        let world = world(&SimulationConfig::default());
        for terminal in &world.terminals {
            assert!(kilometres(terminal.place, terminal.city.place()) < 5.05, "{terminal:?}");
        }
        let with_terminal: HashSet<&str> = world.terminals.iter().map(|t| t.city.name.as_str()).collect();
        for customer in &world.customers {
            assert!(kilometres(customer.home, customer.city.place()) < 5.05, "{customer:?}");
            assert!(with_terminal.contains(customer.city.name.as_str()));
            assert!((5..=100).contains(&customer.terminals.len()));
            assert!((5.0..100.0).contains(&customer.mean_amount));
            assert!(customer.payments_per_day > 0.0 && customer.payments_per_day <= 4.0);
        }
        assert!(with_terminal.len() > 190, "{} cities", with_terminal.len());
    }

    #[test]
    fn the_smallest_world_has_a_city_a_terminal_and_a_customer() {
        let world = world(&SimulationConfig { customers: 1, terminals: 1, ..SimulationConfig::default() });
        assert_eq!(world.customers[0].terminals, [0]);
        assert_eq!(world.customers[0].city, world.terminals[0].city);
    }

    #[test]
    fn large_cities_have_more_customers() {
        let world = world(&SimulationConfig { customers: 20_000, ..SimulationConfig::default() });
        let chosen = || world.terminals[..200].iter().map(|terminal| terminal.city);
        let largest = chosen().max_by_key(|city| city.population).unwrap();
        let smallest = chosen().min_by_key(|city| city.population).unwrap();
        let population: u64 = chosen().map(|city| u64::from(city.population)).sum();
        let expected = f64::from(largest.population) / population as f64;
        let living_there = world.customers.iter().filter(|customer| customer.city == largest).count();
        let share = living_there as f64 / 20_000.0;
        assert!((share / expected - 1.0).abs() < 0.2, "{share}, {expected} expected");
        let in_smallest = world.customers.iter().filter(|customer| customer.city == smallest).count();
        assert!(in_smallest * 10 < living_there, "{in_smallest}, {living_there}");
    }
}
