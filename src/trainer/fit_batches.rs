//! Training on batches that come one by one: `fit_batches` and `resume_batches`.

use super::Trainer;
use super::fit::Call;
use super::preflight::validation_rows;
use super::report::Report;
use super::settings::{Validation, shape_of};
use crate::data::batches::{Scales, Stream};
use crate::data::{Dataset, Examples};
use crate::error::{Error, Result, TrainingError, WorkersError};
use crate::float::Float;
use crate::mlp::Mlp;
use crate::schedule::Epochs;
use crate::workers::agreement::Agreement;

impl<F: Float> Trainer<'_, F> {
    /// As [`fit`](Self::fit), on batches that come one by one, such as from files that are together larger than memory: `epoch` is called with the number of each epoch, from 1, and
    /// returns the batches of that epoch, each of which leads to one step. They come as they are: to shuffle them is up to the caller.
    ///
    /// ```
    /// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// use ndarray::Array2;
    ///
    /// let mut net = Mlp::builder(2).dense(1, Identity).build()?;
    /// let report = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(50).fit_batches(&mut net, |_epoch| {
    ///     Ok((0..10).map(|batch| {
    ///         let inputs = Array2::from_shape_fn((16, 2), |(row, column)| ((batch * 32 + row * 2 + column) as f32).sin());
    ///         Dataset::new(inputs.clone(), inputs.dot(&Array2::ones((2, 1))))
    ///     }))
    /// })?;
    /// assert_eq!(report.training_rows(), 160);
    /// assert!(report.best_loss() < 1e-3);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit), and what `epoch` or a batch returns; [`TrainingError::NotWithStream`] for early stopping or a metric without rows to be watched (give
    /// [`validation_data`](Self::validation_data)), [`TrainingError::NotWithLbfgs`], [`TrainingError::StepsUnknown`] for a schedule that needs to know how many steps an epoch has, and
    /// [`ShapeError::NoRows`](crate::error::ShapeError::NoRows) for an epoch without a batch.
    pub fn fit_batches<B>(
        &mut self,
        net: &mut Mlp<F>,
        epoch: impl FnMut(usize) -> Result<B> + Send,
    ) -> Result<Report>
    where
        B: IntoIterator<Item = Result<Dataset<F>>>,
        B::IntoIter: Send,
    {
        self.train_stream(net, epoch, true)
    }

    /// As [`fit_batches`](Self::fit_batches), from where training ended, or from the state that was [given](Self::with_state), as [`resume`](Self::resume) has it: `epoch` is
    /// called with the numbers of the epochs that are left.
    ///
    /// ```
    /// # use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Trainer};
    /// # use ndarray::Array2;
    /// let mut net = Mlp::builder(8).dense(1, Identity).build()?;
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
    /// As [`fit_batches`](Self::fit_batches); [`TrainingError::StateMismatch`].
    pub fn resume_batches<B>(
        &mut self,
        net: &mut Mlp<F>,
        epoch: impl FnMut(usize) -> Result<B> + Send,
    ) -> Result<Report>
    where
        B: IntoIterator<Item = Result<Dataset<F>>>,
        B::IntoIter: Send,
    {
        self.train_stream(net, epoch, false)
    }

    fn train_stream<B>(
        &mut self,
        net: &mut Mlp<F>,
        mut epoch: impl FnMut(usize) -> Result<B> + Send,
        afresh: bool,
    ) -> Result<Report>
    where
        B: IntoIterator<Item = Result<Dataset<F>>>,
        B::IntoIter: Send,
    {
        if self.workers.count() > 1 {
            return Err(Error::Workers(WorkersError::Unsupported {
                setting: "on a stream of batches",
            }));
        }
        let Self { settings, method, observers, workers, start, .. } = self;
        method.check_all(settings, net, Epochs::OfUnknownLength)?;
        settings.check_checkpoints()?;
        let given = matches!(settings.validation, Validation::Fraction(_));
        let watches = [
            (given, "a validation fraction"),
            (settings.fraction().is_some(), "early stopping without validation data"),
            (settings.monitor.is_some(), "a metric without validation data"),
        ];
        let own_rows = matches!(settings.validation, Validation::Rows(_));
        if let Some((_, setting)) = watches.into_iter().find(|(given, _)| *given && !own_rows) {
            return Err(Error::Training(TrainingError::NotWithStream { setting }));
        }
        let validation = validation_rows(settings, net)?;
        if let Some(validation) = &validation {
            net.schema().check_same(validation.schema())?;
        }
        if let Some(state) = start.state(afresh)? {
            method.check_state(state, net)?;
            state.restore(net)?;
        }
        let settings = &*settings;
        let (shape, activation) = shape_of(net)?;
        let activation = activation.clone();
        let mut schema = net.schema().clone();
        let mut first = true;
        let check = |batch: Examples<F>| {
            let batch = settings.rows_for(shape, &activation, batch)?;
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
        let mut batches = Stream::new(epoch, check, Scales::of(net)?);
        // The size of the batches is not known yet: the trainer's stands for it.
        let rows = settings.batch_size;
        let agreement = Agreement::new(&mut **workers)?;
        let call = Call { settings, method: method.as_ref(), observers, agreement, start, afresh };
        let report = call.run(net, &mut batches, validation.as_ref(), rows);
        net.learn_schema(&schema)?;
        report
    }
}
