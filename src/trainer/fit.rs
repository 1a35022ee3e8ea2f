//! Training on a data set, and single steps: `fit`, `resume` and `step`.

use super::method::{Method, Observers, Run};
use super::settings::{Settings, shape_of};
use super::state::{TrainingState, mismatch};
use super::{StartingPoint, Trainer};
use super::{preflight::Preflight, report::Report, step::Session};
use crate::data::batches::{Batches, InOrder, Scales, shuffled};
use crate::data::{Dataset, Examples, Outputs, Storage};
use crate::error::{Error, Result, TrainingError, WorkersError};
use crate::{
    float::Float, mlp::Mlp, schedule::Epochs, threads::Threads, workers::agreement::Agreement,
};

impl<'a, F: Float> Trainer<'a, F> {
    /// Trains the network from its own parameters and a fresh optimizer. The same network, data and
    /// settings give the same bits each time.
    ///
    /// - Rows of weight 0 are left out before anything else.
    /// - The network's units are measured on the training rows, without the validation rows, unless
    ///   they are measured already.
    /// - The network takes over the names of columns and classes ([`Mlp::schema`]).
    /// - With early stopping it ends with the weights of the best epoch, else of the last.
    ///
    /// ```
    /// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// use densely::error::TrainingError;
    /// use ndarray::array;
    ///
    /// // y = 2 x + 1
    /// let data = Dataset::<f64>::new(array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]])?;
    /// let mut net = Mlp::builder(1).dense(1, Identity).build()?;
    /// let sgd = Sgd::new(0.1).momentum(0.9);
    /// Trainer::new(MeanSquaredError, sgd).epochs(500).fit(&mut net, &data)?;
    /// let predicted = net.predict(array![[10.0]].view())?;
    /// approx::assert_abs_diff_eq!(predicted, array![[21.0]], epsilon = 1e-6);
    ///
    /// let error = Trainer::new(MeanSquaredError, Sgd::new(100.0)).fit(&mut net, &data);
    /// assert!(matches!(error, Err(Error::Training(TrainingError::Diverged { .. }))));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Before training, and the network is then unchanged:
    ///
    /// - settings: [`Error::Setting`], [`TrainingError::NotWithLbfgs`],
    ///   [`NetworkError::DropoutOfOutputs`];
    /// - columns: [`ShapeError::Features`], [`ShapeError::Targets`], and [`SchemaError::Mismatch`]
    ///   for names that differ from those of the network or the validation rows;
    /// - the loss does not suit the network or a target: [`LossError::UnsuitableOutput`],
    ///   [`LossError::UnsuitableTarget`];
    /// - rows: [`DataError::TooFewRows`] if none are left for validation, [`DataError::NoScale`]
    ///   if a column cannot be scaled;
    /// - memory: [`NetworkError::TooLarge`].
    ///
    /// During training; the network then has the parameters of the last good epoch:
    ///
    /// - [`TrainingError::Diverged`] if the loss or a parameter is not finite, or the loss of a
    ///   batch exceeds both a million and a million times that of the first;
    /// - [`Error::Setting`] if a schedule gives a learning rate that is not finite;
    /// - the error of the [monitored](Self::monitor) metric;
    /// - rows in files: [`Error::Io`], [`Error::ChangedFile`], [`NpyError::ShortFile`],
    ///   [`NpyError::NotFiniteInFile`], [`ShapeError::TooLarge`].
    ///
    /// [`workers`](Self::workers) lists the errors of several workers.
    ///
    /// [`NetworkError::DropoutOfOutputs`]: crate::error::NetworkError::DropoutOfOutputs
    /// [`NetworkError::TooLarge`]: crate::error::NetworkError::TooLarge
    /// [`ShapeError::Features`]: crate::error::ShapeError::Features
    /// [`ShapeError::Targets`]: crate::error::ShapeError::Targets
    /// [`ShapeError::TooLarge`]: crate::error::ShapeError::TooLarge
    /// [`SchemaError::Mismatch`]: crate::error::SchemaError::Mismatch
    /// [`LossError::UnsuitableOutput`]: crate::error::LossError::UnsuitableOutput
    /// [`LossError::UnsuitableTarget`]: crate::error::LossError::UnsuitableTarget
    /// [`DataError::TooFewRows`]: crate::error::DataError::TooFewRows
    /// [`DataError::NoScale`]: crate::error::DataError::NoScale
    /// [`NpyError::ShortFile`]: crate::error::NpyError::ShortFile
    /// [`NpyError::NotFiniteInFile`]: crate::error::NpyError::NotFiniteInFile
    pub fn fit<S: Storage<F>>(&mut self, net: &mut Mlp<F>, data: &Dataset<F, S>) -> Result<Report> {
        self.train_rows(net, data.examples(), true)
    }

    /// Continues training where [`fit`](Self::fit), `resume` or [`step`](Self::step) ended, or from
    /// the [given state](Self::with_state), until [`epochs`](Self::epochs) epochs are done,
    /// including those before. Without a state it does the same as [`fit`](Self::fit).
    ///
    /// The network gets the units and parameters of the state, which are those of the last epoch,
    /// not of the best. The report covers all epochs. Settings may change; with the same settings
    /// and data, training continues to the same bits as without the interruption.
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
    /// Those of [`fit`](Self::fit), and [`TrainingError::StateMismatch`] if the state belongs to
    /// another network, optimizer or number of rows, or if the last training ended in an error.
    pub fn resume<S: Storage<F>>(
        &mut self,
        net: &mut Mlp<F>,
        data: &Dataset<F, S>,
    ) -> Result<Report> {
        self.train_rows(net, data.examples(), false)
    }

    /// Takes one step on one batch and returns the batch's mean loss before the step. Optimizer,
    /// schedule and dropout continue from the last step, from the end of [`fit`](Self::fit), or
    /// from the [given state](Self::with_state), whose units and parameters the network then gets.
    ///
    /// The network's units must be measured ([`Mlp::measure`]). A schedule must count in steps,
    /// since there are no epochs. Early stopping, validation and observers are not used. A step
    /// allocates nothing once it has seen a batch of the same size, except on very large networks,
    /// which start threads for each step.
    ///
    /// ```
    /// use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Trainer};
    /// use ndarray::array;
    ///
    /// let mut net = Mlp::<f64>::builder(1).dense(1, Identity).build()?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.1));
    /// let batch = Dataset::new(array![[1.0], [2.0]], array![[3.0], [5.0]])?;
    /// net.measure(&batch)?;
    /// let first = trainer.step(&mut net, &batch)?;
    /// let second = trainer.step(&mut net, &batch)?;
    /// assert!(second < first);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`resume`](Self::resume), and [`NetworkError::NotMeasured`] for units that are not
    /// measured. After [`TrainingError::Diverged`] the network has the parameters of the last good
    /// step, and the next step starts afresh: optimizer, schedule and history.
    ///
    /// [`NetworkError::NotMeasured`]: crate::error::NetworkError::NotMeasured
    pub fn step(&mut self, net: &mut Mlp<F>, batch: &Dataset<F>) -> Result<f64> {
        let Self { settings, method, start, whole_batch, .. } = self;
        if self.workers.count() > 1 {
            return Err(WorkersError::Unsupported { setting: "step by step" }.into());
        }
        let (shape, activation) = shape_of(net)?;
        let batch = settings.rows_for(shape, activation, batch.examples())?;
        let scales = match start {
            StartingPoint::At(state) => state.scales()?,
            _ => Scales::of(net)?,
        };
        settings.schedule.check(Epochs::None)?;
        if !matches!(start, StartingPoint::After(_)) {
            method.check_all(settings, net, Epochs::None)?;
            settings.check_checkpoints()?;
            if let StartingPoint::At(state) = start {
                method.check_state(state, net)?;
            }
            net.learn_schema(batch.schema())?;
            if let StartingPoint::At(state) = start {
                state.restore(net)?;
            }
            let state = start.take(false, settings, method.as_ref(), net);
            *start = StartingPoint::After(Box::new(Session::new(settings, net, state)));
        }
        let StartingPoint::After(session) = start else { return mismatch(ENDED) };
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
                *start = StartingPoint::Lost;
            }
            // The network is unchanged.
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
        call.run(net, batches.as_mut(), Some(&training), validation.as_ref(), rows)
    }
}

/// The parts of the trainer that one call of `fit` or `resume` uses.
pub(super) struct Call<'r, 'a, F: Float> {
    pub(super) settings: &'r Settings<'a, F>,
    pub(super) method: &'r (dyn Method<F> + 'a),
    pub(super) observers: &'r mut Observers<'a, F>,
    pub(super) agreement: Agreement<'r, F>,
    pub(super) start: &'r mut StartingPoint<F>,
    /// Whether training starts at the network's own parameters, even if there is a state.
    pub(super) afresh: bool,
}

impl<F: Float> Call<'_, '_, F> {
    /// Trains on one thread or several. The largest product has this many rows.
    pub(super) fn run(
        self,
        net: &mut Mlp<F>,
        batches: &mut dyn Batches<F>,
        training: Option<&Examples<F>>,
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
        // Workers on one machine share its processors.
        let limit = settings.threads.or((!agreement.is_alone()).then_some(1));
        let report = Threads::enter(limit, cost_of_a_product(net, rows), |threads| {
            let run = Run {
                settings,
                method,
                observers,
                agreement: agreement.reborrow(),
                session: &mut session,
                batches,
                training,
                all_rows: None,
                validation,
                scales,
                threads,
                outputs: Outputs::new(),
                rows: 0,
                midway: false,
            };
            run.train(net)
        });
        *start = if report.is_ok() {
            StartingPoint::After(Box::new(session))
        } else {
            StartingPoint::Lost
        };
        report
    }
}

/// Why training cannot continue at [`StartingPoint::Lost`].
const ENDED: &str = "training ended in an error";

impl<F: Float> StartingPoint<F> {
    /// The state that training continues from.
    pub(super) fn state(&self, afresh: bool) -> Result<Option<&TrainingState<F>>> {
        match self {
            _ if afresh => Ok(None),
            Self::Afresh => Ok(None),
            Self::At(state) => Ok(Some(state)),
            Self::After(session) => Ok(Some(&session.state)),
            Self::Lost => mismatch(ENDED),
        }
    }

    /// Takes that state, or makes one of the network's own parameters.
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
}

/// Multiplications in the largest product of this many rows.
fn cost_of_a_product<F: Float>(net: &Mlp<F>, rows: usize) -> usize {
    let largest_layer = net.layers().iter().map(|layer| layer.weights().len()).max();
    largest_layer.unwrap_or(0).saturating_mul(rows)
}
