"""Writes a fitted scikit-learn network to a file that densely's `Mlp::load` reads, its scalers included.

    from from_sklearn import save
    save(model, "m.safetensors", dtype="float32")       # or "float64"; then in Rust: Mlp::<f32>::load("m.safetensors")

`model` is an MLPClassifier or MLPRegressor, or a Pipeline of StandardScaler, MinMaxScaler, MaxAbsScaler and "passthrough" that ends in
one, or a TransformedTargetRegressor of either whose transformer is such a scaler. The scalers are folded into the weights: the network
takes raw features and gives what `predict_proba` gives (of two classes, the second one's) or, for a regression, `predict`. The names of
features, where the model was fitted to a DataFrame, and of classes go with it. Anything else is a ValueError that names the step.

Folding is done in float64. In float32 a feature whose mean is large beside its deviation loses digits in every sum; to lose none to the
weights' rounding as well, the first bias makes up for it at the features' mean (of a MinMaxScaler, the middle of its range).

Needs nothing but scikit-learn and safetensors; made with scikit-learn 1.9.1 and safetensors 0.8.0.
"""

import json

import numpy as np
from safetensors.numpy import save_file
from sklearn.compose import TransformedTargetRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted

ACTIVATIONS = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "softmax": "softmax", "exp": "exponential"}
PRECISIONS = {"float32": "f32", "float64": "f64"}


def save(model, path, dtype="float32"):
    """Writes `model` to `path`, its numbers as `dtype`."""
    if dtype not in PRECISIONS:
        raise ValueError(f"dtype: {dtype!r} is neither 'float32' nor 'float64'")
    check_is_fitted(model)
    network = unfold(model, type(model).__name__)
    tensors = {}
    for layer, (weights, bias) in enumerate(zip(network["weights"], network["biases"])):
        rounded = np.ascontiguousarray(weights, dtype=dtype)
        if layer == 0:
            bias = bias + network["centre"] @ (weights - rounded)
        tensors[f"layers.{layer}.weights"] = rounded
        tensors[f"layers.{layer}.bias"] = np.ascontiguousarray(bias, dtype=dtype)
    for name, numbers in tensors.items():
        if not np.isfinite(numbers).all():
            raise ValueError(f"{name}: a number is not finite as a {dtype}")
    structure = {
        "format": "densely", "version": 1, "library": "from_sklearn.py", "precision": PRECISIONS[dtype],
        "layers": [{"activation": name, "bias": True} for name in network["activations"]],
        "schema": {"columns": [{"name": str(name), "categories": []} for name in network["features"]], "targets": [], "classes": network["classes"]},
    }
    save_file(tensors, path, {"densely": json.dumps(structure, ensure_ascii=False, separators=(",", ":"))})


def unfold(model, step):
    """The network that does all that `model` does: weights and biases in float64, activations and names."""
    if isinstance(model, Pipeline):
        name, last = model.steps[-1]
        network = unfold(last, name)
        for name, scaler in reversed(model.steps[:-1]):
            scale, shift, centre = affine(scaler, name)
            first = network["weights"][0]
            ones = np.ones(len(first))
            network["biases"][0] = network["biases"][0] + (ones * shift) @ first
            network["weights"][0] = first * (ones * scale)[:, None]
            # Of what comes in here, if this scaler knows; else of what goes on, brought back.
            network["centre"] = ones * ((network["centre"] - shift) / scale if centre is None else centre)
    elif isinstance(model, TransformedTargetRegressor):
        network = unfold(model.regressor_, step)
        scale, shift, _ = affine(model.transformer_, "transformer")
        if network["activations"][-1] != "identity":
            raise ValueError(f"transformer: it cannot be folded into outputs that are {network['activations'][-1]}")
        network["weights"][-1] = network["weights"][-1] / scale
        network["biases"][-1] = (network["biases"][-1] - shift) / scale
    elif isinstance(model, (MLPClassifier, MLPRegressor)):
        weights = [np.asarray(weights, dtype=np.float64) for weights in model.coefs_]
        biases = [np.asarray(bias, dtype=np.float64) for bias in model.intercepts_]
        names = [model.activation] * (len(weights) - 1) + [model.out_activation_]
        classes = []
        if isinstance(model, MLPClassifier) and (model.n_outputs_ == 1 or model.out_activation_ == "softmax"):
            classes = [str(name) for name in model.classes_]
            if len(classes) != max(model.n_outputs_, 2):
                raise ValueError(f"{step}: {len(classes)} classes for {model.n_outputs_} outputs")
        network = {"weights": weights, "biases": biases, "activations": [ACTIVATIONS[name] for name in names],
                   "centre": np.zeros(len(weights[0])), "features": [], "classes": classes}
    else:
        raise ValueError(f"{step}: {type(model).__name__} is not a multilayer perceptron, nor a pipeline that ends in one")
    network["features"] = list(getattr(model, "feature_names_in_", network["features"]))
    return network


def affine(scaler, step):
    """scale and shift of x·scale + shift, which is what `scaler` does, and the centre of x if it is known."""
    if scaler is None or isinstance(scaler, str) and scaler == "passthrough":
        return 1.0, 0.0, None
    if getattr(scaler, "clip", False):
        raise ValueError(f"{step}: {type(scaler).__name__} clips, which no weight can do")
    if isinstance(scaler, StandardScaler):
        scale = 1.0 if scaler.scale_ is None else 1.0 / np.asarray(scaler.scale_, dtype=np.float64)
        return scale, -scaler.mean_ * scale if scaler.with_mean else 0.0, scaler.mean_
    if isinstance(scaler, MinMaxScaler):
        scale, shift, least, most = np.asarray([scaler.scale_, scaler.min_, scaler.data_min_, scaler.data_max_], dtype=np.float64)
        return scale, shift, (least + most) / 2
    if isinstance(scaler, MaxAbsScaler):
        return 1.0 / np.asarray(scaler.scale_, dtype=np.float64), 0.0, None
    raise ValueError(f"{step}: {type(scaler).__name__} is not a StandardScaler, MinMaxScaler or MaxAbsScaler")
