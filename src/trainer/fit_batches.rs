//! Training on a stream of batches: `fit_batches` and `resume_batches`.

use super::settings::{Validation, shape_of};
use super::{
    Report, StartingPoint, Trainer, epochs::Run, preflight::validation_rows, step::Session,
};
use crate::data::{
    Dataset, Examples,
    batches::{Scales, Stream},
};
use crate::error::{Result, TrainingError, WorkersError};
use crate::{
    float::Float, mlp::Mlp, schedule::Epochs, threads::Threads, workers::agreement::Agreement,
};

impl<F: Float> Trainer<'_, F> {
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
    /// assert_eq!(report.training_rows(), 160);
    /// assert!(report.best_loss() < 1e-3);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), of `epoch` and of its batches, and:
    ///
    /// - [`NetworkError::NotMeasured`] for units that are not measured;
    /// - [`TrainingError::NotWithStream`] for a validation fraction, and for early stopping or a
    ///   metric without [`validation_data`](Self::validation_data);
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
        settings.check(net, Epochs::OfUnknownLength)?;
        settings.check_checkpoints()?;
        let unsupported = match settings.validation {
            Validation::Rows(_) => None,
            Validation::Fraction(_) => Some("a validation fraction"),
            _ if settings.fraction().is_some() => Some("early stopping without validation data"),
            _ => settings.monitor.as_ref().map(|_| "a metric without validation data"),
        };
        if let Some(setting) = unsupported {
            return Err(TrainingError::NotWithStream { setting }.into());
        }
        let validation = validation_rows(settings, net)?;
        if let Some(validation) = &validation {
            net.schema().check_same(validation.schema())?;
        }
        let state = if afresh { None } else { start.state()? };
        if let Some(state) = state {
            state.check(net, settings)?;
            state.restore(net)?;
        }
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
        let (scales, part) = (Scales::of(net)?, agreement.part);
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
            threads: Threads::ONE,
        };
        // The stream's batch size is not known yet; the trainer's is an estimate.
        let report = run.train(net, settings.batch_size);
        net.learn_schema(&schema)?;
        let report = report?;
        *start = StartingPoint::After(Box::new(session));
        Ok(report)
    }
}
