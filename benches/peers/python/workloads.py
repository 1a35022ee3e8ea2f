"""The networks that every library trains, their data, and how the time of a step is taken. The same in `../rust/src/workload.rs`."""

import argparse
import json
import math
import os
import time
from dataclasses import dataclass

LEARNING_RATE = 0.001
MOMENTUM = 0.9
# Adam's.
BETAS, EPSILON = (0.9, 0.999), 1e-8

# The number of epochs that one network is trained before a new one takes its place. A network that
# is trained for long becomes faster: tanh is cheaper where it is saturated, and cheapest for NaN.
EPOCHS = 4


@dataclass(frozen=True)
class Workload:
    name: str
    layers: tuple  # How many numbers go in, and how many come out of each layer; hidden layers have tanh.
    output: str  # The activation of the last layer. The loss is the one that goes with it.
    batch: int
    rows: int
    has_latency: bool  # Whether the time of predicting one row is taken too.
    # A network like that of the default recipe on tables: SELU in hidden layers, inputs scaled by
    # median and quartiles with a smooth clip as part of it, and Adam, whose rate falls along a
    # cosine from step to step. The others have tanh, and SGD with momentum.
    is_table: bool = False

    @property
    def batches(self):
        return self.rows // self.batch

    @property
    def operations(self):
        """Floating-point operations of the products of a step: forward, gradient of the weights, and, but for the first
        layer, gradient of what came in."""
        weights = [before * after for before, after in zip(self.layers, self.layers[1:])]
        return 2 * self.batch * (3 * sum(weights) - weights[0])


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("tiny", (8, 32, 1), "identity", 32, 4096, True),
        Workload("small", (30, 64, 64, 1), "sigmoid", 32, 4096, True),
        Workload("mnist", (784, 128, 10), "softmax", 64, 8192, True),
        Workload("large", (784, 512, 512, 10), "softmax", 256, 8192, False),
        Workload("wide", (1024, 1024, 1024, 1024), "identity", 256, 2048, False),
        Workload("table", (30, 256, 256, 256, 1), "sigmoid", 256, 16384, True, is_table=True),
    )
}


def rate(workload, step, cos=math.cos):
    """Adam's rate at this step, along a cosine."""
    return LEARNING_RATE * (1 + cos(math.pi * step / (EPOCHS * workload.batches))) / 2


def scale(inputs):
    """Median and distance of the quartiles of each column."""
    import numpy

    low, median, high = numpy.quantile(inputs, (0.25, 0.5, 0.75), axis=0).astype(inputs.dtype)
    return median, high - low


def parse_arguments(description, compiled=False):
    """The command line. To be called before numpy or a library is imported: they read their thread settings then."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--f64", action="store_true")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to go on training")
    if compiled:
        parser.add_argument("--compiled", action="store_true")
    options = parser.parse_args()
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(options.threads)
    options.workload = WORKLOADS[options.workload]
    return options


def data(workload, dtype="float32"):
    """Inputs, and targets: normally distributed numbers, a column of 0 and 1, or whole numbers for classes. The class is which
    of the first inputs is the largest, or, of two classes, the sign of the first: something that can be learnt."""
    import numpy

    random = numpy.random.default_rng(1)
    outputs = workload.layers[-1]
    inputs = random.standard_normal((workload.rows, workload.layers[0])).astype(dtype)
    if workload.output == "identity":
        return inputs, random.standard_normal((workload.rows, outputs)).astype(dtype)
    if workload.output == "sigmoid":
        return inputs, (inputs[:, :1] > 0).astype(dtype)
    return inputs, inputs[:, :outputs].argmax(axis=1)


def order(workload, seed):
    """The rows in a shuffled order, for libraries that leave shuffling to the caller. It is not part of their time."""
    import numpy

    return numpy.random.default_rng(seed).permutation(workload.rows)


def best_step(workload, budget, train):
    """The time of a step in the best epoch, and the losses of the last network. `train` builds a network from the seed and yields
    the seconds and the loss of each of its epochs; that is done again and again, at least twice, until the time is up."""
    start = time.perf_counter()
    best, seed = float("inf"), 0
    while seed < 2 or time.perf_counter() - start < budget:
        epochs = list(train(seed))
        seed += 1
        best = min(best, *(seconds for seconds, _ in epochs))
    losses = [float(loss) for _, loss in epochs]
    return best * 1e6 / workload.batches, (losses[0], losses[-1])


def best_latency(predict):
    """Microseconds that a prediction takes, the best of many repetitions of several each."""
    together = 20
    end = time.perf_counter() + 0.5
    best = float("inf")
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(together):
            predict()
        best = min(best, time.perf_counter() - start)
    return best * 1e6 / together


def measure(library, version, options, train, predict, note=None):
    """Prints what training takes and, for some workloads, predicting a row, as lines of JSON."""

    def show(what, microseconds, losses):
        line = {
            "library": library,
            "version": version,
            "workload": options.workload.name,
            "threads": options.threads,
            "precision": "f64" if options.f64 else "f32",
            "measure": what,
            "microseconds": microseconds,
            "losses": losses,
            "note": note,
        }
        print(json.dumps(line), flush=True)

    show("step", *best_step(options.workload, options.seconds, train))
    if options.workload.has_latency and predict is not None:
        show("one row", best_latency(predict), None)
