//! Several workers train like one, and detect if they do not belong together. Here they are
//! threads; in `mpi/tests` they are processes.

use densely::{
    Adam, BinaryCrossEntropy, Dataset, EarlyStopping, Error, Float, Identity, MeanSquaredError,
    Mlp, Optimizer, Relu, Report, Result, Schedule, Sgd, Sigmoid, Tanh, Trainer,
    error::{ShapeError, WorkersError},
    metrics,
    optimizer::{Adagrad, AdamW, Lbfgs, RmsProp},
    schedule::Span,
    trainer::{Checkpoint, Goal, Moment, StopReason, TrainingState},
    units::Scaling,
    workers::Workers,
};
use ndarray::{Array1, Array2};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, channel};

/// A worker that sends its numbers to all workers, itself included.
#[derive(Debug)]
struct Worker {
    rank: usize,
    to: Vec<Sender<Vec<f64>>>,
    from: Vec<Receiver<Vec<f64>>>,
    /// The worker adds this to one number of the gradients that it receives, to simulate a fault of
    /// the connection.
    fault: f64,
}

fn workers(count: usize) -> Vec<Worker> {
    let mut workers: Vec<_> = (0..count)
        .map(|rank| Worker { rank, to: Vec::new(), from: Vec::new(), fault: 0.0 })
        .collect();
    for from in 0..count {
        for to in 0..count {
            let (sender, receiver) = channel();
            workers[from].to.push(sender);
            workers[to].from.push(receiver);
        }
    }
    workers
}

impl Worker {
    fn exchange(&self, numbers: Vec<f64>) -> Result<Vec<f64>> {
        let mut sums = vec![0.0; numbers.len()];
        let gone = |rank| {
            Error::Workers(WorkersError::Communication { reason: format!("worker {rank} is gone") })
        };
        for (rank, other) in self.to.iter().enumerate() {
            other.send(numbers.clone()).map_err(|_| gone(rank))?;
        }
        for (rank, other) in self.from.iter().enumerate() {
            let others = other.recv().map_err(|_| gone(rank))?;
            assert_eq!(others.len(), sums.len(), "workers sum different things");
            sums.iter_mut().zip(others).for_each(|(sum, number)| *sum += number);
        }
        Ok(sums)
    }
}

impl<F: Float> Workers<F> for Worker {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.to.len()
    }

    fn sum(
        &mut self,
        numbers: &mut [f64],
        gradients: &mut dyn Iterator<Item = &mut [F]>,
    ) -> Result<()> {
        numbers.copy_from_slice(&self.exchange(numbers.to_vec())?);
        for gradient in gradients {
            let sums = self.exchange(gradient.iter().map(|g| g.as_f64()).collect())?;
            gradient.iter_mut().zip(sums).for_each(|(g, sum)| *g = F::from_f64(sum));
            gradient[0] += F::from_f64(self.fault);
        }
        Ok(())
    }
}

/// Runs this with each worker at the same time.
fn at_once<R: Send>(workers: Vec<Worker>, work: impl Fn(Worker) -> R + Sync) -> Vec<R> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            workers.into_iter().map(|worker| scope.spawn(move || work(worker))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// 101 rows of two classes that are hard to separate, with weights between 0 and 3.
fn data() -> Dataset<f64> {
    let inputs = Array2::from_shape_fn((101, 3), |(row, column)| {
        ((row * 7 + column * 13) as f64 * 0.37).sin()
    });
    let labels = inputs.rows().into_iter().map(|x| x[0] * x[1] + 0.3 * x[2] > 0.1);
    let labels: Vec<bool> = labels.collect();
    let weights = Array1::from_shape_fn(101, |row| (row % 7) as f64 * 0.5);
    Dataset::binary(inputs, labels).unwrap().with_weights(weights).unwrap()
}

fn network() -> Mlp<f64> {
    let hidden = Mlp::builder(3).dense(9, Tanh).dropout(0.2).dense(8, Relu).dropout(0.1);
    hidden.dense(1, Sigmoid).seed(5).build().unwrap()
}

fn parameters(net: &Mlp<f64>) -> Vec<f64> {
    let layers = net.layers().iter();
    let numbers = layers.map(|layer| {
        layer.weights().into_iter().chain(layer.bias().into_iter().flatten()).copied().collect()
    });
    numbers.collect::<Vec<Vec<f64>>>().concat()
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let bound = tolerance * expected.abs().max(1e-3 * largest);
        assert!((found - expected).abs() <= bound, "{found} is not {expected}");
    }
}

/// A trainer with everything that looks at all rows or draws random numbers. Batches have 18 of 73
/// rows. The last batch has one, so most workers have no row of it.
fn trainer<'a>(optimizer: impl Optimizer<f64> + 'a) -> Trainer<'a, f64> {
    Trainer::new(BinaryCrossEntropy, optimizer)
        .epochs(10)
        .batch_size(18)
        .seed(3)
        .schedule(Schedule::cosine(Span::Epochs(20)).warm_up(Span::Steps(4)))
        .validation_fraction(0.15)
        .early_stopping(EarlyStopping::patience(8))
        .monitor("AUC", Goal::Largest, metrics::roc_auc)
        .clip_norm(0.4)
        .clip_values(0.3)
        .l1(1e-4)
}

#[test]
fn several_workers_take_the_steps_of_one() {
    let data = data();
    fn check<O: Optimizer<f64>>(data: &Dataset<f64>, optimizer: impl Fn() -> O + Sync) {
        let mut alone = network();
        let expected = trainer(optimizer()).fit(&mut alone, data).unwrap();
        assert_eq!(expected.training_rows % 18, 1);
        let train = |worker: Worker| -> (Mlp<f64>, Report) {
            let mut net = network();
            let report = trainer(optimizer()).workers(worker).fit(&mut net, data).unwrap();
            (net, report)
        };
        for count in [2, 3, 4] {
            let all = at_once(workers(count), train);
            let again = at_once(workers(count), train);
            for ((net, report), (same, _)) in all.iter().zip(&again) {
                assert_eq!(net.to_bytes().unwrap(), all[0].0.to_bytes().unwrap());
                assert_eq!(net.to_bytes().unwrap(), same.to_bytes().unwrap());
                assert_eq!(report.epochs, all[0].1.epochs);
            }
            let (net, report) = &all[0];
            assert_close(&parameters(net), &parameters(&alone), 1e-10);
            assert_eq!(report.best_epoch, expected.best_epoch);
            assert_eq!(report.training_rows, expected.training_rows);
            for (epoch, expected) in report.epochs.iter().zip(&expected.epochs) {
                let numbers = |epoch: &densely::trainer::Epoch| {
                    let validation = epoch.validation_loss.unwrap();
                    [epoch.training_loss, validation, epoch.monitored.unwrap()]
                };
                assert_close(&numbers(epoch), &numbers(expected), 1e-10);
                assert_eq!(epoch.learning_rate, expected.learning_rate);
            }
        }
        assert_ne!(parameters(&alone), parameters(&network()));
    }
    check(&data, || Sgd::new(0.1));
    check(&data, || Sgd::new(0.1).momentum(0.9).nesterov().weight_decay(1e-3));
    check(&data, || Adagrad::new(0.1));
    check(&data, || RmsProp::new(0.01));
    check(&data, || Adam::new(0.01));
    check(&data, || AdamW::new(0.01));
}

#[test]
fn a_worker_by_itself_is_one() {
    let data = data();
    let (mut alone, mut net) = (network(), network());
    trainer(Adam::new(0.01)).fit(&mut alone, &data).unwrap();
    let one = workers(1).remove(0);
    trainer(Adam::new(0.01)).workers(one).fit(&mut net, &data).unwrap();
    assert_eq!(net.to_bytes().unwrap(), alone.to_bytes().unwrap());
}

#[test]
fn a_checkpoint_goes_on_with_any_number_of_workers() {
    let (data, folder) = (data(), tempfile::tempdir().unwrap());
    let path = folder.path().join("training.json");
    let mut undisturbed = network();
    trainer(Adam::new(0.01)).fit(&mut undisturbed, &data).unwrap();
    let of_two = at_once(workers(2), |worker| {
        let mut net = network();
        trainer(Adam::new(0.01)).workers(worker).fit(&mut net, &data).unwrap();
        net
    });
    at_once(workers(2), |worker| {
        let is_first = worker.rank == 0;
        // The other worker must not write: its path does not allow it.
        let path = if is_first { path.clone() } else { folder.path().join("none/training.json") };
        let checkpoint = Checkpoint::every(2, path);
        let mut trainer = trainer(Adam::new(0.01)).epochs(4).workers(worker).checkpoint(checkpoint);
        trainer.fit(&mut network(), &data).unwrap();
    });
    for count in [1, 2, 3] {
        let nets = at_once(workers(count), |worker| {
            let (mut net, state) = (network(), TrainingState::load(&path).unwrap());
            assert_eq!(state.epochs().len(), 4);
            let mut trainer = trainer(Adam::new(0.01)).workers(worker).with_state(state);
            trainer.resume(&mut net, &data).unwrap();
            net
        });
        assert_close(&parameters(&nets[0]), &parameters(&undisturbed), 1e-10);
        if count == 2 {
            assert_eq!(nets[0].to_bytes().unwrap(), of_two[0].to_bytes().unwrap());
        }
    }
}

fn small() -> (Mlp<f64>, Dataset<f64>) {
    let net = Mlp::builder(8).dense(4, Tanh).dense(1, Identity).seed(1).build().unwrap();
    (net, Dataset::new(Array2::eye(8), Array2::ones((8, 1))).unwrap())
}

#[test]
fn what_an_observer_of_one_ends_ends_for_all() {
    let (net, data) = small();
    for (moment, batches) in [
        (Moment::TrainingStart, 0),
        (Moment::EpochStart, 4),
        (Moment::BatchStart, 5),
        (Moment::BatchEnd, 6),
        (Moment::EpochEnd, 8),
    ] {
        let ends = |worker: Worker| {
            let (mut net, rank, mut steps) = (net.clone(), worker.rank, 0);
            let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
                .epochs(9)
                .batch_size(2)
                .workers(worker)
                .on(Moment::BatchEnd, |_| {
                    steps += 1;
                    ControlFlow::Continue(())
                })
                .on(moment, move |training| {
                    let here =
                        rank == 1 && (training.epoch() == 2 || moment == Moment::TrainingStart);
                    let now = here && (training.batch() == 2 || training.batch() != 1);
                    if now { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
            let report = trainer.fit(&mut net, &data).unwrap();
            assert_eq!(report.stop_reason, StopReason::Observer);
            drop(trainer);
            (steps, net.to_bytes().unwrap())
        };
        let all = at_once(workers(2), ends);
        assert!(all.iter().all(|one| *one == all[0]), "{moment:?}");
        assert_eq!(all[0].0, batches, "{moment:?}");
    }
}

/// Returns the errors of two workers that train like this.
fn errors(train: impl Fn(&mut Trainer<'_, f64>, usize) -> Result<()> + Sync) -> Vec<String> {
    at_once(workers(2), |worker| {
        let rank = worker.rank;
        let sgd = Sgd::new(0.1);
        let trainer = Trainer::new(MeanSquaredError, sgd).epochs(3).batch_size(4);
        train(&mut trainer.workers(worker), rank).unwrap_err().to_string()
    })
}

#[test]
fn workers_notice_that_they_do_not_belong_together() {
    let (net, data) = small();
    let fewer = data.select(&[0, 1, 2, 3, 4]).unwrap();
    let found = errors(|trainer, rank| {
        let data = if rank == 0 { &data } else { &fewer };
        trainer.fit(&mut net.clone(), data).map(drop)
    });
    let message = "worker 1 (counted from 0) differs from worker 0 in the number of training rows";
    assert_eq!(found, [message; 2]);

    let reversed = data.select(&[7, 6, 5, 4, 3, 2, 1, 0]).unwrap();
    let found = errors(|trainer, rank| {
        let data = if rank == 0 { &data } else { &reversed };
        trainer.fit(&mut net.clone(), data).map(drop)
    });
    assert_eq!(found, ["worker 1 (counted from 0) differs from worker 0 in the training rows"; 2]);

    let weighted = data.clone().with_weights(Array1::from_iter((1..9).map(f64::from))).unwrap();
    let found = errors(|trainer, rank| {
        let data = if rank == 0 { &data } else { &weighted };
        trainer.fit(&mut net.clone(), data).map(drop)
    });
    assert_eq!(found, ["worker 1 (counted from 0) differs from worker 0 in the training rows"; 2]);
    let found = at_once(workers(2), |worker| {
        let rows = if worker.rank == 0 { &data } else { &reversed };
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).workers(worker);
        trainer = trainer.batch_size(4).validation_data(rows);
        trainer.fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    let message = "worker 1 (counted from 0) differs from worker 0 in the validation rows";
    assert_eq!(found, [message; 2]);

    let found = at_once(workers(2), |worker| {
        let rank = worker.rank;
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(4).workers(worker);
        let mut trainer = if rank == 0 { trainer } else { trainer.validation_data(&data) };
        trainer.fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    let message =
        "worker 1 (counted from 0) differs from worker 0 in the number of validation rows";
    assert_eq!(found, [message; 2]);

    let other = Mlp::builder(8).dense(4, Tanh).dense(1, Identity).seed(2).build().unwrap();
    let found = errors(|trainer, rank| {
        trainer.fit(&mut if rank == 0 { net.clone() } else { other.clone() }, &data).map(drop)
    });
    assert_eq!(found, ["worker 1 (counted from 0) differs from worker 0 in the parameters"; 2]);

    // The states are from two trainings that are equally far.
    let states = [0.1, 0.2].map(|rate| {
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).epochs(1);
        trainer.fit(&mut net.clone(), &data).unwrap();
        trainer.state().unwrap().clone()
    });
    let found = at_once(workers(2), |worker| {
        let state = states[worker.rank].clone();
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).workers(worker);
        trainer = trainer.batch_size(4).with_state(state);
        trainer.resume(&mut net.clone(), &data).unwrap_err().to_string()
    });
    let message = "worker 1 (counted from 0) differs from worker 0 in the training state";
    assert_eq!(found, [message; 2]);

    let found = at_once(workers(3), |worker| {
        let rate = if worker.rank == 2 { 0.2 } else { 0.1 };
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).workers(worker);
        trainer.fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    let message = "worker 2 (counted from 0) differs from worker 0 in the trainer's settings";
    assert_eq!(found, [message; 3]);
}

#[test]
fn an_error_of_one_worker_leaves_none_waiting() {
    let (net, data) = small();
    let narrow = Dataset::new(Array2::eye(7), Array2::ones((7, 1))).unwrap();
    let found = errors(|trainer, rank| {
        let data = if rank == 0 { &data } else { &narrow };
        trainer.fit(&mut net.clone(), data).map(drop)
    });
    assert_eq!(found[0], "worker 1 (counted from 0) cannot train: its own message says why");
    assert!(found[1].contains("7 features"), "{}", found[1]);

    // One worker leaves in the middle.
    let found = at_once(workers(3), |worker| {
        let leaves = worker.rank == 2;
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(4);
        if leaves {
            trainer = trainer
                .monitor("none", Goal::Smallest, |_, _| Err(Error::Shape(ShapeError::NoRows)));
        } else {
            trainer = trainer.monitor("none", Goal::Smallest, |_, _| Ok(0.0));
        }
        trainer.workers(worker).fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    assert_eq!(found[2], "there are no rows");
    assert!(found[..2].iter().all(|message| message.contains("is gone")), "{found:?}");
}

/// If the metric differed between workers, one would stop while the others go on.
#[test]
fn a_metric_that_differs_is_noticed_after_the_epoch() {
    let (net, data) = small();
    let found = at_once(workers(2), |worker| {
        let value = worker.rank as f64;
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
            .batch_size(4)
            .monitor("own", Goal::Smallest, move |_, _| Ok(value))
            .workers(worker);
        trainer.fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    let message = "worker 1 (counted from 0) differs from worker 0 in the score of an epoch";
    assert_eq!(found, [message; 2]);
}

#[test]
fn a_worker_whose_parameters_differ_is_noticed_after_the_epoch() {
    let (net, data) = small();
    let mut three = workers(3);
    three[1].fault = 1e-13;
    let found = at_once(three, |worker| {
        let mut trainer =
            Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(4).workers(worker);
        trainer.fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    let message =
        "worker 1 (counted from 0) differs from worker 0 in the parameters after an epoch";
    assert_eq!(found, [message; 3]);
}

#[test]
fn what_several_workers_cannot_do_is_said() {
    let (net, data) = small();
    let found = at_once(workers(9), |worker| {
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).workers(worker);
        trainer.fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    let message =
        "the training data has 8 rows, there are 9 workers: some would have nothing to do";
    assert_eq!(found, [message; 9]);
    let found = errors(|trainer, _| trainer.step(&mut net.clone(), &data).map(drop));
    assert_eq!(found, ["several workers cannot train step by step"; 2]);
    let found = at_once(workers(2), |worker| {
        let mut trainer = Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).workers(worker);
        trainer.fit(&mut net.clone(), &data).unwrap_err().to_string()
    });
    assert_eq!(found, ["several workers cannot train by L-BFGS"; 2]);
}

#[test]
fn units_are_those_of_all_rows() {
    // A column of large numbers that hardly differ, a constant column, and rows with weights.
    let inputs = Array2::from_shape_fn((101, 3), |(row, column)| match column {
        0 => 1e9 + (row as f64 * 0.7).sin(),
        1 => 3.25,
        _ => row as f64,
    });
    let data = Dataset::regression(inputs, (0..101).map(|row| (row * row) as f64)).unwrap();
    let weighted = data.clone().with_weights(Array1::from_shape_fn(101, |row| (row % 3) as f64));
    for data in [data, weighted.unwrap()] {
        let weightless = data.weights().map_or(0, |w| w.iter().filter(|&&w| w == 0.0).count());
        let mut alone = Mlp::builder(3).dense(1, Identity).build().unwrap();
        alone.measure(&data).unwrap();
        let scaled = |net: &Mlp<f64>| {
            let inputs = net.units_in().to_network(data.inputs()).unwrap();
            (inputs, net.units_out().to_network(data.targets()).unwrap())
        };
        let alone = scaled(&alone);
        for count in [1, 2, 3, 7, 101 - weightless] {
            let all = at_once(workers(count), |worker| {
                let mut net = Mlp::builder(3).dense(1, Identity).build().unwrap();
                let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(1);
                trainer.batch_size(101).workers(worker).fit(&mut net, &data).unwrap();
                net
            });
            for net in &all {
                assert_eq!(
                    (net.units_in(), net.units_out()),
                    (all[0].units_in(), all[0].units_out())
                );
                let (inputs, targets) = scaled(net);
                assert!(inputs.column(1).iter().all(|&x| x == 0.0));
                // Each worker rounds the mean of 1e9 to 2⁻²³, and the deviation is above 0.7.
                let rounding = (count + 1) as f64 * 2_f64.powi(-23) / 0.7;
                assert!(inputs.iter().zip(&alone.0).all(|(x, y)| (x - y).abs() < rounding));
                assert!(targets.iter().zip(&alone.1).all(|(x, y)| (x - y).abs() < 1e-12));
            }
        }
    }
    let of_others = |rows, columns, what| {
        let found = at_once(workers(2), |worker| {
            let (rows, columns) = if worker.rank == 0 { (8, 8) } else { (rows, columns) };
            let data = Dataset::regression(Array2::ones((rows, columns)), vec![1.0; rows]).unwrap();
            let mut net = Mlp::<f64>::builder(columns).dense(1, Identity).build().unwrap();
            let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).workers(worker);
            trainer.fit(&mut net, &data).unwrap_err().to_string()
        });
        let message =
            format!("worker 1 (counted from 0) differs from worker 0 in the number of {what}");
        assert_eq!(found, [message.clone(), message]);
    };
    of_others(8, 40, "features");
    of_others(9, 8, "training rows");
    let centres = at_once(workers(2), |worker| {
        let data = Dataset::regression(Array2::eye(4), [0.0, 1.0, 2.0, 3.0]).unwrap();
        let builder = Mlp::<f64>::builder(4).dense(1, Identity).units_out(Scaling::None);
        let mut net = builder.build().unwrap();
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(1);
        trainer.workers(worker).fit(&mut net, &data).unwrap();
        net.units_out().centres().map(<[f64]>::to_vec)
    });
    assert_eq!(centres, [None, None]);
}
