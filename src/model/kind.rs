//! Which models there are, and the files that they are stored as.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The models there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// Gradient-boosted trees.
    Lightgbm,
    /// A multi-layer perceptron.
    Mlp,
    /// The weighted mean of both, in log-odds.
    Blend,
}

impl ModelKind {
    /// The word for it on the command line, in files and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lightgbm => "lightgbm",
            Self::Mlp => "mlp",
            Self::Blend => "blend",
        }
    }

    /// The models that it is made of: itself, or the parts of a blend.
    pub const fn parts(self) -> &'static [Self] {
        match self {
            Self::Lightgbm => &[Self::Lightgbm],
            Self::Mlp => &[Self::Mlp],
            Self::Blend => &[Self::Lightgbm, Self::Mlp],
        }
    }

    /// Name of the model's own file in a run folder.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Lightgbm => "model.txt",
            Self::Mlp => "weights.safetensors",
            Self::Blend => "blend.json",
        }
    }

    /// Names of all its files: those of its parts and its own.
    pub fn files(self) -> impl Iterator<Item = &'static str> {
        let own = (self == Self::Blend).then_some(self);
        self.parts().iter().copied().chain(own).map(Self::file)
    }
}

/// The bytes of a model by the names of its files, [`ModelKind::files`].
pub type ModelFiles = BTreeMap<&'static str, Vec<u8>>;
