//! Learning rates that change during training.

mod clock;
mod plateau;
mod span;

pub(crate) use clock::Clock;
pub(crate) use plateau::Plateau;
pub use span::Span;

use crate::choice::{self, NamedSettings};
use crate::error::check::{AT_LEAST_1, FRACTION, NOT_NEGATIVE, POSITIVE, Range, ensure};
use crate::error::{Error, Result, TrainingError};
use std::{f64::consts::PI, fmt, str::FromStr, sync::Arc};

/// How the learning rate changes from the one that the optimizer was given, here called η.
///
/// t is the time since training began, in the unit of the schedule's [`Span`]: a span in epochs
/// changes the rate between epochs, one in steps between steps. [`cosine`](Self::cosine),
/// [`one_cycle`](Self::one_cycle) and the [warm-up](Self::warm_up) change it at each step, whatever
/// the unit.
///
/// `FromStr` and `Display` use the texts `constant`, `step(30 epochs, 0.1)`,
/// `exponential(1 epochs, 0.95)`, `inverse_scaling(1 epochs, 0.5)`, `cosine(500 steps)`,
/// `flat_cosine(500 steps)`, `cosine_log(500 steps, 4)`, `one_cycle(10 epochs)` and
/// `reduce_on_plateau(0.5, 10)`, with the optional settings `minimum=…` and `warm_up=…` behind
/// them.
///
/// ```
/// use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Tanh, Trainer};
/// use densely::schedule::{Schedule, Span};
/// use ndarray::Array2;
///
/// let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
/// let mut net = Mlp::builder(8).dense(4, Tanh).dense(1, Identity).build()?;
/// let schedule = Schedule::cosine(Span::Epochs(20)).warm_up(Span::Epochs(2));
/// assert_eq!(schedule.to_string(), "cosine(20 epochs, warm_up=2 epochs)");
/// let report = Trainer::new(MeanSquaredError, Adam::new(0.01))
///     .schedule(schedule)
///     .epochs(22)
///     .fit(&mut net, &data)?;
/// assert_eq!(report.epochs[0].learning_rate, 0.005);
/// assert_eq!(report.epochs[2].learning_rate, 0.01);
/// assert!(report.epochs[21].learning_rate < 0.001);
///
/// // The rate at a step, counted from 0, for η = 1 and ten steps an epoch.
/// let rate = |text: &str, step| {
///     text.parse().map(|schedule: Schedule<'_>| schedule.learning_rate(1.0, step, 10))
/// };
/// assert_eq!(rate("step(2 epochs, 0.5)", 39)?, 0.5);                // in the fourth epoch
/// assert_eq!(rate("inverse_scaling(1 epochs, 0.5)", 30)?, 0.5);     // 1 / √4
/// assert_eq!(rate("constant(warm_up=1 epochs)", 4)?, 0.5);          // the fifth of ten steps
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Schedule<'a> {
    kind: Kind<'a>,
    minimum: f64,
    warm_up: Option<Span>,
}

#[derive(Clone)]
enum Kind<'a> {
    Constant,
    Step(Span, f64),
    Exponential(Span, f64),
    InverseScaling(Span, f64),
    Cosine(Span),
    FlatCosine(Span),
    CosineLog(Span, usize),
    OneCycle(Span),
    ReduceOnPlateau(f64, usize),
    OfStep(Arc<dyn Fn(u64) -> f64 + Send + Sync + 'a>),
}

/// The warm-up of a schedule without one, and a span before it is read from text.
const NO_SPAN: Span = Span::Steps(usize::MAX);

impl Kind<'_> {
    /// What can be read from text.
    const NAMED: [Self; 9] = [
        Self::Constant,
        Self::Step(NO_SPAN, 0.0),
        Self::Exponential(NO_SPAN, 0.0),
        Self::InverseScaling(NO_SPAN, 0.0),
        Self::Cosine(NO_SPAN),
        Self::FlatCosine(NO_SPAN),
        Self::CosineLog(NO_SPAN, 0),
        Self::OneCycle(NO_SPAN),
        Self::ReduceOnPlateau(0.0, 0),
    ];
}

impl FromStr for Schedule<'_> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut named = Kind::NAMED.map(Self::of);
        let names = named.each_mut().map(|schedule| schedule.settings(&mut { NO_SPAN }).0);
        let found = named.into_iter().zip(names).find(|&(_, name)| name == choice::name(text));
        let (mut schedule, _) = found.ok_or_else(|| choice::unknown("schedule", text, &names))?;
        let mut warm_up = NO_SPAN;
        let (_, settings) = schedule.settings(&mut warm_up);
        let required = settings.len() - 2;
        choice::read("schedule", text, settings, required)?;
        schedule.warm_up = Some(warm_up).filter(|&span| span != NO_SPAN);
        Ok(schedule)
    }
}

impl fmt::Display for Schedule<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut schedule, mut default) = (self.clone(), Self { minimum: 0.0, ..self.clone() });
        let (mut warm_up, mut no_warm_up) = (self.warm_up.unwrap_or(NO_SPAN), NO_SPAN);
        let (name, settings) = schedule.settings(&mut warm_up);
        let (_, defaults) = default.settings(&mut no_warm_up);
        let unnamed = settings.len() - 2;
        choice::write(formatter, name, settings, defaults, unnamed)
    }
}

impl fmt::Debug for Schedule<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Schedule({self})")
    }
}

/// The share of one cycle in which the rate rises, and the divisors of the highest rate at the
/// start and of that at the end: those of PyTorch's `OneCycleLR`.
const RISING: f64 = 0.3;
const FIRST_DIVISOR: f64 = 25.0;
const LAST_DIVISOR: f64 = 1e4;

impl<'a> Schedule<'a> {
    fn of(kind: Kind<'a>) -> Self {
        Self { kind, minimum: 0.0, warm_up: None }
    }

    /// The name of the schedule's kind, and its settings to be read or written as text: those of
    /// the kind, and two that any schedule may have.
    fn settings<'s>(&'s mut self, warm_up: &'s mut Span) -> (&'static str, NamedSettings<'s>) {
        let (name, mut settings): (_, NamedSettings<'_>) = match &mut self.kind {
            Kind::Constant => ("constant", vec![]),
            Kind::Step(every, by) => ("step", vec![("every", every), ("factor", by)]),
            Kind::Exponential(per, by) => ("exponential", vec![("per", per), ("factor", by)]),
            Kind::InverseScaling(per, by) => ("inverse_scaling", vec![("per", per), ("power", by)]),
            Kind::Cosine(length) => ("cosine", vec![("length", length)]),
            Kind::FlatCosine(length) => ("flat_cosine", vec![("length", length)]),
            Kind::CosineLog(length, cycles) => {
                ("cosine_log", vec![("length", length), ("cycles", cycles)])
            }
            Kind::OneCycle(length) => ("one_cycle", vec![("length", length)]),
            Kind::ReduceOnPlateau(by, patience) => {
                ("reduce_on_plateau", vec![("factor", by), ("patience", patience)])
            }
            Kind::OfStep(_) => ("of_step", vec![]),
        };
        settings.extend([("minimum", &mut self.minimum as _), ("warm_up", warm_up as _)]);
        (name, settings)
    }

    /// η: the same rate throughout. The default.
    pub fn constant() -> Self {
        Self::of(Kind::Constant)
    }

    /// η · factor^⌊t / every⌋, as PyTorch's `StepLR`. The factor is positive and finite.
    pub fn step(every: Span, factor: f64) -> Self {
        Self::of(Kind::Step(every, factor))
    }

    /// η · factor^(t / per): PyTorch's `ExponentialLR` for a span of 1. The factor is positive
    /// and finite.
    pub fn exponential(per: Span, factor: f64) -> Self {
        Self::of(Kind::Exponential(per, factor))
    }

    /// η / (t / per + 1)^power. The power is at least 0 and finite.
    ///
    /// scikit-learn's `invscaling` has the power 0.5, and its t counts rows.
    pub fn inverse_scaling(per: Span, power: f64) -> Self {
        Self::of(Kind::InverseScaling(per, power))
    }

    /// minimum + (η - minimum) (1 + cos(π t / length)) / 2, and [`minimum`](Self::minimum) after
    /// `length` (Loshchilov, Hutter 2017), as PyTorch's `CosineAnnealingLR`.
    pub fn cosine(length: Span) -> Self {
        Self::of(Kind::Cosine(length))
    }

    /// η in the first half of the span, then half a cosine down to 0:
    /// η (1 + cos(π (2 t/length - 1))) / 2 (`flat_cos` in RealMLP). It suits dropout and weight
    /// decay too: [`regularization_schedule`].
    ///
    /// [`regularization_schedule`]: crate::trainer::Trainer::regularization_schedule
    pub fn flat_cosine(length: Span) -> Self {
        Self::of(Kind::FlatCosine(length))
    }

    /// η (1 - cos(2π log₂(1 + (2^cycles - 1) t/length))) / 2: cycles from 0 to η and back to
    /// 0, each twice as long as the one before (`coslog4` in RealMLP; Holzmüller, Grinsztajn,
    /// Steinwart 2024). At least one cycle and at most 30.
    ///
    /// ```
    /// use densely::{Schedule, schedule::Span};
    /// let schedule = Schedule::cosine_log(Span::Steps(150), 4);
    /// let rates = [0, 5, 10, 30, 70, 150].map(|step| schedule.learning_rate(1.0, step, 1));
    /// assert_eq!(rates.map(|rate| rate.round()), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    /// ```
    pub fn cosine_log(length: Span, cycles: usize) -> Self {
        Self::of(Kind::CosineLog(length, cycles))
    }

    /// Half a cosine from η / 25 up to η in the first 30 % of the span, another down to
    /// η / 250,000, and that rate after it (Smith, Topin 2018).
    ///
    /// This is PyTorch's `OneCycleLR` with η as its `max_lr`; the momentum does not change.
    pub fn one_cycle(length: Span) -> Self {
        Self::of(Kind::OneCycle(length))
    }

    /// η, multiplied by `factor` after each `patience` epochs in a row without an improvement of
    /// the lowest loss, or of the best score that the trainer
    /// [monitors](crate::trainer::Trainer::monitor).
    ///
    /// The factor is above 0 and below 1, the patience at least 1. PyTorch's `ReduceLROnPlateau`
    /// with `threshold=0` waits for one epoch more than its patience.
    pub fn reduce_on_plateau(factor: f64, patience: usize) -> Self {
        Self::of(Kind::ReduceOnPlateau(factor, patience))
    }

    /// The learning rate as a function of the number of the step, from 0; η is not used.
    ///
    /// ```
    /// use densely::Schedule;
    /// let schedule = Schedule::of_step(|step| 0.1 / (1.0 + 0.01 * step as f64));
    /// assert_eq!(schedule.learning_rate(7.0, 100, 10), 0.05);
    /// ```
    pub fn of_step(rate: impl Fn(u64) -> f64 + Send + Sync + 'a) -> Self {
        Self::of(Kind::OfStep(Arc::new(rate)))
    }

    /// The lowest rate after the warm-up; the cosine falls to it. At least 0 and finite. Default:
    /// 0.
    pub fn minimum(self, rate: f64) -> Self {
        Self { minimum: rate, ..self }
    }

    /// The first n steps have 1/n, 2/n, … n/n of the schedule's first rate. The schedule begins
    /// after them. Default: none.
    pub fn warm_up(self, length: Span) -> Self {
        Self { warm_up: Some(length), ..self }
    }

    /// The rate of a step, counted from 0, with `steps_per_epoch` steps in each epoch; `base` is
    /// η.
    ///
    /// Without losses, [`reduce_on_plateau`](Self::reduce_on_plateau) stays at η.
    pub fn learning_rate(&self, base: f64, step: u64, steps_per_epoch: u64) -> f64 {
        let steps = steps_per_epoch.max(1);
        let clock = Clock::new(step, step / steps, step % steps, Some(steps));
        self.rate(base, clock, Plateau::default())
    }

    pub(crate) fn rate(&self, base: f64, clock: Clock, plateau: Plateau) -> f64 {
        let Some(length) = self.warm_up else {
            return self.rate_after_warm_up(base, clock, plateau);
        };
        let (passed, steps) = clock.passed(length);
        let rate = self.rate_after_warm_up(base, clock.without(length), plateau);
        if passed < steps { rate * ((passed + 1) as f64 / steps as f64) } else { rate }
    }

    /// The formulas in the order of operations of PyTorch's closed forms.
    fn rate_after_warm_up(&self, base: f64, clock: Clock, plateau: Plateau) -> f64 {
        let minimum = self.minimum;
        let rate = match &self.kind {
            Kind::Constant => base,
            Kind::Step(every, factor) => base * factor.powf(clock.spans(*every).floor()),
            Kind::Exponential(per, factor) => base * factor.powf(clock.spans(*per)),
            Kind::InverseScaling(per, power) => base / (clock.spans(*per) + 1.0).powf(*power),
            Kind::Cosine(length) => {
                let (passed, length) = clock.passed(*length);
                let angle = PI * passed.min(length) as f64 / length as f64;
                minimum + (base - minimum) * (1.0 + angle.cos()) / 2.0
            }
            Kind::FlatCosine(length) => {
                let (passed, length) = clock.passed(*length);
                let second_half = 2.0 * passed.min(length) as f64 / length as f64 - 1.0;
                base * (1.0 + (PI * second_half.max(0.0)).cos()) / 2.0
            }
            Kind::CosineLog(length, cycles) => {
                let (passed, length) = clock.passed(*length);
                let share = passed.min(length) as f64 / length as f64;
                let cycle = (1.0 + ((*cycles as f64).exp2() - 1.0) * share).log2();
                base * (1.0 - (2.0 * PI * cycle).cos()) / 2.0
            }
            Kind::OneCycle(length) => one_cycle(base, clock.passed(*length)),
            Kind::ReduceOnPlateau { .. } => plateau.reduced.unwrap_or(base),
            Kind::OfStep(rate) => rate(clock.step),
        };
        // NaN and rates below 0 stay as they are, so that they are refused.
        if minimum > 0.0 && rate < minimum { minimum } else { rate }
    }

    /// Updates the plateau after an epoch with this score; the lower, the better.
    pub(crate) fn after_epoch(&self, plateau: &mut Plateau, score: f64, base: f64) {
        let Kind::ReduceOnPlateau(factor, patience) = self.kind else { return };
        plateau.waited = plateau.waited.saturating_add(1);
        // NaN is never an improvement.
        if !score.is_nan() && plateau.best.is_none_or(|best| score < best) {
            (plateau.best, plateau.waited) = (Some(score), 0);
        } else if plateau.waited >= patience {
            plateau.waited = 0;
            plateau.reduced = Some(plateau.reduced.unwrap_or(base) * factor);
        }
    }

    /// Whether scores change the rate.
    pub(crate) fn follows_scores(&self) -> bool {
        matches!(self.kind, Kind::ReduceOnPlateau(..))
    }

    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.kind, Kind::Constant) && self.warm_up.is_none() && self.minimum == 0.0
    }

    /// Checks the settings' ranges. A span in epochs needs epochs, and some schedules need the
    /// number of their steps.
    pub(crate) fn check(&self, epochs: Epochs) -> Result<()> {
        let check = Error::check_range;
        let check_span = |span: Span, in_steps: bool| {
            let (Span::Epochs(length) | Span::Steps(length)) = span;
            check("schedule's span", length as f64, AT_LEAST_1)?;
            let unknown = epochs == Epochs::None || in_steps && epochs == Epochs::OfUnknownLength;
            let in_epochs = matches!(span, Span::Epochs(_));
            ensure(!(in_epochs && unknown), || TrainingError::StepsUnknown)
        };
        check("schedule's minimum", self.minimum, NOT_NEGATIVE)?;
        self.warm_up.map_or(Ok(()), |length| check_span(length, true))?;
        match self.kind {
            Kind::Constant | Kind::OfStep(_) => Ok(()),
            Kind::Step(length, factor) | Kind::Exponential(length, factor) => {
                check_span(length, false).and(check("schedule's factor", factor, POSITIVE))
            }
            Kind::InverseScaling(length, power) => {
                check_span(length, false).and(check("schedule's power", power, NOT_NEGATIVE))
            }
            Kind::Cosine(length) | Kind::FlatCosine(length) | Kind::OneCycle(length) => {
                check_span(length, true)
            }
            Kind::CosineLog(length, cycles) => {
                let range: Range = ("at least 1 and at most 30", |x| (1.0..=30.0).contains(&x));
                check_span(length, true).and(check("schedule's cycles", cycles as f64, range))
            }
            Kind::ReduceOnPlateau(factor, patience) => {
                let setting = "a schedule that waits for a plateau, step by step";
                ensure(epochs != Epochs::None, || TrainingError::NotWithStream { setting })?;
                check("schedule's factor", factor, FRACTION)?;
                check("schedule's patience", patience as f64, AT_LEAST_1)
            }
        }
    }
}

/// What is known about the epochs of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Epochs {
    /// The number of their steps is known.
    OfKnownLength,
    /// The number of their steps is unknown.
    OfUnknownLength,
    /// There are no epochs: the caller takes each step.
    None,
}

impl Default for Schedule<'_> {
    fn default() -> Self {
        Self::constant()
    }
}

fn one_cycle(highest: f64, (step, steps): (u64, u64)) -> f64 {
    let first = highest / FIRST_DIVISOR;
    let last = first / LAST_DIVISOR;
    let (summit, end) = (RISING * steps as f64 - 1.0, steps as f64 - 1.0);
    let step = (step as f64).min(end.max(0.0));
    let between =
        |start: f64, end: f64, share: f64| end + (start - end) / 2.0 * ((PI * share).cos() + 1.0);
    if step <= summit {
        between(first, highest, if summit > 0.0 { step / summit } else { 1.0 })
    } else {
        between(highest, last, (step - summit) / (end - summit))
    }
}
