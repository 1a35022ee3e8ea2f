/// What a [`Standardizer`](crate::data::Standardizer) has done to the numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scaling {
    pub(crate) inputs: bool,
    pub(crate) targets: bool,
    /// What the targets were divided by: 1 where they were not; with several targets, the root mean square of their deviations.
    pub(crate) target_deviation: f64,
}

impl Scaling {
    pub(super) const NONE: Self = Self { inputs: false, targets: false, target_deviation: 1.0 };
}
