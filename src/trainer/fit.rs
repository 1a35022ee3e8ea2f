//! Training on a data set, on a stream of batches, and step by step.

use super::preflight::{alike, check_start, rows};
use super::settings::{Validation, shape_of};
use super::state::{TrainingState, mismatch};
use super::{
    Report, StartingPoint, Trainer, epochs::cost_of_a_product, method::Run, step::Session,
};
use crate::data::batches::{InOrder, Scales, Stream, shuffled};
use crate::data::{Dataset, Examples, Side, Storage};
use crate::error::{Error, Result, TrainingError, WorkersError};
use crate::workers::agreement::Agreement;
use crate::{float::Float, mlp::Mlp, schedule::Epochs, threads::Threads};

impl<F: Float> Trainer<'_, F> {
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
    ///   [`TrainingError::RegularizationByScores`], [`NetworkError::DropoutOfOutputs`];
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
    /// - [`Error::Setting`] if a schedule gives a learning rate that is negative or not finite, or
    ///   a factor of dropout and weight decay outside of 0 to 1;
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
    /// assert_eq!(trainer.resume(&mut net, &data)?.epochs.len(), 25);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), and [`TrainingError::StateMismatch`] if the state belongs to
    /// another network, optimizer or (without L-BFGS) number of rows, or if the last training ended
    /// in an error.
    pub fn resume<S: Storage<F>>(
        &mut self,
        net: &mut Mlp<F>,
        data: &Dataset<F, S>,
    ) -> Result<Report> {
        self.train_rows(net, data.examples(), false)
    }

    /// Does the same as [`fit`](Self::fit) on a stream of batches, such as from files that together
    /// exceed the memory. It calls `epoch` with the number of each epoch, from 1. The call returns
    /// the epoch's batches, each of which leads to one step; the caller shuffles them.
    ///
    /// The network's units must be measured before ([`Mlp::measure`]).
    ///
    /// ```
    /// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// use ndarray::Array2;
    ///
    /// let batch = |number: usize| {
    ///     let inputs = Array2::from_shape_fn((16, 2), |(row, column)| {
    ///         ((number * 32 + row * 2 + column) as f32).sin()
    ///     });
    ///     Dataset::new(inputs.clone(), inputs.dot(&Array2::ones((2, 1))))
    /// };
    /// let mut net = Mlp::builder(2).dense(1, Identity).build()?;
    /// net.measure(&batch(0)?)?;
    /// let report = Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .epochs(50)
    ///     .fit_batches(&mut net, |_epoch| Ok((0..10).map(batch)))?;
    /// assert_eq!(report.training_rows, 160);
    /// assert!(report.best_loss() < 1e-3);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), of `epoch` and of its batches, and:
    ///
    /// - [`NetworkError::NotMeasured`] for units that are not measured;
    /// - [`TrainingError::NotWithStream`] for [`drop_last`](Self::drop_last), a validation
    ///   fraction, a metric without [`validation_data`](Self::validation_data), and early stopping
    ///   unless there are these or [`without_validation`](Self::without_validation) is set;
    /// - [`TrainingError::NotWithLbfgs`];
    /// - [`TrainingError::StepsUnknown`] for a schedule that needs the number of steps in an epoch;
    /// - [`ShapeError::NoRows`] for an epoch without a batch.
    ///
    /// [`NetworkError::NotMeasured`]: crate::error::NetworkError::NotMeasured
    /// [`ShapeError::NoRows`]: crate::error::ShapeError::NoRows
    pub fn fit_batches<B: IntoIterator<Item = Result<Dataset<F>>, IntoIter: Send>>(
        &mut self,
        net: &mut Mlp<F>,
        epoch: impl FnMut(usize) -> Result<B> + Send,
    ) -> Result<Report> {
        self.train_stream(net, epoch, true)
    }

    /// Continues training on a stream, as [`resume`](Self::resume) does on a data set. It calls
    /// `epoch` with the numbers of the remaining epochs.
    ///
    /// ```
    /// # use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Trainer};
    /// # use ndarray::Array2;
    /// let mut net = Mlp::builder(8).dense(1, Identity).without_units().build()?;
    /// let batch = || Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)));
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(2);
    /// trainer.fit_batches(&mut net, |_epoch| Ok([batch(), batch()]))?;
    ///
    /// let mut left = Vec::new();
    /// let mut trainer = trainer.epochs(4);
    /// trainer.resume_batches(&mut net, |epoch| {
    ///     left.push(epoch);
    ///     Ok([batch(), batch()])
    /// })?;
    /// assert_eq!(left, [3, 4]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fit_batches`](Self::fit_batches) and [`resume`](Self::resume).
    pub fn resume_batches<B: IntoIterator<Item = Result<Dataset<F>>, IntoIter: Send>>(
        &mut self,
        net: &mut Mlp<F>,
        epoch: impl FnMut(usize) -> Result<B> + Send,
    ) -> Result<Report> {
        self.train_stream(net, epoch, false)
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
        let Self { settings, method, workers, start, whole_batch, .. } = self;
        let agreement = Agreement::new(&mut **workers)?;
        if !agreement.is_alone() {
            return Err(WorkersError::Unsupported { setting: "step by step" }.into());
        }
        let batch = settings.rows_for(&shape_of(net)?, batch.examples())?;
        let scales = match start {
            StartingPoint::At(state) => Scales::of(&state.units_in, &state.units_out)?,
            _ => Scales::of(net.units_in(), net.units_out())?,
        };
        settings.check(net, Epochs::None)?;
        if !matches!(start, StartingPoint::After(_)) {
            // After an error, the next step starts afresh.
            let state = start.state().unwrap_or(None);
            check_start(settings, net, Epochs::None, state, true)?;
            net.learn_schema(batch.schema())?;
            state.map_or(Ok(()), |state| state.restore(net))?;
            *start = StartingPoint::After(Box::new(Session::new(settings, net, state)));
        }
        net.forget();
        let StartingPoint::After(session) = start else { return Err(mismatch(ENDED).into()) };
        session.state.check_shape(net)?;
        session.state.keep_average(settings.average.is_some());
        session.state.parameters.read_from(net);
        let cost = cost_of_a_product(net, batch.rows());
        let batches = |_| Ok(Some(Ok(batch.clone())));
        let mut run = Run {
            settings,
            method: method.as_ref(),
            observers: &mut Vec::new(),
            agreement,
            session,
            batches: &mut Stream::new(batches, Ok, scales, whole_batch),
            training: None,
            validation: None,
        };
        let result = Threads::enter(settings.threads, cost, Threads::WORTHWHILE_ONCE, |threads| {
            run.session.backprop.threads = threads;
            method.epoch(&mut run, net)
        });
        if let Err(error) = result {
            // After any other error, the network is unchanged.
            if let Error::Training(TrainingError::Diverged { .. }) = error {
                session.state.parameters.write_to(net);
                *start = StartingPoint::Lost;
            }
            return Err(error);
        }
        session.note(net, None);
        Ok(session.now.batch_loss)
    }

    fn train_rows(&mut self, net: &mut Mlp<F>, data: Examples<F>, afresh: bool) -> Result<Report> {
        let Self { settings, method, observers, workers, start, .. } = self;
        let mut agreement = Agreement::new(&mut **workers)?;
        let state = if afresh { Ok(None) } else { start.state() };
        let ready = state.and_then(|state| {
            let rows = rows(settings, net, data, state, agreement.part)?;
            let alone = agreement.is_alone();
            let alike = if alone { Vec::new() } else { alike(&rows, settings, net, state)? };
            Ok((alike, (rows, state)))
        });
        let ((training, validation), state) = agreement.all_ready(ready)?;
        match state {
            Some(state) => state.restore(net)?,
            None => net.measure_by(&training, |side| agreement.moments(&training, side))?,
        }
        net.learn_schema(training.schema())?;
        let (scales, part) = (Scales::of(net.units_in(), net.units_out())?, agreement.part);
        let at_once = settings.optimizer.all_rows.unwrap_or(settings.batch_size);
        let (at_once, all) = (at_once.min(training.rows()), 0..training.rows());
        let batches = (settings.batch_size, settings.drop_last);
        let mut session = Session::new(settings, net, state);
        *start = StartingPoint::Lost;
        let mut run = Run {
            settings,
            method: method.as_ref(),
            observers,
            agreement,
            session: &mut session,
            batches: &mut *shuffled(&training, scales.clone(), batches, part),
            training: Some(InOrder::new(&training, Side::BOTH, all, at_once, scales.clone())),
            validation: validation.as_ref().map(|rows| settings.in_order(rows, part, scales)),
        };
        let report = run.train(net, part.of(at_once).len())?;
        *start = StartingPoint::After(Box::new(session));
        Ok(report)
    }

    fn train_stream<B: IntoIterator<Item = Result<Dataset<F>>, IntoIter: Send>>(
        &mut self,
        net: &mut Mlp<F>,
        mut epoch: impl FnMut(usize) -> Result<B> + Send,
        afresh: bool,
    ) -> Result<Report> {
        let Self { settings, method, observers, workers, start, whole_batch } = self;
        let agreement = Agreement::new(&mut **workers)?;
        if !agreement.is_alone() {
            return Err(WorkersError::Unsupported { setting: "on a stream of batches" }.into());
        }
        let state = if afresh { None } else { start.state()? };
        check_start(settings, net, Epochs::OfUnknownLength, state, true)?;
        let unsupported = match settings.validation {
            _ if settings.drop_last => Some("leaving out a short last batch"),
            Validation::Rows(_) => None,
            Validation::Fraction(_) => Some("a validation fraction"),
            _ if settings.fraction().is_some() => Some("early stopping without validation data"),
            _ => settings.monitor.as_ref().map(|_| "a metric without validation data"),
        };
        if let Some(setting) = unsupported {
            return Err(TrainingError::NotWithStream { setting }.into());
        }
        let validation = settings.validation_rows(net, net.schema())?;
        state.map_or(Ok(()), |state| state.restore(net))?;
        let settings = &*settings;
        let shape = shape_of(net)?;
        let mut schema = net.schema().clone();
        let mut first = true;
        let check = |batch: Examples<F>| {
            let batch = settings.rows_for(&shape, batch)?;
            schema.check_same(batch.schema())?;
            if std::mem::take(&mut first) {
                schema.update(batch.schema());
            }
            Ok(batch)
        };
        let epoch = |number| {
            let batches = epoch(number)?.into_iter();
            Ok(batches.map(|batch| batch.map(|batch: Dataset<F>| batch.examples())))
        };
        let (scales, part) = (Scales::of(net.units_in(), net.units_out())?, agreement.part);
        let mut session = Session::new(settings, net, state);
        *start = StartingPoint::Lost;
        let mut run = Run {
            settings,
            method: method.as_ref(),
            observers,
            session: &mut session,
            batches: &mut Stream::new(epoch, check, scales.clone(), whole_batch),
            training: None,
            validation: validation.as_ref().map(|rows| settings.in_order(rows, part, scales)),
            agreement,
        };
        // The stream's batch size is not known yet; the trainer's is an estimate.
        let report = run.train(net, settings.batch_size);
        net.learn_schema(&schema)?;
        let report = report?;
        *start = StartingPoint::After(Box::new(session));
        Ok(report)
    }
}

/// Why training cannot continue at [`StartingPoint::Lost`].
const ENDED: &str = "training ended in an error";

impl<F: Float> StartingPoint<F> {
    /// The state that training continues from.
    pub(super) fn state(&self) -> Result<Option<&TrainingState<F>>> {
        match self {
            Self::Afresh => Ok(None),
            Self::At(state) => Ok(Some(state)),
            Self::After(session) => Ok(Some(&session.state)),
            Self::Lost => Err(mismatch(ENDED).into()),
        }
    }
}
