//! Loops in the widest registers that the processor has; the program itself is compiled for any of its family.
//!
//! An operation is written as plain loops over slices. What they are inlined into is compiled several times, and the version
//! for this processor runs.

use macerator::{AutoArch, Simd, WithSimd};

/// Plain loops, to be compiled for several kinds of registers. Whatever they call must be `#[inline(always)]`, too.
pub trait Loops {
    /// What they come to.
    type Output;

    /// Runs them. `FUSED` says that `mul_add` is one instruction, which all processors with registers of eight numbers have;
    /// elsewhere it is a slow function.
    fn run<const FUSED: bool>(self) -> Self::Output;
}

/// Runs `loops` in the widest registers there are.
pub fn run<L: Loops>(loops: L) -> L::Output {
    AutoArch::new().dispatch(Dispatched(loops))
}

struct Dispatched<L>(L);

impl<L: Loops> WithSimd for Dispatched<L> {
    type Output = L::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self) -> L::Output {
        if S::lanes32() >= 8 || cfg!(target_arch = "aarch64") {
            self.0.run::<true>()
        } else {
            self.0.run::<false>()
        }
    }
}

/// `factor * other + sum`, rounded once where `FUSED`.
#[inline(always)]
pub fn multiply_add<const FUSED: bool>(factor: f32, other: f32, sum: f32) -> f32 {
    if FUSED { factor.mul_add(other, sum) } else { factor * other + sum }
}
