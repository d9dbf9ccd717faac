//! One entity's recent events, so that the sum over any time window is a difference of two running totals.

use std::collections::VecDeque;

/// Events in time order with running totals.
///
/// Values are integers and totals wrap around, so every window's sum is exact whatever came before it, as long
/// as the window's own sum fits into an `i64`. Memory: 16 bytes per event of the last `keep_us` microseconds.
#[derive(Debug, Clone, Default)]
pub struct History {
    events: VecDeque<Event>,
    /// Running total up to the last event that was forgotten.
    forgotten: i64,
}

#[derive(Debug, Clone, Copy)]
struct Event {
    time_us: i64,
    /// Running total up to and with this event.
    total: i64,
}

/// How many events a window holds, and the sum of their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Number of events.
    pub count: usize,
    /// Sum of their values.
    pub sum: i64,
}

impl History {
    /// Adds an event behind all events of the same or an earlier time, then forgets the events that lie
    /// `keep_us` or more before the newest one.
    ///
    /// A late event takes its place in the order; one that is older than what is kept leaves no trace.
    pub fn insert(&mut self, time_us: i64, value: i64, keep_us: i64) {
        let place = self.events.partition_point(|event| event.time_us <= time_us);
        let before = self.total_before(place);
        self.events.insert(place, Event { time_us, total: before.wrapping_add(value) });
        for later in self.events.range_mut(place + 1..) {
            later.total = later.total.wrapping_add(value);
        }
        let newest = self.events.back().map_or(time_us, |event| event.time_us);
        while self.events.front().is_some_and(|event| event.time_us <= newest.saturating_sub(keep_us)) {
            if let Some(event) = self.events.pop_front() {
                self.forgotten = event.total;
            }
        }
    }

    /// Count and sum of the events with `after_us < time <= until_us`.
    pub fn window(&self, after_us: i64, until_us: i64) -> Window {
        let from = self.events.partition_point(|event| event.time_us <= after_us);
        let to = self.events.partition_point(|event| event.time_us <= until_us).max(from);
        let sum = self.total_before(to).wrapping_sub(self.total_before(from));
        Window { count: to - from, sum }
    }

    fn total_before(&self, place: usize) -> i64 {
        match place.checked_sub(1) {
            Some(index) => self.events[index].total,
            None => self.forgotten,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn windows_equal_a_plain_sum_in_any_order_of_arrival(
            events in prop::collection::vec((0i64..1_000, any::<i64>()), 1..80),
            after in -10i64..1_000,
            width in 0i64..400,
        ) {
            let mut history = History::default();
            for &(time, value) in &events {
                history.insert(time, value, 10_000);
            }
            let until = after + width;
            let inside = events.iter().filter(|event| event.0 > after && event.0 <= until);
            let expected = Window {
                count: inside.clone().count(),
                sum: inside.fold(0i64, |sum, event| sum.wrapping_add(event.1)),
            };
            prop_assert_eq!(history.window(after, until), expected);
        }
    }

    #[test]
    fn what_is_older_than_kept_is_forgotten_and_sums_stay_exact() {
        let mut history = History::default();
        for day in 0..1_000 {
            history.insert(day, i64::MAX / 2, 30);
        }
        assert_eq!(history.events.len(), 30);
        assert_eq!(history.window(998, 999), Window { count: 1, sum: i64::MAX / 2 });
        history.insert(3, 5, 30);
        assert_eq!(history.events.len(), 30, "a late event beyond the horizon leaves no trace");
        assert_eq!(history.window(997, 999).count, 2);
        assert_eq!(history.window(998, 999), Window { count: 1, sum: i64::MAX / 2 });
    }
}
