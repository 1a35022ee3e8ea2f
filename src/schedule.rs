//! Learning rates that change while training goes on.

mod plateau;

pub(crate) use plateau::Plateau;

use crate::{Error, Result};
use std::f64::consts::PI;
use std::fmt;

/// How the learning rate changes from the one that the optimizer was given, here called η.
///
/// t is the time since training began, in the unit of the [`Span`] that a schedule is given: one in epochs changes the rate between epochs, one in steps
/// between steps. [`cosine`](Self::cosine), [`one_cycle`](Self::one_cycle) and the [warm-up](Self::warm_up) change it at each step, whatever the unit.
///
/// | | learning rate |
/// |---|---|
/// | [`constant`](Self::constant) | η |
/// | [`step`](Self::step) | η · factor^⌊t / every⌋ |
/// | [`exponential`](Self::exponential) | η · factor^(t / per) |
/// | [`inverse_scaling`](Self::inverse_scaling) | η / (t / per + 1)^power |
/// | [`cosine`](Self::cosine) | minimum + (η - minimum) (1 + cos(π t / length)) / 2 |
/// | [`one_cycle`](Self::one_cycle) | from η / 25 up to η, then down to η / 250,000 |
/// | [`reduce_on_plateau`](Self::reduce_on_plateau) | η · factor for each time that the loss stopped improving |
/// | [`of_step`](Self::of_step) | your own function of the step |
///
/// ```
/// use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Schedule, Span, Tanh, Trainer};
/// use ndarray::Array2;
///
/// let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
/// let mut net = Mlp::builder(8).dense(4, Tanh).dense(1, Identity).build()?;
/// let report = Trainer::new(MeanSquaredError, Adam::new(0.01))
///     .schedule(Schedule::cosine(Span::Epochs(20)).warm_up(Span::Epochs(2)))
///     .epochs(22)
///     .fit(&mut net, &data)?;
/// assert_eq!(report.epochs()[0].learning_rate, 0.005);
/// assert_eq!(report.epochs()[2].learning_rate, 0.01);
/// assert!(report.epochs()[21].learning_rate < 0.001);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Schedule<'a> {
    kind: Kind<'a>,
    warm_up: Option<Span>,
}

/// A length of time in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many passes through the training rows.
    Epochs(usize),
    /// So many steps of the optimizer, one for each batch.
    Steps(usize),
}

enum Kind<'a> {
    Constant,
    Step { every: Span, factor: f64 },
    Exponential { per: Span, factor: f64 },
    InverseScaling { per: Span, power: f64 },
    Cosine { length: Span, minimum: f64 },
    OneCycle { length: Span },
    ReduceOnPlateau { factor: f64, patience: usize, minimum: f64 },
    OfStep(Box<dyn Fn(u64) -> f64 + Send + Sync + 'a>),
}

/// How far training is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Steps taken so far.
    pub(crate) step: u64,
    /// Epochs that have ended.
    pub(crate) epoch: u64,
    /// Unknown for a stream.
    pub(crate) steps_per_epoch: Option<u64>,
}

/// The share of one cycle in which the rate rises, and what the highest rate is divided by at first and in the end: those of PyTorch's `OneCycleLR`.
const RISING: f64 = 0.3;
const FIRST_DIVISOR: f64 = 25.0;
const LAST_DIVISOR: f64 = 1e4;

impl<'a> Schedule<'a> {
    fn of(kind: Kind<'a>) -> Self {
        Self { kind, warm_up: None }
    }

    /// The same rate throughout. The default.
    pub fn constant() -> Self {
        Self::of(Kind::Constant)
    }

    /// Multiplied by `factor` at the end of each such span, as by PyTorch's `StepLR`.
    pub fn step(every: Span, factor: f64) -> Self {
        Self::of(Kind::Step { every, factor })
    }

    /// Multiplied by `factor` in the course of each such span, as by PyTorch's `ExponentialLR` for a span of 1.
    pub fn exponential(per: Span, factor: f64) -> Self {
        Self::of(Kind::Exponential { per, factor })
    }

    /// Falling as a power of time: η / (t / per + 1)^power, as scikit-learn's `invscaling`, which counts rows in place of epochs or steps. Its power is 0.5.
    pub fn inverse_scaling(per: Span, power: f64) -> Self {
        Self::of(Kind::InverseScaling { per, power })
    }

    /// Falling along half a cosine to 0, or to a [`minimum`](Self::minimum), and staying there (Loshchilov, Hutter 2017), as PyTorch's `CosineAnnealingLR`.
    pub fn cosine(length: Span) -> Self {
        Self::of(Kind::Cosine { length, minimum: 0.0 })
    }

    /// Rising along half a cosine from η / 25 to η in the first 30 % of the span, then falling along another to η / 250,000, and staying there (Smith,
    /// Topin 2018): PyTorch's `OneCycleLR` with η as its `max_lr`, and momentum left as it is.
    pub fn one_cycle(length: Span) -> Self {
        Self::of(Kind::OneCycle { length })
    }

    /// Multiplied by `factor` each time that the loss, or what the trainer [monitors](crate::Trainer::monitor), was no better than its best for `patience`
    /// epochs in a row, down to a [`minimum`](Self::minimum). PyTorch's `ReduceLROnPlateau` with `threshold=0` waits for one epoch more than it is told.
    pub fn reduce_on_plateau(factor: f64, patience: usize) -> Self {
        Self::of(Kind::ReduceOnPlateau { factor, patience, minimum: 0.0 })
    }

    /// The learning rate as a function of the number of the step, from 0; η is not used.
    ///
    /// ```
    /// use densely::Schedule;
    /// let schedule = Schedule::of_step(|step| 0.1 / (1.0 + 0.01 * step as f64));
    /// ```
    pub fn of_step(rate: impl Fn(u64) -> f64 + Send + Sync + 'a) -> Self {
        Self::of(Kind::OfStep(Box::new(rate)))
    }

    /// The lowest rate of [`cosine`](Self::cosine) and [`reduce_on_plateau`](Self::reduce_on_plateau); the others have none. Default: 0.
    pub fn minimum(mut self, rate: f64) -> Self {
        if let Kind::Cosine { minimum, .. } | Kind::ReduceOnPlateau { minimum, .. } = &mut self.kind
        {
            *minimum = rate;
        }
        self
    }

    /// Before the schedule begins, n steps at (1/n, 2/n, … 1) of its first rate.
    pub fn warm_up(mut self, length: Span) -> Self {
        self.warm_up = Some(length);
        self
    }

    /// The rate of a step, the first of which is 0, with so many steps in each epoch; `base` is η. [`reduce_on_plateau`](Self::reduce_on_plateau) is at
    /// its first rate as long as nobody tells it losses.
    pub fn learning_rate(&self, base: f64, step: u64, steps_per_epoch: u64) -> f64 {
        let steps_per_epoch = steps_per_epoch.max(1);
        let epoch = step / steps_per_epoch;
        self.rate(
            base,
            Clock { step, epoch, steps_per_epoch: Some(steps_per_epoch) },
            Plateau::default(),
        )
    }

    pub(crate) fn rate(&self, base: f64, clock: Clock, plateau: Plateau) -> f64 {
        let warm_up = self.warm_up.map_or(0, |length| clock.steps(length));
        if clock.step < warm_up {
            let start = Clock { step: 0, epoch: 0, ..clock };
            return self.rate_after_warm_up(base, start, plateau)
                * ((clock.step + 1) as f64 / warm_up as f64);
        }
        let epochs = match self.warm_up {
            Some(Span::Epochs(epochs)) => epochs as u64,
            _ => clock.steps_per_epoch.map_or(0, |steps| warm_up.div_ceil(steps)),
        };
        let epoch = clock.epoch.saturating_sub(epochs);
        self.rate_after_warm_up(base, Clock { step: clock.step - warm_up, epoch, ..clock }, plateau)
    }

    /// The formulas in PyTorch's order of operations, so that the rates are the same to the bit.
    fn rate_after_warm_up(&self, base: f64, clock: Clock, plateau: Plateau) -> f64 {
        match &self.kind {
            Kind::Constant => base,
            Kind::Step { every, factor } => base * factor.powf(clock.spans(*every).floor()),
            Kind::Exponential { per, factor } => base * factor.powf(clock.spans(*per)),
            Kind::InverseScaling { per, power } => base / (clock.spans(*per) + 1.0).powf(*power),
            Kind::Cosine { length, minimum } => {
                let length = clock.steps(*length);
                let angle = PI * clock.step.min(length) as f64 / length as f64;
                minimum + (base - minimum) * (1.0 + angle.cos()) / 2.0
            }
            Kind::OneCycle { length } => one_cycle(base, clock.step, clock.steps(*length) as f64),
            Kind::ReduceOnPlateau { factor, minimum, .. } => {
                (0..plateau.reductions()).fold(base, |rate, _| (rate * factor).max(*minimum))
            }
            Kind::OfStep(rate) => rate(clock.step),
        }
    }

    /// What became of the plateau after an epoch of this score; the lower, the better.
    pub(crate) fn after_epoch(&self, plateau: &mut Plateau, score: f64) {
        if let Kind::ReduceOnPlateau { patience, .. } = self.kind {
            plateau.after_epoch(score, patience);
        }
    }

    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.kind, Kind::Constant) && self.warm_up.is_none()
    }

    /// Refuses settings that mean nothing, and a time in epochs where nobody knows how many steps they have.
    pub(crate) fn check(&self, steps_per_epoch_known: bool) -> Result<()> {
        let factor = |factor| {
            let holds = |factor: f64| factor > 0.0 && factor.is_finite();
            Error::check_setting("schedule's factor", factor, "positive and finite", holds)
        };
        let minimum = |minimum| {
            let holds = |minimum: f64| minimum >= 0.0 && minimum.is_finite();
            Error::check_setting("schedule's minimum", minimum, "at least 0 and finite", holds)
        };
        let span = |span: Span, in_steps: bool| {
            let (Span::Epochs(length) | Span::Steps(length)) = span;
            Error::check_setting("schedule's span", length as f64, "at least 1", |l| l >= 1.0)?;
            if in_steps && !steps_per_epoch_known && matches!(span, Span::Epochs(_)) {
                return Err(Error::StepsUnknown);
            }
            Ok(())
        };
        if let Some(length) = self.warm_up {
            span(length, true)?;
        }
        match self.kind {
            Kind::Constant | Kind::OfStep(_) => Ok(()),
            Kind::Step { every: length, factor: by }
            | Kind::Exponential { per: length, factor: by } => span(length, false).and(factor(by)),
            Kind::InverseScaling { per, power } => span(per, false).and(Error::check_setting(
                "schedule's power",
                power,
                "at least 0 and finite",
                |power| power >= 0.0 && power.is_finite(),
            )),
            Kind::Cosine { length, minimum: least } => span(length, true).and(minimum(least)),
            Kind::OneCycle { length } => span(length, true),
            Kind::ReduceOnPlateau { factor: by, patience, minimum: least } => {
                factor(by).and(minimum(least)).and(Error::check_setting(
                    "schedule's patience",
                    patience as f64,
                    "at least 1",
                    |patience| patience >= 1.0,
                ))
            }
        }
    }
}

impl Default for Schedule<'_> {
    fn default() -> Self {
        Self::constant()
    }
}

impl Clock {
    /// How many steps a span has; those of one epoch count as one where they are not known.
    fn steps(self, span: Span) -> u64 {
        match span {
            Span::Steps(steps) => steps as u64,
            Span::Epochs(epochs) => epochs as u64 * self.steps_per_epoch.unwrap_or(1),
        }
    }

    /// How many such spans have passed.
    fn spans(self, span: Span) -> f64 {
        match span {
            Span::Steps(steps) => self.step as f64 / steps as f64,
            Span::Epochs(epochs) => self.epoch as f64 / epochs as f64,
        }
    }
}

fn one_cycle(highest: f64, step: u64, steps: f64) -> f64 {
    let first = highest / FIRST_DIVISOR;
    let last = first / LAST_DIVISOR;
    let (summit, end) = (RISING * steps - 1.0, steps - 1.0);
    let step = (step as f64).min(end.max(0.0));
    let between =
        |start: f64, end: f64, share: f64| end + (start - end) / 2.0 * ((PI * share).cos() + 1.0);
    if step <= summit {
        between(first, highest, if summit > 0.0 { step / summit } else { 1.0 })
    } else {
        between(highest, last, (step - summit) / (end - summit))
    }
}

impl fmt::Debug for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("Constant"),
            Self::Step { every, factor } => write!(f, "Step({every:?}, {factor})"),
            Self::Exponential { per, factor } => write!(f, "Exponential({per:?}, {factor})"),
            Self::InverseScaling { per, power } => write!(f, "InverseScaling({per:?}, {power})"),
            Self::Cosine { length, minimum } => write!(f, "Cosine({length:?}, {minimum})"),
            Self::OneCycle { length } => write!(f, "OneCycle({length:?})"),
            Self::ReduceOnPlateau { factor, patience, minimum } => {
                write!(f, "ReduceOnPlateau({factor}, {patience}, {minimum})")
            }
            Self::OfStep(_) => f.write_str("OfStep(…)"),
        }
    }
}
