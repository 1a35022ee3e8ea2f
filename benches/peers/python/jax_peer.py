"""JAX: an epoch is one compiled function, a scan over its batches."""

import os
import time

import workloads

options = workloads.parse_arguments(__doc__)
if options.f64:
    raise SystemExit("only densely and scikit-learn are timed in f64 here")
if options.threads == 1:
    # For more than one there is no setting: XLA has a thread for each processor that the process
    # may run on.
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy

workload = options.workload


def network(seed):
    """Weights and biases, by Glorot and Bengio's uniform initialisation."""
    random = numpy.random.default_rng(seed)
    layers = []
    for before, after in zip(workload.layers, workload.layers[1:]):
        limit = (6 / (before + after)) ** 0.5
        weights = random.uniform(-limit, limit, (before, after))
        layers.append((jnp.array(weights, jnp.float32), jnp.zeros(after, jnp.float32)))
    return layers


def forward(layers, values):
    """What comes out before the activation of the last layer, which is part of the losses."""
    if workload.is_table:
        values = (values - median) / spread
        values = values / jnp.sqrt(1 + (values / 3) ** 2)
    for weights, biases in layers[:-1]:
        values = hidden(values @ weights + biases)
    weights, biases = layers[-1]
    return values @ weights + biases


def mean_loss(layers, inputs, targets):
    outputs = forward(layers, inputs)
    if workload.output == "identity":
        return jnp.mean((outputs - targets) ** 2)
    if workload.output == "sigmoid":
        return jnp.mean(jnp.maximum(outputs, 0) - outputs * targets + jnp.log1p(jnp.exp(-jnp.abs(outputs))))
    return -jnp.mean(jnp.sum(targets * jax.nn.log_softmax(outputs), axis=1))


@jax.jit
def epoch(state, inputs, targets, batches):
    """The state after a step for each batch, and the losses before it."""

    def step(state, rows):
        layers, memory = state
        loss, gradients = jax.value_and_grad(mean_loss)(layers, inputs[rows], targets[rows])
        update = adam if workload.is_table else sgd
        return update(layers, memory, gradients), loss

    return jax.lax.scan(step, state, batches)


def sgd(layers, velocities, gradients):
    velocities = jax.tree.map(lambda v, g: workloads.MOMENTUM * v + g, velocities, gradients)
    return jax.tree.map(lambda p, v: p - workloads.LEARNING_RATE * v, layers, velocities), velocities


def adam(layers, memory, gradients):
    step, means, squares = memory
    first, second = workloads.BETAS
    rate = workloads.rate(workload, step, jnp.cos) / (1 - first ** (step + 1))
    root = jnp.sqrt(1 - second ** (step + 1))
    means = jax.tree.map(lambda m, g: first * m + (1 - first) * g, means, gradients)
    squares = jax.tree.map(lambda s, g: second * s + (1 - second) * g * g, squares, gradients)
    move = lambda p, m, s: p - rate * m / (jnp.sqrt(s) / root + workloads.EPSILON)
    return jax.tree.map(move, layers, means, squares), (step + 1, means, squares)


@jax.jit
def predict(layers, inputs):
    outputs = forward(layers, inputs)
    if workload.output == "sigmoid":
        return jax.nn.sigmoid(outputs)
    if workload.output == "softmax":
        return jax.nn.softmax(outputs)
    return outputs


inputs, targets = workloads.data(workload)
hidden = jax.nn.selu if workload.is_table else jnp.tanh
median, spread = workloads.scale(inputs)
if workload.output == "softmax":
    targets = jax.nn.one_hot(targets, workload.layers[-1])
inputs, targets = jnp.array(inputs), jnp.array(targets)


def train(seed):
    layers = network(seed)
    zeros = lambda: jax.tree.map(jnp.zeros_like, layers)
    state = layers, (jnp.float32(0), zeros(), zeros()) if workload.is_table else zeros()
    for number in range(workloads.EPOCHS):
        order = workloads.order(workload, seed * workloads.EPOCHS + number)
        batches = jnp.array(order.reshape(-1, workload.batch), jnp.int32)
        jax.block_until_ready((state, batches))
        start = time.perf_counter()
        state, losses = jax.block_until_ready(epoch(state, inputs, targets, batches))
        yield time.perf_counter() - start, losses.mean()


layers = network(0)
row = jnp.full((1, workload.layers[0]), 0.3, jnp.float32)
workloads.measure("jax", jax.__version__, options, train, lambda: predict(layers, row).block_until_ready())
