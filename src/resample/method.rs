//! The methods there are, under imbalanced-learn's names in short.

/// One way to change the number of rows of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    RandomOver,
    RandomUnder,
    Smote,
    SmoteNc,
    Borderline,
    Adasyn,
    Tomek,
    Enn,
    NearMiss,
    SmoteEnn,
    SmoteTomek,
}

impl Method {
    pub(super) const ALL: [Self; 11] = [
        Self::RandomOver,
        Self::RandomUnder,
        Self::Smote,
        Self::SmoteNc,
        Self::Borderline,
        Self::Adasyn,
        Self::Tomek,
        Self::Enn,
        Self::NearMiss,
        Self::SmoteEnn,
        Self::SmoteTomek,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::RandomOver => "ros",
            Self::RandomUnder => "rus",
            Self::Smote => "smote",
            Self::SmoteNc => "smotenc",
            Self::Borderline => "borderline",
            Self::Adasyn => "adasyn",
            Self::Tomek => "tomek",
            Self::Enn => "enn",
            Self::NearMiss => "nearmiss",
            Self::SmoteEnn => "smoteenn",
            Self::SmoteTomek => "smotetomek",
        }
    }

    /// False for those that remove what they find, however much that is.
    pub(super) const fn has_ratio(self) -> bool {
        !matches!(self, Self::Tomek | Self::Enn)
    }
}
