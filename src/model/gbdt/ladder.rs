//! How many of many ascending numbers lie below a value: eight comparisons at a time, which are one instruction, on few steps.

/// Numbers that are compared at once.
const WIDTH: usize = 8;

/// Enough for 32,767 numbers.
const MOST_STEPS: usize = 5;

/// Ascending numbers of several ladders; a [`Ladder`] is one of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Rungs(Vec<[f64; WIDTH]>);

/// Where the rungs of its steps begin, from the top down. A number of a step is the greatest of a rung of the next one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ladder {
    steps: [u32; MOST_STEPS],
    count: u8,
}

impl Rungs {
    /// Appends a ladder for ascending `numbers`; `None` when there are too many.
    pub(super) fn push(&mut self, numbers: &[f64]) -> Option<Ladder> {
        // The last number of all is infinite, so that on every step there is one that is not below the value.
        let mut step = numbers.to_vec();
        step.push(f64::INFINITY);
        let mut all = Vec::new();
        loop {
            step.resize(step.len().next_multiple_of(WIDTH), f64::INFINITY);
            let (rungs, _) = step.as_chunks::<WIDTH>();
            let rungs = rungs.to_vec();
            step = rungs.iter().map(|rung| rung[WIDTH - 1]).collect();
            all.push(rungs);
            if step.len() == 1 {
                break;
            }
        }
        let mut ladder = Ladder { steps: [0; MOST_STEPS], count: all.len() as u8 };
        if all.len() > MOST_STEPS {
            return None;
        }
        for (place, rungs) in ladder.steps.iter_mut().zip(all.into_iter().rev()) {
            *place = u32::try_from(self.0.len()).ok()?;
            self.0.extend(rungs);
        }
        Some(ladder)
    }

    /// How many of a ladder's numbers are less than `value`, which is a number.
    #[inline(always)]
    pub(super) fn below(&self, ladder: &Ladder, value: f64) -> usize {
        let mut place = 0;
        for step in &ladder.steps[..usize::from(ladder.count)] {
            let rung = &self.0[*step as usize + place];
            let mut below = 0_u32;
            for (at, number) in rung.iter().enumerate() {
                below |= u32::from(*number < value) << at;
            }
            place = place * WIDTH + below.count_ones() as usize;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_a_search_does_whatever_the_number_of_numbers() {
        let mut rungs = Rungs::default();
        for count in [0, 1, 6, 7, 8, 9, 62, 63, 64, 65, 511, 512, 3_000] {
            // Each number is there twice, and two in between are not.
            let numbers: Vec<f64> = (0..count).map(|number| f64::from(number / 2) * 1.5).collect();
            let ladder = rungs.push(&numbers).unwrap();
            let ends = [f64::NEG_INFINITY, -0.0, 0.0, f64::MAX, f64::INFINITY];
            for value in ends.into_iter().chain((0..count).map(|number| f64::from(number) * 0.75)) {
                let wanted = numbers.partition_point(|number| *number < value);
                assert_eq!(rungs.below(&ladder, value), wanted, "{count} {value}");
            }
        }
        assert!(rungs.push(&[0.0; 32_767]).is_some() && rungs.push(&[0.0; 32_768]).is_none());
    }
}
