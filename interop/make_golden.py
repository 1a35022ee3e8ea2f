"""Writes the files of PyTorch and scikit-learn in tests/golden/, and beside each what PyTorch or scikit-learn computes from it.

    python interop/make_golden.py

Made with torch 2.15.0, scikit-learn 1.9.1, safetensors 0.8.0, numpy 2.4.6, pandas 3.1.1 and stable-baselines3 2.9.2. Written
once: another version may train other networks, and the tests are of these. The files of scikit-learn of version 1, `sklearn_binary`
to `sklearn_two_outputs`, are of this script's first revision.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler
from torch import nn
from torch.optim.swa_utils import AveragedModel

from densely_interop import save

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"


def write_json(name, content):
    (GOLDEN / name).write_text(json.dumps(content, ensure_ascii=False) + "\n")


def numbers(tensor):
    """Rows of numbers, with as many digits as tell them from all others of their type."""
    digits = 9 if tensor.dtype == torch.float32 else 17
    return [[float(f"{number:.{digits}g}") for number in row] for row in tensor.tolist()]


def torch_activations():
    """One state_dict with every activation between its layers and after them. Its weighted sums reach from about -25 to 25."""
    modules = {
        "identity": nn.Identity(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "relu": nn.ReLU(),
        "leaky_relu": nn.LeakyReLU(), "leaky_relu(0.2)": nn.LeakyReLU(0.2), "elu": nn.ELU(), "elu(0.3)": nn.ELU(0.3), "selu": nn.SELU(),
        # Beyond its threshold PyTorch's is linear: off by 2e-9 at the default of 20.
        "softplus": nn.Softplus(threshold=40), "softsign": nn.Softsign(), "hard_tanh": nn.Hardtanh(),
        "gelu": nn.GELU(), "silu": nn.SiLU(), "mish": nn.Mish(), "softmax": nn.Softmax(dim=1),
    }
    generator = torch.Generator().manual_seed(1)
    first, last = nn.Linear(3, 5), nn.Linear(5, 2)
    with torch.no_grad():
        for parameter in [first.weight, first.bias, last.weight, last.bias]:
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    inputs = torch.randn(7, 3, generator=generator) * torch.logspace(-2, 1, 7)[:, None]
    expected = {"inputs": numbers(inputs.double())}
    for name, dtype in [("f32", torch.float32), ("f64", torch.float64)]:
        first, last = first.to(dtype), last.to(dtype)
        expected[name] = {}
        for activation, module in modules.items():
            with torch.no_grad():
                hidden = module(first(inputs.to(dtype)))
                expected[name][activation] = {"hidden": numbers(last(hidden)), "output": numbers(module(last(hidden)))}
        save_file(nn.Sequential(first, nn.Tanh(), last).state_dict(), GOLDEN / f"torch_activations_{name}.safetensors", {"format": "pt"})
    write_json("torch_activations.json", expected)


class Wrapped(nn.Module):
    """A model whose nn.Sequential is not at the top: its tensors are `net.net.0.weight` and so on."""

    def __init__(self):
        super().__init__()
        self.net = nn.Module()
        layers = []
        for inputs, outputs, bias in [(4, 6, True), (6, 6, False), (6, 1, True), (1, 5, True), (5, 3, False)]:
            layers += [nn.Linear(inputs, outputs, bias=bias), nn.Tanh(), nn.Dropout(0.5)]
        self.net.net = nn.Sequential(*layers[:-2], nn.Softmax(dim=1))

    def forward(self, x):
        return self.net.net(x)


def torch_wrapped():
    """Modules 0, 3, 6, 9 and 12, whose order by text is another; two layers without bias; dropout; one unit in the middle."""
    torch.manual_seed(2)
    model = Wrapped().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= 3.0
        inputs = torch.randn(6, 4)
        outputs = model(inputs)
    save_file(model.state_dict(), GOLDEN / "torch_wrapped.safetensors", {"format": "pt", "made by": "make_golden.py"})
    write_json("torch_wrapped.json", {"inputs": numbers(inputs), "outputs": numbers(outputs)})


def save_with_outputs(name, model, inputs, outputs=None):
    """The state_dict, and what the model computes."""
    model.eval()
    with torch.no_grad():
        outputs = (outputs or model)(inputs)
    save_file({key: tensor.clone() for key, tensor in model.state_dict().items()}, GOLDEN / f"{name}.safetensors", {"format": "pt"})
    write_json(f"{name}.json", {"inputs": numbers(inputs), "outputs": numbers(outputs)})


def with_statistics(model, inputs):
    """Random weights of the batch normalizations, and statistics of these inputs."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d) and module.affine:
                module.weight.normal_(1.0, 0.5)
                module.bias.normal_()
        for _ in range(20):
            model(inputs)
    return model


def torch_batch_norm():
    """No bias before the first batch normalization, nothing to learn in the second; layers of the same width, which only numbers tell apart."""
    torch.manual_seed(6)
    model = nn.Sequential(
        nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4), nn.Tanh(), nn.Dropout(0.1),
        nn.Linear(4, 4), nn.BatchNorm1d(4, affine=False), nn.ReLU(),
        nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2),
    )
    inputs = torch.randn(9, 3) * torch.tensor([1.0, 10.0, 0.1]) + torch.tensor([5.0, -3.0, 0.0])
    model = with_statistics(model, inputs)
    save_with_outputs("torch_batch_norm_f32", model, inputs)
    save_with_outputs("torch_batch_norm_f64", model.double(), inputs.double())


class Named(nn.Module):
    """Layers whose names have another order."""

    def __init__(self):
        super().__init__()
        self.last, self.first, self.between = nn.Linear(5, 2), nn.Linear(3, 4), nn.Linear(4, 5)
        self.bn2, self.bn1 = nn.BatchNorm1d(5), nn.BatchNorm1d(4)

    def forward(self, x):
        return self.last(torch.tanh(self.bn2(self.between(torch.relu(self.bn1(self.first(x)))))))


def torch_named():
    """`_orig_mod.` of torch.compile, `module.` and `n_averaged` of AveragedModel."""
    torch.manual_seed(7)
    inputs = torch.randn(6, 3)
    model = with_statistics(Named(), inputs)
    save_with_outputs("torch_named", torch.compile(AveragedModel(model)), inputs, model.eval())


def torch_policies():
    """Policies of stable-baselines3 2.9.2, with networks in networks, and a parameter of no layer (`log_std`)."""
    from gymnasium import Env
    from gymnasium.spaces import Box, Discrete
    from stable_baselines3 import DQN, PPO

    def environment(actions):
        env = Env()
        env.observation_space, env.action_space = Box(-1.0, 1.0, (3,)), actions
        return env

    torch.manual_seed(8)
    inputs = torch.rand(5, 3) * 2.0 - 1.0
    policy = PPO("MlpPolicy", environment(Box(-1.0, 1.0, (2,))), policy_kwargs={"net_arch": [4, 4]}, device="cpu").policy
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    both = lambda x: torch.cat([policy.get_distribution(x).distribution.mean, policy.predict_values(x)], 1)
    save_with_outputs("torch_ppo", policy, inputs, both)
    policy = DQN("MlpPolicy", environment(Discrete(2)), policy_kwargs={"net_arch": [4, 4]}, buffer_size=1, device="cpu").policy
    save_with_outputs("torch_dqn", policy, inputs, policy.q_net)


def torch_refused():
    torch.manual_seed(3)
    save_file(nn.Sequential(nn.Linear(2, 1)).to(torch.bfloat16).state_dict(), GOLDEN / "torch_bf16.safetensors")
    save_file(nn.Sequential(nn.Linear(2, 1)).to(torch.float16).state_dict(), GOLDEN / "torch_f16.safetensors")


def sklearn_model(name, model, rows, predict, **options):
    """Two files of a model, and beside them the rows and what it predicts for them."""
    expected = {"outputs": np.asarray(getattr(model, predict)(rows)).tolist()}
    if isinstance(rows, pd.DataFrame):
        rows.to_csv(GOLDEN / f"sklearn_{name}.csv", index=False)
    else:
        expected["inputs"] = rows.tolist()
    write_json(f"sklearn_{name}.json", expected)
    for short, dtype in [("f32", "float32"), ("f64", "float64")]:
        save(model, GOLDEN / f"sklearn_{name}_{short}.safetensors", dtype, **options)


def people(generator, count):
    """A table of numbers and texts with blanks. Its times are so large that float32 would round them."""
    table = pd.DataFrame({
        "age": generator.normal(40, 12, count).round(1),
        "town": generator.choice(["Ulm", "Köln", "Bonn, am Rhein"], count),
        "rooms": generator.choice([1, 2, 3], count),
        "since": generator.normal(1.7e9, 1e4, count).round(),
    })
    return table.assign(age=table["age"].mask(generator.random(count) < 0.2), town=table["town"].mask(generator.random(count) < 0.2))


def sklearn():
    options = {"random_state": 4, "max_iter": 200, "learning_rate_init": 0.02, "activation": "tanh"}
    generator = np.random.default_rng(5)
    table = people(generator, 120)
    target = np.where(table["town"] == "Ulm", "city", np.where(table["age"] > 40, "village", "coast"))
    steps = ColumnTransformer([
        ("num", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["since", "age"]),
        ("cat", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), ["town", "rooms"]),
    ])
    new = people(generator, 12)
    new.loc[3, "town"], new.loc[5, "rooms"] = "Mars", 9
    model = make_pipeline(steps, MLPClassifier((5,), **options)).fit(table, target)
    sklearn_model("table", model, new[["town", "since", "rooms", "age"]], "predict_proba", target="where")

    # Arrays, whose columns have no names. One of them is not used.
    inputs = generator.normal([5, 0, -3], [1, 2, 0.1], (80, 3))
    outputs = np.column_stack([inputs[:, 0] * 1000, inputs[:, 2] ** 2])
    steps = ColumnTransformer([("a", RobustScaler(), [2]), ("b", MinMaxScaler(), [0])])
    model = TransformedTargetRegressor(make_pipeline(steps, MLPRegressor(hidden_layer_sizes=(5,), **options)), transformer=StandardScaler())
    sklearn_model("units", model.fit(inputs, outputs), inputs[:8], "predict")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    torch_activations()
    torch_wrapped()
    torch_batch_norm()
    torch_named()
    torch_policies()
    torch_refused()
    sklearn()
