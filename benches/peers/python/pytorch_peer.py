"""PyTorch, eager or with forward pass and loss compiled, and the fused forms of SGD and Adam."""

import time

import workloads

options = workloads.parse_arguments(__doc__, compiled=True)
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


class Units(nn.Module):
    """Scales by median and quartiles, with a smooth clip."""

    def __init__(self):
        super().__init__()
        self.median, self.spread = map(torch.from_numpy, workloads.scale(inputs.numpy()))

    def forward(self, values):
        values = (values - self.median) / self.spread
        return values / torch.sqrt(1 + (values / 3) ** 2)


def network(seed):
    """Up to the activation of the last layer, which is part of the losses."""
    torch.manual_seed(seed)
    modules = [Units()] if workload.is_table else []
    for before, after in zip(workload.layers, workload.layers[1:]):
        modules += [nn.Linear(before, after), nn.SELU() if workload.is_table else nn.Tanh()]
    return nn.Sequential(*modules[:-1])


def optimizer_of(net):
    if workload.is_table:
        return torch.optim.Adam(net.parameters(), betas=workloads.BETAS, eps=workloads.EPSILON, fused=True)
    return torch.optim.SGD(net.parameters(), lr=workloads.LEARNING_RATE, momentum=workloads.MOMENTUM, fused=True)


def train(seed):
    net = network(seed)
    optimizer = optimizer_of(net)
    loss_of = lambda inputs, targets: mean_loss(net(inputs), targets)
    if options.compiled:
        loss_of = torch.compile(loss_of)
    step = 0
    for number in range(workloads.EPOCHS):
        order = torch.from_numpy(workloads.order(workload, seed * workloads.EPOCHS + number))
        losses = []
        start = time.perf_counter()
        for rows in order.split(workload.batch):
            optimizer.zero_grad()
            if workload.is_table:
                optimizer.param_groups[0]["lr"] = workloads.rate(workload, step)
                step += 1
            loss = loss_of(inputs[rows], targets[rows])
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


library = "pytorch-compiled" if options.compiled else "pytorch"
# What is compiled is the training.
workloads.measure(library, torch.__version__, options, train, None if options.compiled else predict)
