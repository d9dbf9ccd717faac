//! What one customer does on one day: how many payments, when, how much, where.

use rand::RngExt;
use rand::distr::Distribution;
use rand_distr::{Poisson, StandardNormal};

use super::random::{Stage, stream};
use super::world::Customer;
use crate::simulate::payment::{DAY_SECONDS, NOON, Payment, SPREAD, cents};

/// Appends the payments of the customer with this index on `day`, none of them fraud yet, in no order of time.
///
/// Poisson in number, Gaussian in time (what falls out of the day is dropped) and in amount (what falls below 0 is
/// drawn anew, uniformly): Handbook, chapter 3, section 2.
pub(super) fn draw(seed: u64, index: u32, customer: &Customer, day: u32, payments: &mut Vec<Payment>) {
    let mut random = stream(seed, Stage::Payments, index, day);
    let count: f64 =
        Poisson::new(customer.payments_per_day).expect("a rate above 0 and at most 4").sample(&mut random);
    let mean = customer.mean_amount;
    let mut sequence = 0;
    for _ in 0..count as u32 {
        let second = NOON + SPREAD * random.sample::<f64, _>(StandardNormal);
        if !(1.0..f64::from(DAY_SECONDS)).contains(&second) {
            continue;
        }
        let amount = mean + mean / 2.0 * random.sample::<f64, _>(StandardNormal);
        let amount = if amount < 0.0 { random.random_range(0.0..2.0 * mean) } else { amount };
        let terminal = customer.terminals[random.random_range(0..customer.terminals.len())];
        let second = second as u32;
        payments.push(Payment {
            second,
            customer: index,
            sequence,
            terminal,
            amount: cents(amount),
            scenario: 0,
        });
        sequence += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geography::cities;

    #[test]
    fn payments_follow_their_distributions() {
        let city = &cities()[0];
        let customer = Customer {
            home: city.place(),
            city,
            mean_amount: 40.0,
            payments_per_day: 2.0,
            terminals: vec![7, 9],
        };
        let mut payments = Vec::new();
        for day in 0..20_000 {
            draw(1, 3, &customer, day, &mut payments);
        }
        let count = payments.len() as f64;
        let mean = |value: fn(&Payment) -> f64| payments.iter().map(value).sum::<f64>() / count;
        // 96.9 % of a Gaussian lie within the day; one in 44 amounts is drawn anew and lifts the mean a little.
        assert!((count / 20_000.0 - 2.0 * 0.969).abs() < 0.03, "{count}");
        assert!((mean(|p| f64::from(p.second)) - NOON).abs() < 400.0);
        assert!((mean(|p| p.amount) - 41.3).abs() < 0.5, "{}", mean(|p| p.amount));
        assert!((mean(|p| f64::from(u8::from(p.terminal == 7))) - 0.5).abs() < 0.02);
        assert!(
            payments.iter().all(|p| (1..86_400).contains(&p.second) && p.amount >= 0.0 && p.customer == 3)
        );
        assert!(payments.iter().all(|p| p.terminal == 7 || p.terminal == 9));
    }
}
