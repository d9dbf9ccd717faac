//! What makes a payment fraud: the Handbook's three scenarios (chapter 3, section 2), as both presets have them.
//!
//! 1. An amount above 220.
//! 2. A compromised terminal: all its payments for 28 days.
//! 3. A compromised customer: a third of their payments within 14 days, five times the amount.
//!
//! They are applied in this order and the last one names the fraud. Who is compromised when is each preset's matter.

use super::payment::Payment;

/// Above this amount a payment is fraud.
const HIGH_AMOUNT: f64 = 220.0;
/// How long a terminal stays compromised.
const TERMINAL_DAYS: usize = 28;
/// How long a customer stays compromised.
pub(super) const CUSTOMER_DAYS: u32 = 14;
/// One of how many of a compromised customer's payments is fraud.
pub(super) const STOLEN_SHARE: usize = 3;
/// What a stolen payment is multiplied by.
const STOLEN_FACTOR: f64 = 5.0;

/// The terminals that are compromised at one time.
#[derive(Debug, PartialEq)]
pub(super) struct CompromisedTerminals(Vec<bool>);

impl CompromisedTerminals {
    /// Those of `day` among `count` terminals; `first_days` holds for each day the terminals whose time begins.
    pub(super) fn on(day: u32, first_days: &[Vec<u32>], count: u32) -> Self {
        let end = first_days.len().min(day as usize + 1);
        let first = (day as usize + 1).saturating_sub(TERMINAL_DAYS).min(end);
        let mut flags = vec![false; count as usize];
        for &terminal in first_days[first..end].iter().flatten() {
            flags[terminal as usize] = true;
        }
        Self(flags)
    }

    /// Applies the scenarios 1 and 2.
    pub(super) fn label(&self, payment: &mut Payment) {
        if payment.amount > HIGH_AMOUNT {
            payment.scenario = 1;
        }
        if self.0[payment.terminal as usize] {
            payment.scenario = 2;
        }
    }
}

/// Applies scenario 3.
pub(super) fn steal(payment: &mut Payment) {
    payment.amount *= STOLEN_FACTOR;
    payment.scenario = 3;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_compromised_for_28_days() {
        let mut first_days = vec![Vec::new(); 60];
        first_days[10] = vec![1];
        let flags = |day| CompromisedTerminals::on(day, &first_days, 2).0;
        assert_eq!((flags(0), flags(9), flags(10)), (vec![false; 2], vec![false; 2], vec![false, true]));
        assert_eq!((flags(37), flags(38)), (vec![false, true], vec![false, false]));
        let of_11_days = |day| CompromisedTerminals::on(day, &first_days[..11], 2).0;
        assert_eq!((of_11_days(37), of_11_days(38), of_11_days(90)), (flags(37), flags(38), flags(59)));
    }

    #[test]
    fn the_last_scenario_names_the_fraud() {
        let compromised = CompromisedTerminals(vec![false, true]);
        let labelled = |amount, terminal, stolen| {
            let mut payment = Payment { second: 1, customer: 4, sequence: 0, terminal, amount, scenario: 0 };
            compromised.label(&mut payment);
            if stolen {
                steal(&mut payment);
            }
            (payment.scenario, payment.amount)
        };
        assert_eq!(labelled(220.0, 0, false), (0, 220.0));
        assert_eq!(labelled(220.01, 0, false), (1, 220.01));
        assert_eq!(labelled(220.01, 1, false), (2, 220.01));
        assert_eq!(labelled(9.99, 1, true), (3, 9.99 * 5.0));
    }
}
