//! What came last, in one piece of memory: grows at its end, is forgotten from its beginning.

use std::ops::Deref;

/// A list whose beginning is forgotten now and then. Forgetting moves the rest only when it is the smaller part, so that an item is
/// moved once on average.
#[derive(Debug, Clone)]
pub(super) struct Recent<T> {
    items: Vec<T>,
    forgotten: usize,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { items: Vec::new(), forgotten: 0 }
    }
}

impl<T> From<Vec<T>> for Recent<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, forgotten: 0 }
    }
}

impl<T> Deref for Recent<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> Recent<T> {
    #[inline]
    pub(super) fn as_slice(&self) -> &[T] {
        &self.items[self.forgotten..]
    }

    #[inline]
    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items[self.forgotten..]
    }

    #[inline]
    pub(super) fn push(&mut self, item: T) {
        self.items.push(item);
    }

    pub(super) fn insert(&mut self, place: usize, item: T) {
        self.items.insert(self.forgotten + place, item);
    }

    /// Forgets the first `count` items.
    pub(super) fn forget(&mut self, count: usize) {
        self.forgotten += count;
        if 2 * self.forgotten >= self.items.len() {
            self.items.drain(..self.forgotten);
            self.forgotten = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_queue_with_places() {
        let mut recent = Recent::default();
        for item in 0..100 {
            recent.push(item);
            if item % 3 == 2 {
                recent.forget(2);
            }
        }
        assert_eq!(*recent, (66..100).collect::<Vec<_>>()[..]);
        assert!(recent.items.len() <= 2 * recent.len() + 1);
        recent.insert(1, 7);
        assert_eq!(recent[..3], [66, 7, 67]);
        recent.forget(35);
        assert!(recent.is_empty() && recent.items.is_empty());
    }
}
