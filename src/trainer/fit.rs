//! What a trainer does: `fit`, `resume`, `fit_batches` and `step`.

use super::batches::{Shuffled, Shuffling, Source, Stream};
use super::run::Run;
use super::session::Session;
use super::settings::{Method, Settings, Validation};
use super::state::{restore, take};
use super::{Observer, Report, Trainer};
use crate::threads::Threads;
use crate::{Dataset, Error, Float, Mlp, PredictBuffers, Result};
use ndarray::Array2;
use std::borrow::Cow;

impl<'a, F: Float> Trainer<'a, F> {
    /// Trains the network, and reports how it went.
    ///
    /// With early stopping the network ends with the weights of the best epoch, else with those of the last. The
    /// optimizer starts afresh: the same network, data and settings give the same bits each time. Rows of weight 0 are left out before anything else.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`], [`Error::NotWithLbfgs`] or [`Error::DropoutOfOutputs`] for a setting that cannot be; [`Error::Features`] or [`Error::Targets`] if the data does not fit the
    /// network; [`Error::UnsuitableOutput`] or [`Error::UnsuitableTarget`] if the loss does not fit network or data;
    /// [`Error::TooFewRows`] if there are too few to set some aside; [`Error::TooLarge`] if training does not fit into memory. In all of these the network is unchanged.
    ///
    /// [`Error::Diverged`] if the loss or a parameter is no longer finite, or the loss of a batch is more than a million, and
    /// more than a million times that of the first, and what the metric to be [monitored](Self::monitor) returns: the network then holds the parameters of the last epoch that was good.
    pub fn fit(&mut self, net: &mut Mlp<F>, data: &Dataset<F>) -> Result<Report> {
        (self.session, self.given_state) = (None, None);
        self.resume(net, data)
    }

    /// Goes on with training where [`fit`](Self::fit), `resume`, [`fit_batches`](Self::fit_batches) or [`step`](Self::step) ended, or from the state that was
    /// [given](Self::with_state), up to the number of [`epochs`](Self::epochs), those before included. Without any of these, it is as [`fit`](Self::fit).
    ///
    /// The network gets the parameters of the state, which are those of the last epoch, not of the best; the report is of all epochs.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit); [`Error::OtherState`] if the state belongs to another network, optimizer or number of rows.
    pub fn resume(&mut self, net: &mut Mlp<F>, data: &Dataset<F>) -> Result<Report> {
        self.settings.check(net, true)?;
        self.settings.check_rows(net, data)?;
        let data = data.without_weightless_rows();
        let parts = self.settings.fraction();
        let parts = parts.map(|fraction| data.split(fraction, self.settings.seed)).transpose()?;
        let (training, validation) = match &parts {
            Some((training, validation)) => (training, Some(Cow::Borrowed(validation))),
            None => (&*data, self.validation_rows(net)?),
        };
        let mut session = self.begin(net)?;
        let shuffling = session
            .state
            .shuffling
            .get_or_insert_with(|| Shuffling::new(training.rows(), self.settings.seed));
        if !shuffling.fits(training.rows()) {
            return Err(Error::OtherState { reason: "it is of another number of rows" });
        }
        let rows = self.settings.batch_size.min(training.rows());
        let mut source = Shuffled::new(training, self.settings.batch_size);
        let (settings, observers) = (&self.settings, &mut self.observers);
        let report =
            run(settings, observers, net, &mut session, &mut source, validation.as_deref(), rows)?;
        self.session = Some(session);
        Ok(report)
    }

    /// As [`fit`](Self::fit), on batches that come one by one, such as from files that are together larger than memory: `epoch` is called with the number of each epoch, from 1, and
    /// returns the batches of that epoch, each of which leads to one step. They come as they are: to shuffle them is up to the caller.
    ///
    /// It goes on from the state that was [given](Self::with_state), if there is one.
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
    /// As [`fit`](Self::fit), and what `epoch` or a batch returns; [`Error::NotWithBatches`] for a validation fraction, which such rows cannot give (give
    /// [`validation_data`](Self::validation_data)), [`Error::NotWithLbfgs`], [`Error::StepsUnknown`] for a schedule that needs to know how many steps an epoch has, and
    /// [`Error::NoRows`] for an epoch without a batch.
    pub fn fit_batches<B>(
        &mut self,
        net: &mut Mlp<F>,
        epoch: impl FnMut(usize) -> Result<B> + Send,
    ) -> Result<Report>
    where
        B: IntoIterator<Item = Result<Dataset<F>>>,
        B::IntoIter: Send,
    {
        self.settings.check(net, false)?;
        if let Method::Lbfgs(_) = self.settings.method {
            return Err(Error::NotWithLbfgs { setting: "stream of batches" });
        }
        if self.settings.fraction().is_some() {
            return Err(Error::NotWithBatches { setting: "validation fraction" });
        }
        let validation = self.validation_rows(net)?;
        self.session = None;
        let mut session = self.begin(net)?;
        session.state.shuffling = None;
        let shape = net.clone();
        let settings = &self.settings;
        let check = |batch: &Dataset<F>| settings.check_rows(&shape, batch);
        let mut source = Stream { epoch, batches: None::<B::IntoIter>, check };
        // How large the batches are nobody knows yet: as large as the trainer's.
        let rows = self.settings.batch_size;
        let observers = &mut self.observers;
        let report =
            run(settings, observers, net, &mut session, &mut source, validation.as_deref(), rows)?;
        self.session = Some(session);
        Ok(report)
    }

    /// One step on one batch, for training that comes as it comes; the mean loss of the batch before the step. Optimizer, schedule and dropout go on from the last step, or from where
    /// [`fit`](Self::fit) ended, or the state that was [given](Self::with_state), whose parameters the network then gets.
    ///
    /// Epochs, early stopping, validation and observers take no part. Nothing is allocated once a batch as large has been seen, but on networks so large that
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
    /// As [`fit`](Self::fit); [`Error::NotWithLbfgs`]. After [`Error::Diverged`] the network holds the parameters of the last good step, and the optimizer starts
    /// afresh with the next.
    pub fn step(&mut self, net: &mut Mlp<F>, batch: &Dataset<F>) -> Result<f64> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => {
                self.settings.check(net, false)?;
                let session = self.begin(net)?;
                restore(&session.state.parameters, net);
                session
            }
        };
        let settings = &self.settings;
        let Method::Steps(optimizer) = &settings.method else {
            return Err(Error::NotWithLbfgs { setting: "step on one batch" });
        };
        settings.check_rows(net, batch)?;
        session.now.batch += 1;
        let largest_layer = net.layers().iter().map(|layer| layer.weights().len()).max();
        let cost = largest_layer.unwrap_or(0).saturating_mul(batch.rows());
        let result = Threads::enter_once(settings.threads, cost, |threads| {
            session.set_threads(threads);
            session.step(settings, optimizer.as_ref(), net, batch.batch())
        });
        match result {
            Ok(_) => {
                take(&mut session.state.parameters, net);
                session.state.dropout.clone_from(session.backprop.generator_mut());
                self.session = Some(session);
            }
            Err(Error::Diverged { .. }) => restore(&session.state.parameters, net),
            // Nothing was changed.
            Err(_) => self.session = Some(session),
        }
        result
    }

    /// From the state that was given, or where training ended, or from the start.
    fn begin(&mut self, net: &Mlp<F>) -> Result<Session<F>> {
        let state = self.given_state.take().or(self.session.take().map(|session| session.state));
        if let Some(state) = &state {
            state.check(&self.settings, net)?;
        }
        Ok(Session::new(&self.settings, net, state))
    }

    /// The user's own.
    fn validation_rows(&self, net: &Mlp<F>) -> Result<Option<Cow<'a, Dataset<F>>>> {
        let Validation::Rows(rows) = self.settings.validation else { return Ok(None) };
        self.settings.check_rows(net, rows)?;
        Ok(Some(rows.without_weightless_rows()))
    }
}

/// Trains on one thread or several; batches have so many rows.
fn run<'a, F: Float>(
    settings: &Settings<'a, F>,
    observers: &mut [Box<dyn Observer<F> + Send + 'a>],
    net: &mut Mlp<F>,
    session: &mut Session<F>,
    source: &mut (dyn Source<F> + Send),
    validation: Option<&Dataset<F>>,
    rows: usize,
) -> Result<Report> {
    let largest_layer = net.layers().iter().map(|layer| layer.weights().len()).max();
    let cost = largest_layer.unwrap_or(0).saturating_mul(rows);
    Threads::enter(settings.threads, cost, |threads| {
        let (predicted, buffers) = (Array2::zeros((0, 0)), PredictBuffers::new());
        let run =
            Run { settings, observers, session, source, validation, threads, predicted, buffers };
        run.train(net)
    })
}
