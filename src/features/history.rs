//! One entity's recent events, so that the sum over any time window is a difference of two running totals.

use std::collections::VecDeque;

/// Events in time order with running totals. Values are integers, so every window's sum is exact, whatever came before
/// it. Memory: 24 bytes per event until it is forgotten.
#[derive(Debug, Clone, Default)]
pub struct History {
    events: VecDeque<Event>,
    /// Running total up to the last event that was forgotten.
    forgotten: i128,
}

// Packed: 24 bytes instead of 32. A total of millionths of amounts up to 10^12 outgrows an i64 after ten payments.
#[derive(Debug, Clone, Copy)]
#[repr(C, packed(8))]
struct Event {
    time_us: i64,
    /// Running total up to and with this event.
    total: i128,
}

/// How many events a window holds, and the sum of their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Number of events.
    pub count: usize,
    /// Sum of their values.
    pub sum: i128,
}

impl History {
    /// Adds an event behind all events of the same or an earlier time; a late one takes its place in the order.
    pub fn insert(&mut self, time_us: i64, value: i64) {
        let value = i128::from(value);
        let place = self.events.partition_point(|event| event.time_us <= time_us);
        let before = self.total_before(place);
        self.events.insert(place, Event { time_us, total: before + value });
        for later in self.events.range_mut(place + 1..) {
            later.total += value;
        }
    }

    /// Forgets the events that lie `keep_us` or more before the newest one.
    pub fn forget(&mut self, keep_us: i64) {
        let newest = self.events.back().map_or(0, |event| event.time_us);
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
        Window { count: to - from, sum: self.total_before(to) - self.total_before(from) }
    }

    fn total_before(&self, place: usize) -> i128 {
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
                history.insert(time, value);
            }
            let until = after + width;
            let inside = events.iter().filter(|event| event.0 > after && event.0 <= until);
            let expected = Window {
                count: inside.clone().count(),
                sum: inside.map(|event| i128::from(event.1)).sum(),
            };
            prop_assert_eq!(history.window(after, until), expected);
        }
    }

    #[test]
    fn what_is_older_than_kept_is_forgotten_and_sums_stay_exact() {
        let mut history = History::default();
        for day in 0..1_000 {
            history.insert(day, i64::MAX);
            history.forget(30);
        }
        let newest = Window { count: 2, sum: 2 * i128::from(i64::MAX) };
        assert_eq!((history.events.len(), history.window(997, 999)), (30, newest));
        history.insert(3, 5);
        assert_eq!(
            history.window(2, 3),
            Window { count: 1, sum: 5 },
            "a late event counts until it is forgotten"
        );
        history.forget(30);
        assert_eq!((history.events.len(), history.window(2, 3).count), (30, 0));
        assert_eq!(history.window(997, 999), newest);
        assert_eq!(size_of::<Event>(), 24);
    }
}
