//! Training on rows that are all there: `fit`, `resume` and `step`.

use super::preflight::Preflight;
use super::report::Report;
use super::run::{Method, Observers, Run};
use super::settings::{Settings, shape_of};
use super::state::TrainingState;
use super::step::Session;
use super::{Start, Trainer};
use crate::data::batches::{Batches, InOrder, Scales, shuffled};
use crate::data::{Dataset, Examples, Outputs, Storage};
use crate::error::{Error, Result, TrainingError, WorkersError};
use crate::float::Float;
use crate::mlp::Mlp;
use crate::schedule::Epochs;
use crate::threads::Threads;
use crate::workers::agreement::Agreement;

impl<'a, F: Float> Trainer<'a, F> {
    /// Trains the network, and reports how it went.
    ///
    /// With early stopping the network ends with the weights of the best epoch, else with those of the last. The
    /// optimizer starts afresh: the same network, data and settings give the same bits each time. Rows of weight 0 are left out before anything else.
    /// The network takes over what the data knows of its columns ([`Mlp::schema`]).
    ///
    /// ```
    /// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// use ndarray::array;
    ///
    /// // y = 2 x + 1
    /// let data = Dataset::<f64>::new(array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]])?;
    /// let mut net = Mlp::builder(1).dense(1, Identity).build()?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1).momentum(0.9)).epochs(500).fit(&mut net, &data)?;
    /// approx::assert_abs_diff_eq!(net.layers()[0].weights()[[0, 0]], 2.0, epsilon = 1e-6);
    ///
    /// let mut too_fast = Trainer::new(MeanSquaredError, Sgd::new(100.0));
    /// assert!(matches!(too_fast.fit(&mut net, &data), Err(Error::Training(TrainingError::Diverged { .. }))));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setting`], [`TrainingError::NotWithLbfgs`](crate::error::TrainingError::NotWithLbfgs) or [`NetworkError::DropoutOfOutputs`](crate::error::NetworkError::DropoutOfOutputs) for a setting that cannot be; [`ShapeError::Features`](crate::error::ShapeError::Features) or [`ShapeError::Targets`](crate::error::ShapeError::Targets) if the data does not fit the
    /// network; [`LossError::UnsuitableOutput`](crate::error::LossError::UnsuitableOutput) or [`LossError::UnsuitableTarget`](crate::error::LossError::UnsuitableTarget) if the loss does not fit network or data;
    /// [`Error::StandardizedTarget`] if it is the scale of the targets that does not fit;
    /// [`SchemaError::Mismatch`](crate::error::SchemaError::Mismatch) if it has other columns or classes than the network or the validation rows, [`Error::OtherScale`] if it was standardized and these were not;
    /// [`DataError::TooFewRows`](crate::error::DataError::TooFewRows) if there are too few to set some aside; [`NetworkError::TooLarge`](crate::error::NetworkError::TooLarge) if training does not fit into memory. In all of these the network is unchanged.
    ///
    /// These come later, and leave the network with the parameters of the last epoch that was good: [`TrainingError::Diverged`](crate::error::TrainingError::Diverged) if the loss or a parameter is no longer finite, or the loss of a batch is more than a million, and
    /// more than a million times that of the first; [`Error::Setting`] for a learning rate of a schedule that is not finite; what the metric to be [monitored](Self::monitor) returns; and of rows in files [`Error::Io`],
    /// [`NpyError::ShortFile`](crate::error::NpyError::ShortFile), [`Error::ChangedFile`], [`NpyError::NotFiniteInFile`](crate::error::NpyError::NotFiniteInFile), [`ShapeError::TooLarge`](crate::error::ShapeError::TooLarge). With several [workers](Self::workers), what stands there.
    pub fn fit<S: Storage<F>>(&mut self, net: &mut Mlp<F>, data: &Dataset<F, S>) -> Result<Report> {
        self.train_rows(net, data.examples(), true)
    }

    /// Goes on with training where [`fit`](Self::fit), `resume` or [`step`](Self::step) ended, or from the state that was
    /// [given](Self::with_state), up to the number of [`epochs`](Self::epochs), those before included. Without any of these, it is as [`fit`](Self::fit). Settings may be other ones; for the same bits they must be the same, the batch size and the seed too.
    ///
    /// The network gets the parameters of the state, which are those of the last epoch, not of the best; the report is of all epochs.
    ///
    /// ```
    /// # use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Trainer};
    /// # use ndarray::Array2;
    /// let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
    /// let mut net = Mlp::builder(8).dense(1, Identity).build()?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(10);
    /// assert!(trainer.state().is_none());
    /// trainer.fit(&mut net, &data)?;
    /// assert_eq!(trainer.state().map(|state| state.epochs().len()), Some(10));
    ///
    /// let mut trainer = trainer.epochs(25);                // 15 more
    /// assert_eq!(trainer.resume(&mut net, &data)?.epochs().len(), 25);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit); [`TrainingError::StateMismatch`](crate::error::TrainingError::StateMismatch) if the state belongs to another network, optimizer or number of rows, or
    /// training ended in an error.
    pub fn resume<S: Storage<F>>(
        &mut self,
        net: &mut Mlp<F>,
        data: &Dataset<F, S>,
    ) -> Result<Report> {
        self.train_rows(net, data.examples(), false)
    }

    /// One step on one batch, for training that comes as it comes; the mean loss of the batch before the step. Optimizer, schedule and dropout go on from the last step, or from where
    /// [`fit`](Self::fit) ended, or the state that was [given](Self::with_state), whose parameters the network then gets.
    ///
    /// A schedule must be in steps: there are no epochs. Early stopping, validation and observers take no part. Nothing is allocated once a batch as large has been seen, but on networks so large that
    /// threads pay for themselves in a single step, which are made for it.
    ///
    /// ```
    /// use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Trainer};
    /// use ndarray::array;
    ///
    /// let mut net = Mlp::<f64>::builder(1).dense(1, Identity).build()?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.1));
    /// let batch = Dataset::new(array![[1.0], [2.0]], array![[3.0], [5.0]])?;
    /// let first = trainer.step(&mut net, &batch)?;
    /// let second = trainer.step(&mut net, &batch)?;
    /// assert!(second < first);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit); [`TrainingError::NotWithLbfgs`](crate::error::TrainingError::NotWithLbfgs). After [`TrainingError::Diverged`](crate::error::TrainingError::Diverged) the network holds the parameters of the last good step, and everything else starts
    /// afresh with the next: optimizer, schedule and history.
    pub fn step(&mut self, net: &mut Mlp<F>, batch: &Dataset<F>) -> Result<f64> {
        let Self { settings, method, start, whole_batch, .. } = self;
        if self.workers.count() > 1 {
            return Err(Error::Workers(WorkersError::Unsupported { setting: "step by step" }));
        }
        let (shape, activation) = shape_of(net)?;
        let batch = settings.rows_for(shape, activation, batch.examples())?;
        let scales = match start {
            Start::At(state) => state.scales()?,
            _ => Scales::of(net)?,
        };
        settings.schedule.check(Epochs::None)?;
        let session = match start {
            Start::After(session) => session,
            _ => {
                method.check_all(settings, net, Epochs::None)?;
                settings.check_checkpoints()?;
                // After an error, everything starts afresh.
                let state = start.state(matches!(start, Start::Lost))?;
                state.map_or(Ok(()), |state| method.check_state(state, net))?;
                net.learn_schema(batch.schema())?;
                state.map_or(Ok(()), |state| state.restore(net))?;
                let state = start.take(false, settings, method.as_ref(), net);
                start.after(Session::new(settings, net, state))
            }
        };
        session.state.check_shape(net)?;
        session.now.batch = session.now.batch.saturating_add(1);
        session.state.parameters.read_from(net);
        let cost = cost_of_a_product(net, batch.rows());
        let result = Threads::enter_once(settings.threads, cost, |threads| {
            session.set_threads(threads);
            method.step(session, settings, net, whole_batch.of(batch, &scales)?)
        });
        match result {
            Ok(_) => session.note(net),
            Err(Error::Training(TrainingError::Diverged { .. })) => {
                session.state.parameters.write_to(net);
                *start = Start::Lost;
            }
            // Nothing was changed.
            Err(_) => {}
        }
        result
    }

    fn train_rows(&mut self, net: &mut Mlp<F>, data: Examples<F>, afresh: bool) -> Result<Report> {
        let Self { settings, method, observers, workers, start, .. } = self;
        let method = method.as_ref();
        let mut agreement = Agreement::new(&mut **workers)?;
        let state = start.state(afresh);
        let rows = state.and_then(|state| {
            Preflight::new(settings, method, net, data, state, &agreement).map(|rows| (rows, state))
        });
        let alike =
            |(rows, state): &(Preflight<F>, Option<_>)| rows.alike(settings, method, net, *state);
        let (Preflight { training, validation, needs }, state) =
            agreement.all_ready(rows, alike)?;
        match state {
            Some(state) => state.restore(net)?,
            None => net.measure_by(&training, |side| agreement.moments(&training, side))?,
        }
        net.learn_schema(training.schema())?;
        let part = agreement.part();
        let rows = part.of(needs.rows.min(training.rows())).len();
        let scales = Scales::of(net)?;
        let mut batches = shuffled(&training, scales, settings.batch_size, part);
        let call = Call { settings, method, observers, agreement, start, afresh };
        call.run(net, batches.as_mut(), validation.as_ref(), rows)
    }
}

/// What one call of `fit` or `resume` works with.
pub(super) struct Call<'r, 'a, F: Float> {
    pub(super) settings: &'r Settings<'a, F>,
    pub(super) method: &'r (dyn Method<F> + 'a),
    pub(super) observers: &'r mut Observers<'a, F>,
    pub(super) agreement: Agreement<'r, F>,
    pub(super) start: &'r mut Start<F>,
    /// Whether training starts with the network as it is, whatever was done before.
    pub(super) afresh: bool,
}

impl<F: Float> Call<'_, '_, F> {
    /// Trains on one thread or several. `rows` are those of the largest product.
    pub(super) fn run(
        self,
        net: &mut Mlp<F>,
        batches: &mut dyn Batches<F>,
        validation: Option<&Examples<F>>,
        rows: usize,
    ) -> Result<Report> {
        let Self { settings, method, observers, mut agreement, start, afresh } = self;
        let state = start.take(afresh, settings, method, net);
        let mut session = Session::new(settings, net, state);
        let scales = Scales::of(net)?;
        let validation = validation.map(|data| {
            let batch_size = settings.batch_size.min(data.rows());
            InOrder::new(data, agreement.part().of(data.rows()), batch_size, scales.clone())
        });
        // Workers on one machine would take each other's processors.
        let limit = settings.threads.or((!agreement.is_alone()).then_some(1));
        let report = Threads::enter(limit, cost_of_a_product(net, rows), |threads| {
            let run = Run {
                settings,
                method,
                observers,
                agreement: agreement.reborrow(),
                session: &mut session,
                batches,
                validation,
                scales,
                threads,
                outputs: Outputs::new(),
                rows: 0,
                midway: false,
            };
            run.train(net)
        });
        *start = if report.is_ok() { Start::After(Box::new(session)) } else { Start::Lost };
        report
    }
}

impl<F: Float> Start<F> {
    /// The state that training goes on from.
    pub(super) fn state(&self, afresh: bool) -> Result<Option<&TrainingState<F>>> {
        match self {
            _ if afresh => Ok(None),
            Self::Afresh => Ok(None),
            Self::At(state) => Ok(Some(state)),
            Self::After(session) => Ok(Some(&session.state)),
            Self::Lost => Err(Error::Training(TrainingError::StateMismatch {
                reason: "training ended in an error",
            })),
        }
    }

    /// Takes that state; that of the network as it is without one.
    fn take(
        &mut self,
        afresh: bool,
        settings: &Settings<'_, F>,
        method: &dyn Method<F>,
        net: &Mlp<F>,
    ) -> TrainingState<F> {
        match std::mem::replace(self, Self::Afresh) {
            Self::At(state) if !afresh => *state,
            Self::After(session) if !afresh => session.state,
            _ => TrainingState::new(net, method.name(), settings.seed, settings.epochs),
        }
    }

    /// Goes on after what this session has done.
    fn after(&mut self, session: Session<F>) -> &mut Session<F> {
        *self = Self::After(Box::new(session));
        match self {
            Self::After(session) => session,
            _ => unreachable!("it was just set"),
        }
    }
}

/// The multiplications of the largest product of `rows` rows.
fn cost_of_a_product<F: Float>(net: &Mlp<F>, rows: usize) -> usize {
    let largest_layer = net.layers().iter().map(|layer| layer.weights().len()).max();
    largest_layer.unwrap_or(0).saturating_mul(rows)
}
