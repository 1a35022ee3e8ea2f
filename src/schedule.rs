//! Learning rates that change while training goes on.

mod clock;
mod plateau;

pub(crate) use clock::Clock;
pub(crate) use plateau::Plateau;

use crate::error::{Error, Result, TrainingError};
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
/// use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Schedule, Tanh, Trainer, schedule::Span};
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
///
/// The rate at a step, counted from 0, for η = 1 and ten steps an epoch:
///
/// ```
/// use densely::{Schedule, Span::Epochs};
///
/// let rate = |schedule: Schedule<'_>, step| schedule.learning_rate(1.0, step, 10);
/// assert_eq!(rate(Schedule::constant(), 99), 1.0);
/// assert_eq!(rate(Schedule::step(Epochs(2), 0.5), 39), 0.5);                                  // in the fourth epoch
/// assert_eq!(rate(Schedule::exponential(Epochs(2), 0.25), 10), 0.5);                          // √0.25
/// assert_eq!(rate(Schedule::inverse_scaling(Epochs(1), 0.5), 30), 0.5);                       // 1 / √4
/// approx::assert_abs_diff_eq!(rate(Schedule::cosine(Epochs(4)), 20), 0.5, epsilon = 1e-15);   // half way down
/// approx::assert_abs_diff_eq!(rate(Schedule::cosine(Epochs(4)).minimum(0.1), 99), 0.1, epsilon = 1e-15);
/// approx::assert_abs_diff_eq!(rate(Schedule::one_cycle(Epochs(10)), 0), 1.0 / 25.0, epsilon = 1e-15);
/// approx::assert_abs_diff_eq!(rate(Schedule::one_cycle(Epochs(10)), 29), 1.0, epsilon = 1e-15);
/// assert_eq!(rate(Schedule::constant().warm_up(Epochs(1)), 4), 0.5);                          // the fifth of ten steps
/// assert_eq!(rate(Schedule::reduce_on_plateau(0.5, 3), 99), 1.0);                             // as long as there is no loss to look at
/// ```
#[derive(Debug)]
#[must_use]
pub struct Schedule<'a> {
    kind: Kind<'a>,
    minimum: f64,
    warm_up: Option<Span>,
}

/// A length of time in training, at least 1.
///
/// ```
/// use densely::{Schedule, schedule::Span};
///
/// let (after_epochs, after_steps) = (Schedule::step(Span::Epochs(1), 0.5), Schedule::step(Span::Steps(10), 0.5));
/// assert_eq!(after_epochs.learning_rate(0.1, 25, 20), 0.05);                  // in the second epoch of 20 steps
/// assert_eq!(after_steps.learning_rate(0.1, 25, 20), 0.025);                  // after twice 10 steps
/// ```
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
    Cosine { length: Span },
    OneCycle { length: Span },
    ReduceOnPlateau { factor: f64, patience: usize },
    OfStep(Box<dyn Fn(u64) -> f64 + Send + Sync + 'a>),
}

/// The share of one cycle in which the rate rises, and what the highest rate is divided by at first and in the end: those of PyTorch's `OneCycleLR`.
const RISING: f64 = 0.3;
const FIRST_DIVISOR: f64 = 25.0;
const LAST_DIVISOR: f64 = 1e4;

impl<'a> Schedule<'a> {
    fn of(kind: Kind<'a>) -> Self {
        Self { kind, minimum: 0.0, warm_up: None }
    }

    /// η: the same rate throughout. The default.
    pub fn constant() -> Self {
        Self::of(Kind::Constant)
    }

    /// η · factor^⌊t / every⌋: multiplied by `factor`, positive and finite, at the end of each such span, as by PyTorch's `StepLR`.
    pub fn step(every: Span, factor: f64) -> Self {
        Self::of(Kind::Step { every, factor })
    }

    /// η · factor^(t / per): multiplied by `factor`, positive and finite, in the course of each such span, as by PyTorch's `ExponentialLR` for a span of 1.
    pub fn exponential(per: Span, factor: f64) -> Self {
        Self::of(Kind::Exponential { per, factor })
    }

    /// η / (t / per + 1)^power: falling as a power, at least 0 and finite, of time, as scikit-learn's `invscaling`, whose t counts rows in place of epochs or steps,
    /// and whose power is 0.5.
    pub fn inverse_scaling(per: Span, power: f64) -> Self {
        Self::of(Kind::InverseScaling { per, power })
    }

    /// minimum + (η - minimum) (1 + cos(π t / length)) / 2: falling along half a cosine to 0, or to a [`minimum`](Self::minimum), and staying there (Loshchilov,
    /// Hutter 2017), as PyTorch's `CosineAnnealingLR`.
    pub fn cosine(length: Span) -> Self {
        Self::of(Kind::Cosine { length })
    }

    /// Rising along half a cosine from η / 25 to η in the first 30 % of the span, then falling along another to η / 250,000, and staying there (Smith,
    /// Topin 2018): PyTorch's `OneCycleLR` with η as its `max_lr`, and momentum left as it is.
    pub fn one_cycle(length: Span) -> Self {
        Self::of(Kind::OneCycle { length })
    }

    /// Multiplied by `factor`, above 0 and below 1, each time that the loss, or what the trainer [monitors](crate::trainer::Trainer::monitor), was no better than its best for
    /// `patience` epochs in a row, at least 1. PyTorch's `ReduceLROnPlateau` with `threshold=0` waits for one epoch more than it is told.
    pub fn reduce_on_plateau(factor: f64, patience: usize) -> Self {
        Self::of(Kind::ReduceOnPlateau { factor, patience })
    }

    /// The learning rate as a function of the number of the step, from 0; η is not used.
    ///
    /// ```
    /// use densely::Schedule;
    /// let schedule = Schedule::of_step(|step| 0.1 / (1.0 + 0.01 * step as f64));
    /// assert_eq!(schedule.learning_rate(7.0, 100, 10), 0.05);
    /// ```
    pub fn of_step(rate: impl Fn(u64) -> f64 + Send + Sync + 'a) -> Self {
        Self::of(Kind::OfStep(Box::new(rate)))
    }

    /// After the warm-up, no rate is lower than this; the cosine falls to it. At least 0 and finite. Default: 0.
    pub fn minimum(mut self, rate: f64) -> Self {
        self.minimum = rate;
        self
    }

    /// Before the schedule begins, n steps at (1/n, 2/n, … 1) of its first rate. Default: none.
    pub fn warm_up(mut self, length: Span) -> Self {
        self.warm_up = Some(length);
        self
    }

    /// The rate of a step, the first of which is 0, with so many steps in each epoch; `base` is η. [`reduce_on_plateau`](Self::reduce_on_plateau) is at
    /// its first rate as long as nobody tells it losses.
    pub fn learning_rate(&self, base: f64, step: u64, steps_per_epoch: u64) -> f64 {
        let steps = steps_per_epoch.max(1);
        let clock = Clock::new(step, step / steps, step % steps, Some(steps));
        self.rate(base, clock, Plateau::default())
    }

    pub(crate) fn rate(&self, base: f64, clock: Clock, plateau: Plateau) -> f64 {
        let Some(length) = self.warm_up else {
            return self.rate_after_warm_up(base, clock, plateau);
        };
        let (steps, passed) = (clock.steps(length), clock.passed(length));
        if passed < steps {
            let start = Clock { step: 0, epoch: 0, position: 0, ..clock };
            let share = (passed + 1) as f64 / steps as f64;
            return self.rate_after_warm_up(base, start, plateau) * share;
        }
        let clock = clock.without(length);
        self.rate_after_warm_up(base, clock, plateau)
    }

    /// The formulas in the order of operations of PyTorch's closed forms.
    fn rate_after_warm_up(&self, base: f64, clock: Clock, plateau: Plateau) -> f64 {
        let minimum = self.minimum;
        let rate = match &self.kind {
            Kind::Constant => base,
            Kind::Step { every, factor } => base * factor.powf(clock.spans(*every).floor()),
            Kind::Exponential { per, factor } => base * factor.powf(clock.spans(*per)),
            Kind::InverseScaling { per, power } => base / (clock.spans(*per) + 1.0).powf(*power),
            Kind::Cosine { length } => {
                let (length, passed) = (clock.steps(*length), clock.passed(*length));
                let angle = PI * passed.min(length) as f64 / length as f64;
                minimum + (base - minimum) * (1.0 + angle.cos()) / 2.0
            }
            Kind::OneCycle { length } => {
                one_cycle(base, clock.passed(*length), clock.steps(*length) as f64)
            }
            Kind::ReduceOnPlateau { .. } => plateau.rate(base),
            Kind::OfStep(rate) => rate(clock.step),
        };
        // What no rate can be, NaN or below 0, stays so, and is refused.
        if minimum > 0.0 && rate < minimum { minimum } else { rate }
    }

    /// What became of the plateau after an epoch of this score; the lower, the better.
    pub(crate) fn after_epoch(&self, plateau: &mut Plateau, score: f64, base: f64) {
        if let Kind::ReduceOnPlateau { factor, patience } = self.kind {
            plateau.after_epoch(score, base, factor, patience);
        }
    }

    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.kind, Kind::Constant) && self.warm_up.is_none()
    }

    /// Refuses settings that mean nothing, and a time in epochs where there are none, or nobody knows how many steps they have.
    pub(crate) fn check(&self, epochs: Epochs) -> Result<()> {
        let positive = |value: f64| value > 0.0 && value.is_finite();
        let at_least_0 = |value: f64| value >= 0.0 && value.is_finite();
        let at_least_1 = |value: f64| value >= 1.0;
        let factor = |factor| {
            let needs = "positive and finite";
            Error::check_setting("schedule's factor", factor, needs, positive)
        };
        let span = |span: Span, in_steps: bool| {
            let (Span::Epochs(length) | Span::Steps(length)) = span;
            Error::check_setting("schedule's span", length as f64, "at least 1", at_least_1)?;
            let unknown = epochs == Epochs::None || in_steps && epochs == Epochs::OfUnknownLength;
            match span {
                Span::Epochs(_) if unknown => Err(TrainingError::StepsUnknown.into()),
                _ => Ok(()),
            }
        };
        let needs = "at least 0 and finite";
        Error::check_setting("schedule's minimum", self.minimum, needs, at_least_0)?;
        if let Some(length) = self.warm_up {
            span(length, true)?;
        }
        match self.kind {
            Kind::Constant | Kind::OfStep(_) => Ok(()),
            Kind::Step { every: length, factor: by }
            | Kind::Exponential { per: length, factor: by } => span(length, false).and(factor(by)),
            Kind::InverseScaling { per, power } => {
                let power = Error::check_setting("schedule's power", power, needs, at_least_0);
                span(per, false).and(power)
            }
            Kind::Cosine { length } | Kind::OneCycle { length } => span(length, true),
            Kind::ReduceOnPlateau { .. } if epochs == Epochs::None => {
                Err(TrainingError::NotWithStream { setting: "a schedule that waits for a plateau" }
                    .into())
            }
            Kind::ReduceOnPlateau { factor, patience } => {
                let needs = "above 0 and below 1";
                let holds = |factor: f64| factor > 0.0 && factor < 1.0;
                Error::check_setting("schedule's factor", factor, needs, holds)?;
                let patience = patience as f64;
                Error::check_setting("schedule's patience", patience, "at least 1", at_least_1)
            }
        }
    }
}

/// What is known of the epochs of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Epochs {
    /// How many steps they have.
    OfKnownLength,
    /// That there are some.
    OfUnknownLength,
    /// There are none: each step is asked for.
    None,
}

impl Default for Schedule<'_> {
    fn default() -> Self {
        Self::constant()
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
            Self::Cosine { length } => write!(f, "Cosine({length:?})"),
            Self::OneCycle { length } => write!(f, "OneCycle({length:?})"),
            Self::ReduceOnPlateau { factor, patience } => {
                write!(f, "ReduceOnPlateau({factor}, {patience})")
            }
            Self::OfStep(_) => f.write_str("OfStep(…)"),
        }
    }
}
