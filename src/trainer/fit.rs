//! What a trainer does with rows that are all there: `fit`, `resume` and `step`.

use super::all_rows::ROWS_AT_ONCE;
use super::batches::{Shuffling, Source, shuffled};
use super::epochs::{Run, Told};
use super::preflight::Ready;
use super::settings::{Method, Settings, Shape, Validation};
use super::state::{TrainingState, restore, take};
use super::step::Session;
use super::together::Together;
use super::{Progress, Report, Trainer};
use crate::data::{Chosen, Chunk, Examples};
use crate::data::{Dataset, Storage};
use crate::error::{Error, NetworkError, Result, TrainingError};
use crate::float::Float;
use crate::mlp::{Mlp, PredictBuffers};
use crate::schedule::Epochs;
use crate::threads::Threads;
use ndarray::Array2;

impl<'a, F: Float> Trainer<'a, F> {
    /// Trains the network, and reports how it went.
    ///
    /// With early stopping the network ends with the weights of the best epoch, else with those of the last. The
    /// optimizer starts afresh: the same network, data and settings give the same bits each time. Rows of weight 0 are left out before anything else.
    /// The network takes over what the data knows of its columns ([`Mlp::schema`]).
    ///
    /// ```
    /// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer, error::TrainingError};
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
    /// [`Error::Setting`], [`TrainingError::NotWithLbfgs`] or [`NetworkError::DropoutOfOutputs`] for a setting that cannot be; [`ShapeError::Features`](crate::error::ShapeError::Features) or [`ShapeError::Targets`](crate::error::ShapeError::Targets) if the data does not fit the
    /// network; [`LossError::UnsuitableOutput`](crate::error::LossError::UnsuitableOutput) or [`LossError::UnsuitableTarget`](crate::error::LossError::UnsuitableTarget) if the loss does not fit network or data;
    /// [`StandardizerError::StandardizedTarget`](crate::error::StandardizerError::StandardizedTarget) if it is the scale of the targets that does not fit;
    /// [`SchemaError::Mismatch`](crate::error::SchemaError::Mismatch) if it has other columns or classes than the network or the validation rows, [`StandardizerError::OtherScale`](crate::error::StandardizerError::OtherScale) if it was standardized and these were not;
    /// [`DataError::TooFewRows`](crate::error::DataError::TooFewRows) if there are too few to set some aside; [`NetworkError::TooLarge`] if training does not fit into memory. In all of these the network is unchanged.
    ///
    /// These come later, and leave the network with the parameters of the last epoch that was good: [`TrainingError::Diverged`] if the loss or a parameter is no longer finite, or the loss of a batch is more than a million, and
    /// more than a million times that of the first; [`Error::Setting`] for a learning rate of a schedule that is not finite; what the metric to be [monitored](Self::monitor) returns; and of rows in files [`Error::Io`],
    /// [`NpyError::ShortFile`](crate::error::NpyError::ShortFile), [`Error::ChangedFile`], [`NpyError::NotFiniteInFile`](crate::error::NpyError::NotFiniteInFile), [`ShapeError::TooLarge`](crate::error::ShapeError::TooLarge). With several [workers](Self::workers), what stands there.
    pub fn fit<S: Storage<F>>(&mut self, net: &mut Mlp<F>, data: &Dataset<F, S>) -> Result<Report> {
        self.train_rows(net, data, true)
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
    /// As [`fit`](Self::fit); [`TrainingError::StateMismatch`] if the state belongs to another network, optimizer or number of rows, or
    /// training ended in an error.
    pub fn resume<S: Storage<F>>(
        &mut self,
        net: &mut Mlp<F>,
        data: &Dataset<F, S>,
    ) -> Result<Report> {
        self.train_rows(net, data, false)
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
    /// As [`fit`](Self::fit); [`TrainingError::NotWithLbfgs`]. After [`TrainingError::Diverged`] the network holds the parameters of the last good step, and everything else starts
    /// afresh with the next: optimizer, schedule and history.
    pub fn step(&mut self, net: &mut Mlp<F>, batch: &Dataset<F>) -> Result<f64> {
        let settings = &self.settings;
        self.check_alone("step by step")?;
        let Method::Steps(optimizer) = &settings.method else {
            return Err(TrainingError::NotWithLbfgs { setting: "a step on one batch" }.into());
        };
        let batch = settings.rows_for(&Shape::of(net)?, batch)?;
        settings.schedule.check(Epochs::None)?;
        if !matches!(self.progress, Progress::Made(_)) {
            settings.check(net, Epochs::None)?;
            settings.check_checkpoints()?;
            if let Progress::Given(state) = &self.progress {
                state.check(settings, net)?;
                restore(&state.parameters, net);
            }
            net.learn_schema(batch.schema())?;
            let session = begin(settings, &mut self.progress, net, false);
            self.progress = Progress::Made(Box::new(session));
        }
        let Progress::Made(session) = &mut self.progress else {
            return Err(NetworkError::ShapeMismatch.into());
        };
        session.state.check_shape(net)?;
        session.now.batch = session.now.batch.saturating_add(1);
        take(&mut session.state.parameters, net);
        let cost = cost_of_a_product(net, batch.rows());
        let result = Threads::enter_once(settings.threads, cost, |threads| {
            session.set_threads(threads);
            session.step(settings, optimizer.as_ref(), net, batch.batch())
        });
        match result {
            Ok(_) => session.at_rest(net),
            Err(Error::Training(TrainingError::Diverged { .. })) => {
                restore(&session.state.parameters, net);
                self.progress = Progress::Lost;
            }
            // Nothing was changed.
            Err(_) => {}
        }
        result
    }

    fn train_rows(
        &mut self,
        net: &mut Mlp<F>,
        data: &dyn Examples<F>,
        afresh: bool,
    ) -> Result<Report> {
        let Self { settings, observers, workers, progress } = self;
        let mut together = Together::new(workers.as_deref_mut())?;
        let known = known(progress, afresh);
        let ready = Ready::new(settings, net, data, known, &together);
        let ready = together.all_ready(ready, |ready| ready.alike(settings, net))?;
        let (training, validation) = (&*ready.training, ready.validation.as_deref());
        net.learn_schema(training.schema())?;
        let mut session = begin(settings, progress, net, afresh);
        session.state.shuffling.get_or_insert_with(|| Shuffling::new(training, settings.seed));
        let rows = match settings.method {
            Method::Steps(_) => settings.batch_size,
            Method::Lbfgs(_) => ROWS_AT_ONCE,
        };
        let rows = together.part().of(rows.min(training.rows())).len();
        let mut source = shuffled(training, settings.batch_size, together.part());
        let told = Told { observers, together };
        let report = run(settings, told, net, &mut session, source.as_mut(), validation, rows);
        *progress = if report.is_ok() { Progress::Made(Box::new(session)) } else { Progress::Lost };
        report
    }
}

/// The state that training would go on from.
pub(super) fn known<F: Float>(
    progress: &Progress<F>,
    afresh: bool,
) -> Result<Option<&TrainingState<F>>> {
    match progress {
        _ if afresh => Ok(None),
        Progress::None => Ok(None),
        Progress::Given(state) => Ok(Some(state)),
        Progress::Made(session) => Ok(Some(&session.state)),
        Progress::Lost => {
            Err(TrainingError::StateMismatch { reason: "training ended in an error" }.into())
        }
    }
}

/// Takes that state, which was checked.
pub(super) fn begin<F: Float>(
    settings: &Settings<'_, F>,
    progress: &mut Progress<F>,
    net: &Mlp<F>,
    afresh: bool,
) -> Session<F> {
    let state = match std::mem::replace(progress, Progress::None) {
        Progress::Given(state) if !afresh => Some(*state),
        Progress::Made(session) if !afresh => Some(session.state),
        _ => None,
    };
    Session::new(settings, net, state)
}

/// The user's own.
pub(super) fn validation_rows<'a, F: Float>(
    settings: &Settings<'a, F>,
    net: &Mlp<F>,
) -> Result<Option<Chosen<'a, F>>> {
    let Validation::Rows(rows) = settings.validation else { return Ok(None) };
    settings.counting(&Shape::of(net)?, rows).map(Some)
}

/// The multiplications of the largest product, with so many rows.
fn cost_of_a_product<F: Float>(net: &Mlp<F>, rows: usize) -> usize {
    let largest_layer = net.layers().iter().map(|layer| layer.weights().len()).max();
    largest_layer.unwrap_or(0).saturating_mul(rows)
}

/// Trains on one thread or several; batches have so many rows.
pub(super) fn run<'r, 'a, F: Float>(
    settings: &'r Settings<'a, F>,
    told: Told<'r, 'a, F>,
    net: &mut Mlp<F>,
    session: &'r mut Session<F>,
    source: &'r mut (dyn Source<F> + Send),
    validation: Option<&'r dyn Examples<F>>,
    rows: usize,
) -> Result<Report> {
    // Workers on one machine would take each other's processors.
    let alone = told.together.is_alone();
    let limit = settings.threads.or((!alone).then_some(1));
    Threads::enter(limit, cost_of_a_product(net, rows), |threads| {
        let run = Run {
            settings,
            told,
            session,
            source,
            validation,
            threads,
            midway: false,
            chunk: Chunk::default(),
            predicted: Array2::zeros((0, 0)),
            buffers: PredictBuffers::new(),
        };
        run.train(net)
    })
}
