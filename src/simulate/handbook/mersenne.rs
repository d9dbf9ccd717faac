//! The Mersenne Twister MT19937, from which numpy's legacy generator and CPython's draw.
//!
//! M. Matsumoto, T. Nishimura: *Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
//! generator*, ACM TOMACS 8(1), 1998, with the seeding of 2002.

/// Words of state.
const WORDS: usize = 624;
/// How far apart the words are that are mixed.
const SHIFT: usize = 397;

/// The generator of 32-bit words.
#[derive(Debug, Clone)]
pub(super) struct Mersenne {
    state: [u32; WORDS],
    /// The next word of the state to give out; all are made anew when it is at the end.
    next: usize,
}

impl Mersenne {
    /// `init_genrand`: seeded by one word, as numpy does.
    pub(super) fn from_word(seed: u32) -> Self {
        let mut state = [seed; WORDS];
        for place in 1..WORDS {
            let before = state[place - 1];
            state[place] = 1_812_433_253_u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(place as u32);
        }
        Self { state, next: WORDS }
    }

    /// `init_by_array`: seeded by a key of at least one word, as CPython does.
    pub(super) fn from_key(key: &[u32]) -> Self {
        let mut made = Self::from_word(19_650_218);
        let mut place = 1;
        for step in 0..WORDS.max(key.len()) {
            let word = step % key.len();
            let value = made.mixed(place, 1_664_525).wrapping_add(key[word]).wrapping_add(word as u32);
            place = made.put(place, value);
        }
        for _ in 1..WORDS {
            let value = made.mixed(place, 1_566_083_941).wrapping_sub(place as u32);
            place = made.put(place, value);
        }
        made.state[0] = 1 << 31;
        made
    }

    fn mixed(&self, place: usize, factor: u32) -> u32 {
        let before = self.state[place - 1];
        self.state[place] ^ (before ^ (before >> 30)).wrapping_mul(factor)
    }

    /// Gives the place after `place`; place 0 is skipped and repeats the last word.
    fn put(&mut self, place: usize, value: u32) -> usize {
        self.state[place] = value;
        if place + 1 < WORDS {
            return place + 1;
        }
        self.state[0] = value;
        1
    }

    /// The next word.
    pub(super) fn next_word(&mut self) -> u32 {
        if self.next == WORDS {
            self.renew();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// `genrand_res53`: the next number in [0, 1), of 53 bits out of two words.
    pub(super) fn next_unit(&mut self) -> f64 {
        let (high, low) = (self.next_word() >> 5, self.next_word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    fn renew(&mut self) {
        let state = &mut self.state;
        for place in 0..WORDS - SHIFT {
            state[place] = state[place + SHIFT] ^ twisted(state[place], state[place + 1]);
        }
        for place in WORDS - SHIFT..WORDS - 1 {
            state[place] = state[place + SHIFT - WORDS] ^ twisted(state[place], state[place + 1]);
        }
        state[WORDS - 1] = state[SHIFT - 1] ^ twisted(state[WORDS - 1], state[0]);
        self.next = 0;
    }
}

/// The highest bit of one word and the others of the next.
const fn twisted(word: u32, next: u32) -> u32 {
    let joined = (word & 0x8000_0000) | (next & 0x7fff_ffff);
    (joined >> 1) ^ ((joined & 1) * 0x9908_b0df)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_the_words_that_its_authors_published() {
        let mut random = Mersenne::from_key(&[0x123, 0x234, 0x345, 0x456]);
        let first: Vec<u32> = (0..5).map(|_| random.next_word()).collect();
        assert_eq!(first, [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783, 4_228_976_476]);
    }
}
