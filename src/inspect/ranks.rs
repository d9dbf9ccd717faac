//! Ranks of numbers, equal ones sharing their mean rank.

/// Places of the numbers that are there, the least first.
pub(super) fn order(numbers: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> =
        (0..numbers.len() as u32).filter(|&row| !numbers[row as usize].is_nan()).collect();
    order.sort_unstable_by(|&left, &right| numbers[left as usize].total_cmp(&numbers[right as usize]));
    order
}

/// The rank of each number, from 1; NaN for a missing one and for one that `counts` leaves out.
pub(super) fn ranks(numbers: &[f64], order: &[u32], counts: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut ranks = vec![f64::NAN; numbers.len()];
    let kept: Vec<usize> = order.iter().map(|&row| row as usize).filter(|&row| counts(row)).collect();
    let mut before = 0;
    for equal in kept.chunk_by(|&left, &right| numbers[left] == numbers[right]) {
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        equal.iter().for_each(|&row| ranks[row] = rank);
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_share_their_mean_rank_and_missing_ones_have_none() {
        let numbers = [3.0, f64::NAN, 1.0, 3.0, -0.0, 0.0];
        let order = order(&numbers);
        let bits = |ranks: Vec<f64>| ranks.iter().map(|rank| format!("{rank}")).collect::<Vec<_>>();
        assert_eq!(bits(ranks(&numbers, &order, |_| true)), ["4.5", "NaN", "3", "4.5", "1.5", "1.5"]);
        assert_eq!(bits(ranks(&numbers, &order, |row| row != 0)), ["NaN", "NaN", "3", "4", "1.5", "1.5"]);
    }
}
