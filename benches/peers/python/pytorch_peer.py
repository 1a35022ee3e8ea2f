"""PyTorch, eager, with the fused form of SGD."""

import time

import workloads

options = workloads.parse_arguments(__doc__)
if options.f64:
    raise SystemExit("only densely and scikit-learn are timed in f64 here")

import torch
from torch import nn

torch.set_num_threads(options.threads)
torch.set_num_interop_threads(1)
workload = options.workload
inputs, targets = (torch.from_numpy(array) for array in workloads.data(workload))
mean_loss = {
    "identity": nn.functional.mse_loss,
    "sigmoid": nn.functional.binary_cross_entropy_with_logits,
    "softmax": nn.functional.cross_entropy,
}[workload.output]


def network(seed):
    """Up to the activation of the last layer, which is part of the losses."""
    torch.manual_seed(seed)
    modules = []
    for before, after in zip(workload.layers, workload.layers[1:]):
        modules += [nn.Linear(before, after), nn.Tanh()]
    return nn.Sequential(*modules[:-1])


def train(seed):
    net = network(seed)
    optimizer = torch.optim.SGD(
        net.parameters(), lr=workloads.LEARNING_RATE, momentum=workloads.MOMENTUM, fused=True
    )
    for number in range(workloads.EPOCHS):
        order = torch.from_numpy(workloads.order(workload, seed * workloads.EPOCHS + number))
        losses = []
        start = time.perf_counter()
        for rows in order.split(workload.batch):
            optimizer.zero_grad()
            loss = mean_loss(net(inputs[rows]), targets[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        yield time.perf_counter() - start, torch.stack(losses).mean()


net = network(0)
if workload.output != "identity":
    net.append(nn.Sigmoid() if workload.output == "sigmoid" else nn.Softmax(dim=1))
row = torch.full((1, workload.layers[0]), 0.3)


@torch.inference_mode()
def predict():
    return net(row)


workloads.measure("pytorch", torch.__version__, options, train, predict)
