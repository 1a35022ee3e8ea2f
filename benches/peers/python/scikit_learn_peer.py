"""scikit-learn: MLPClassifier and MLPRegressor.

An epoch is one call of `partial_fit`: as `fit` does, it shuffles the rows, gathers the batches and makes their steps, once for all
rows. `fit` would set up the network in the timed part too. Checks that the data and the settings are sound, which scikit-learn
repeats in each call, are off."""

import time
import warnings

import workloads

options = workloads.parse_arguments(__doc__)

import numpy
import sklearn
import threadpoolctl
from sklearn.neural_network import MLPClassifier, MLPRegressor

workload = options.workload
if workload.is_table:
    raise SystemExit("scikit-learn has no SELU")
inputs, targets = workloads.data(workload, "float64" if options.f64 else "float32")
if workload.output == "sigmoid":
    targets = targets.astype(int)
if workload.layers[-1] == 1:
    targets = targets.ravel()
# Named in the first call only, in which scikit-learn needs them.
classes = None if workload.output == "identity" else numpy.unique(targets)


def network(seed):
    kind = MLPRegressor if classes is None else MLPClassifier
    return kind(
        hidden_layer_sizes=workload.layers[1:-1],
        activation="tanh",
        solver="sgd",
        alpha=0.0,
        batch_size=workload.batch,
        learning_rate_init=workloads.LEARNING_RATE,
        momentum=workloads.MOMENTUM,
        nesterovs_momentum=False,
        # A generator, not the seed alone, by which each call would shuffle to the same order.
        random_state=numpy.random.RandomState(seed),
    )


def train(seed):
    net = network(seed)
    for number in range(workloads.EPOCHS):
        first = {"classes": classes} if classes is not None and number == 0 else {}
        start = time.perf_counter()
        net.partial_fit(inputs, targets, **first)
        yield time.perf_counter() - start, net.loss_


def trained():
    net = network(0)
    return net.partial_fit(inputs, targets, **({} if classes is None else {"classes": classes}))


warnings.simplefilter("error", RuntimeWarning)
with (
    threadpoolctl.threadpool_limits(options.threads),
    sklearn.config_context(assume_finite=True, skip_parameter_validation=True),
):
    net = trained()
    predict = net.predict if classes is None else net.predict_proba
    row = numpy.full((1, workload.layers[0]), 0.3, inputs.dtype)
    if not all(weights.dtype == inputs.dtype for weights in net.coefs_):
        raise SystemExit(f"scikit-learn does not compute in {inputs.dtype}")
    workloads.measure("scikit-learn", sklearn.__version__, options, train, lambda: predict(row))
