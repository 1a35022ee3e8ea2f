//! An application that goes on learning while it serves: one thread learns from a stream, others
//! predict by the last network that it published.
//!
//! `cargo run --release --example online` prints how far the predictions are off while the truth
//! drifts, beside those of a network that learned once and was left alone.

use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Result, Tanh, Trainer, metrics};
use ndarray::{Array2, array};
use ndarray_rand::RandomExt;
use ndarray_rand::rand::SeedableRng;
use ndarray_rand::rand_distr::StandardNormal;
use rand_chacha::ChaCha8Rng;
use std::f32::consts::PI;
use std::mem::replace;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

/// The network that predictions use now.
///
/// A caller gets one whole network and may hold it while another is published. The lock is held
/// only while a pointer is copied: no thread waits for a prediction or a step of training.
struct Published(RwLock<Arc<Mlp<f32>>>);

impl Published {
    fn new(net: Mlp<f32>) -> Self {
        Self(RwLock::new(Arc::new(net)))
    }

    // A panic elsewhere cannot leave a pointer half written, so a poisoned lock is no error.

    fn get(&self) -> Arc<Mlp<f32>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, net: Mlp<f32>) {
        let net = Arc::new(net);
        // If the old network has no other owner, it is freed after the lock.
        let _old = replace(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner), net);
    }
}

/// The state that the learner and the predictors share.
struct Service {
    published: Published,
    /// The index of the current batch in the stream.
    now: AtomicUsize,
}

/// The number of batches in the stream.
const BATCHES: usize = 2000;
/// The batches from one published network to the next, and from one printed line to the next.
const BATCHES_A_NETWORK: usize = 20;
const BATCHES_A_LINE: usize = 250;

/// Rows as they come at this time: y = sin(2 x·u), with some noise, where the direction u makes
/// half a turn in the course of the stream.
fn rows(count: usize, now: usize, generator: &mut ChaCha8Rng) -> Result<Dataset<f32>> {
    let inputs = Array2::random_using((count, 2), StandardNormal, generator);
    let noise = Array2::<f32>::random_using((count, 1), StandardNormal, generator);
    let (sin, cos) = (PI * now as f32 / BATCHES as f32).sin_cos();
    let truth = inputs.dot(&array![[cos], [sin]]).mapv(|x| (2.0 * x).sin());
    Dataset::new(inputs, truth + 0.1 * noise)
}

/// The learner's thread: takes a step on each batch when it arrives.
fn learn(service: &Service) -> Result<()> {
    let mut net = Mlp::clone(&service.published.get());
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01));
    let left_alone = service.published.get();
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let mut errors = [0.0; 2];
    println!("batches  RMSE published  RMSE left alone");
    for now in 0..BATCHES {
        service.now.store(now, Relaxed);
        let batch = rows(32, now, &mut generator)?;
        // The errors are measured before the step: no network has seen these rows.
        for (sum, net) in errors.iter_mut().zip([&service.published.get(), &left_alone]) {
            *sum += net.evaluate(&batch, metrics::mean_squared_error)?;
        }
        trainer.step(&mut net, &batch)?;
        let batches = now + 1;
        if batches % BATCHES_A_NETWORK == 0 {
            service.published.publish(net.clone());
        }
        if batches % BATCHES_A_LINE == 0 {
            let [published, alone] = errors.map(|sum| (sum / BATCHES_A_LINE as f64).sqrt());
            println!("{batches:7}  {published:14.3}  {alone:15.3}");
            errors = [0.0; 2];
        }
        // Waits for the next batch: here, a millisecond.
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// The results of a predictor.
#[derive(Default)]
struct Served {
    predictions: usize,
    networks: usize,
    squares: f64,
}

/// A predictor's thread: answers one request after another, each with the current network.
fn serve(service: &Service, seed: u64, is_over: impl Fn() -> bool) -> Result<Served> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut served = Served::default();
    let mut net = service.published.get();
    while !is_over() {
        let request = rows(8, service.now.load(Relaxed), &mut generator)?;
        let newest = service.published.get();
        served.networks += usize::from(!Arc::ptr_eq(&net, &newest));
        net = newest;
        let error = net.evaluate(&request, metrics::mean_squared_error)?;
        served.squares += error * request.rows() as f64;
        served.predictions += request.rows();
        // Waits for the next request.
        thread::sleep(Duration::from_micros(200));
    }
    Ok(served)
}

fn main() -> Result<()> {
    // This network is trained once, before the stream begins.
    let mut net = Mlp::builder(2).dense(32, Tanh).dense(32, Tanh).dense(1, Identity).build()?;
    let known = rows(5000, 0, &mut ChaCha8Rng::seed_from_u64(3))?;
    Trainer::new(MeanSquaredError, Adam::new(0.003)).epochs(30).fit(&mut net, &known)?;

    let service = Arc::new(Service { published: Published::new(net), now: AtomicUsize::new(0) });
    let learner = thread::spawn({
        let service = Arc::clone(&service);
        move || learn(&service)
    });
    // If learning ends, even by an error or a panic, the predictors see it and end.
    let served = thread::scope(|scope| {
        let predictors = [1, 2].map(|seed| {
            let (service, learner) = (&service, &learner);
            scope.spawn(move || serve(service, seed, || learner.is_finished()))
        });
        predictors.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    learner.join().unwrap_or_else(|panic| resume_unwind(panic))?;
    for (served, number) in served.into_iter().zip(1..) {
        let Served { predictions, networks, squares } = served?;
        let error = (squares / predictions as f64).sqrt();
        println!(
            "predictor {number}: {predictions} predictions by {networks} networks, RMSE {error:.3}"
        );
    }
    Ok(())
}
