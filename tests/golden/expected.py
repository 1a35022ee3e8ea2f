"""The predictions of the golden files by NumPy, in f64: `python tests/golden/expected.py` (needs numpy, safetensors)."""

import base64
import json
import math
import pathlib

import numpy as np
import safetensors.numpy

INPUTS = np.array([[0.5, 1, 0], [-1.25, 0, 1], [3, 0, 0]])
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
erf = np.vectorize(math.erf)


def softplus(z):
    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def elu(z, alpha):
    return np.where(z > 0, z, alpha * np.expm1(z))


ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z, alpha: np.where(z > 0, z, alpha * z),
    "elu": elu,
    "selu": lambda z: SELU_SCALE * elu(z, SELU_ALPHA),
    "softplus": softplus,
    "softsign": lambda z: z / (1 + np.abs(z)),
    "exponential": np.exp,
    "hard_tanh": lambda z: np.clip(z, -1, 1),
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * np.tanh(softplus(z)),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}


def predictions(file):
    length = int.from_bytes(file[:8], "little")
    structure = json.loads(json.loads(file[8 : 8 + length])["__metadata__"]["densely"])
    tensors = safetensors.numpy.load(file)
    outputs = INPUTS
    if "units_in.centres" in tensors:
        centres, spreads = tensors["units_in.centres"], tensors["units_in.spreads"]
        spreads = np.where(spreads == 0, np.inf, spreads)  # a constant column becomes 0
        outputs = (outputs - centres) / spreads
    for index, layer in enumerate(structure["layers"]):
        outputs = outputs @ tensors[f"layers.{index}.weights"].astype(float)
        if layer["bias"]:
            outputs = outputs + tensors[f"layers.{index}.bias"].astype(float)
        name, *parameters = layer["activation"].rstrip(")").split("(")
        outputs = ACTIVATIONS[name](outputs, *map(float, parameters))
    if "units_out.centres" in tensors:
        outputs = tensors["units_out.centres"] + tensors["units_out.spreads"] * outputs
    return outputs


here = pathlib.Path(__file__).parent
models = [f"model_v{version}_{precision}.safetensors" for version in (1, 2) for precision in ("f32", "f64")]
for name in models:
    print(name, predictions((here / name).read_bytes()).tolist())
kept = json.loads((here / "kept_v1.json").read_text())
print("kept_v1.json", predictions(base64.b64decode(kept["net"])).tolist())
