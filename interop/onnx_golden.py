"""Makes onnx/tests/golden: models as other libraries export them, with inputs and what those libraries predict.

    python interop/onnx_golden.py keras-tensorflow && python interop/onnx_golden.py keras-torch && python interop/onnx_golden.py
    python interop/onnx_golden.py keras-torch defaults && python interop/onnx_golden.py defaults

Made with torch 2.15.0, onnx 1.23.2, onnxscript 0.7.2, keras 3.15.1, tensorflow-cpu 2.21.0, tf2onnx 1.17.0, scikit-learn 1.9.1, skl2onnx 1.20.0, numpy 2.4.6.
The predictions are the exporting library's own, not onnxruntime's.
"""

import json
import os
import sys
from pathlib import Path

DEFAULTS = "defaults" in sys.argv
BACKEND = next((name.removeprefix("keras-") for name in sys.argv if name.startswith("keras-")), None)
if BACKEND:
    os.environ["KERAS_BACKEND"] = BACKEND
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import onnx

DIRECTORY = Path(__file__).parent.parent / "onnx" / "tests" / "golden"
DIRECTORY.mkdir(parents=True, exist_ok=True)
EXPECTED = DIRECTORY / "expected.json"
expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
generator = np.random.default_rng(0)


def keep(name, model, inputs, outputs, activations):
    """Keeps the model without what exporters say of their source code."""
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    (DIRECTORY / f"{name}.onnx").write_bytes(model.SerializeToString())
    inputs, outputs = np.asarray(inputs), np.asarray(outputs)
    inputs = inputs.reshape(len(inputs), -1)
    expected[name] = {
        "type": "f64" if inputs.dtype == np.float64 else "f32",
        # JSON has no NaN.
        "inputs": [[None if number != number else number for number in row] for row in inputs.tolist()],
        "outputs": outputs.tolist() if outputs.ndim == 2 else outputs[:, None].tolist(),
        "activations": activations,
    }
    print(name, (DIRECTORY / f"{name}.onnx").stat().st_size)


def keras_models():
    import keras

    layers = keras.layers

    def keep_keras(name, parts, activations):
        model = keras.Sequential([keras.Input((3,)), *parts])
        inputs = generator.normal(size=(4, 3)).astype("f4")
        outputs = np.asarray(keras.ops.convert_to_numpy(model(inputs)))
        model.set_weights([generator.normal(size=w.shape).astype("f4") for w in model.get_weights()])
        outputs = np.asarray(keras.ops.convert_to_numpy(model(inputs)))
        path = DIRECTORY / "keras.onnx"
        model.export(path, format="onnx", verbose=False)
        keep(f"keras-{BACKEND}-{name}", onnx.load(path), inputs, outputs, activations)
        path.unlink()

    dense = layers.Dense
    keep_keras("rectifiers", [
        dense(4, "relu"), layers.Dropout(0.5), dense(3), layers.LeakyReLU(negative_slope=0.3), dense(3, "elu"),
        dense(3, "selu"), dense(2, use_bias=False),
    ], ["relu", "leaky_relu(0.3)", "elu(1)", "selu", "identity"])
    keep_keras("saturating", [
        dense(4, "sigmoid"), dense(4, "tanh"), dense(3, "softsign"), dense(3, "hard_tanh"), dense(3, "softmax"),
    ], ["sigmoid", "tanh", "softsign", "hard_tanh", "softmax"])
    keep_keras("smooth", [dense(4, "silu"), dense(4, "mish"), dense(3, "softplus"), dense(2, "exponential")],
               ["silu", "mish", "softplus", "exponential"])
    keep_keras("elu-layer", [dense(3), layers.ELU(alpha=0.5), dense(2)], ["elu(0.5)", "identity"])
    if BACKEND == "torch":
        normalization = layers.Normalization()
        normalization.adapt(generator.normal(3, 2, size=(50, 3)).astype("f4"))
        model = keras.Sequential([keras.Input((3,)), normalization, dense(4, "relu"), dense(2)])
        inputs = generator.normal(3, 2, size=(4, 3)).astype("f4")
        outputs = keras.ops.convert_to_numpy(model(inputs))
        path = DIRECTORY / "keras.onnx"
        model.export(path, format="onnx", verbose=False)
        keep("keras-torch-normalization", onnx.load(path), inputs, outputs, ["relu", "identity"])
        path.unlink()


def torch_models():
    import io

    import torch
    from torch import nn

    class Exponential(nn.Module):
        def forward(self, inputs):
            return torch.exp(inputs)

    functions = {
        "identity": nn.Identity(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "relu": nn.ReLU(),
        "leaky_relu(0.2)": nn.LeakyReLU(0.2), "elu(0.5)": nn.ELU(0.5), "selu": nn.SELU(), "softplus": nn.Softplus(),
        "softsign": nn.Softsign(), "exponential": Exponential(), "hard_tanh": nn.Hardtanh(), "gelu": nn.GELU(),
        "silu": nn.SiLU(), "mish": nn.Mish(), "softmax": nn.Softmax(dim=-1),
    }

    def export(net, inputs, dynamo, opset=None):
        buffer = io.BytesIO()
        if dynamo:
            rows = torch.export.Dim("rows", min=1, max=1000)
            torch.onnx.export(net, (inputs,), buffer, dynamo=True, dynamic_shapes=({0: rows},), opset_version=opset, verbose=False)
        else:
            torch.onnx.export(net, (inputs,), buffer, dynamo=False, input_names=["x"], output_names=["y"],
                              dynamic_axes={"x": {0: "rows"}, "y": {0: "rows"}}, opset_version=opset)
        return onnx.load_model_from_string(buffer.getvalue())

    def keep_torch(name, net, activations, dynamo, opset=None, double=False):
        torch.manual_seed(0)
        net = net.double().eval() if double else net.eval()
        inputs = torch.randn(4, 3, dtype=torch.float64 if double else torch.float32)
        outputs = net(inputs).detach().numpy()
        keep(f"torch-{'dynamo' if dynamo else 'script'}-{name}", export(net, inputs, dynamo, opset), inputs.numpy(), outputs, activations)

    torch.manual_seed(1)
    for name, function in functions.items():
        for dynamo in (False, True):
            net = nn.Sequential(nn.Linear(3, 4), function, nn.Linear(4, 3, bias=False), function)
            keep_torch(name.split("(")[0], net, [name, name], dynamo)
    for dynamo in (False, True):
        parts = [nn.Flatten(), nn.Linear(3, 4, bias=False), nn.Dropout(0.5), nn.Linear(4, 2)]
        keep_torch("flatten", nn.Sequential(*parts), ["identity", "identity"], dynamo)
        net = nn.Sequential(nn.Linear(3, 4), nn.GELU(), nn.Linear(4, 2), nn.Softplus())
        keep_torch("double", net, ["gelu", "softplus"], dynamo, double=True)
    for opset in (11, 17):
        net = nn.Sequential(nn.Linear(3, 4), nn.GELU(), nn.Linear(4, 2), nn.Hardtanh())
        keep_torch(f"opset-{opset}", net, ["gelu", "hard_tanh"], False, opset)
    net = nn.Sequential(nn.Linear(3, 4), nn.GELU(), nn.Linear(4, 2), nn.Mish())
    keep_torch("opset-18", net, ["gelu", "mish"], True, 18)
    net = nn.Sequential(nn.Linear(3, 4), nn.Hardtanh(), nn.Linear(4, 2), nn.PReLU(init=0.25))
    keep_torch("opset-9", net, ["hard_tanh", "leaky_relu(0.25)"], False, 9)
    refused = {
        "LogSoftmax": nn.Sequential(nn.Linear(3, 2), nn.LogSoftmax(dim=-1)),
        "LayerNormalization": nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2)),
        "Gelu": nn.Sequential(nn.Linear(3, 2), nn.GELU(approximate="tanh")),
        "HardSigmoid": nn.Sequential(nn.Linear(3, 2), nn.Hardsigmoid()),
    }
    for operator, net in refused.items():
        model = export(net.eval(), torch.randn(4, 3), False)
        (DIRECTORY / f"refused-{operator}.onnx").write_bytes(model.SerializeToString())


def sklearn_models():
    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    features = generator.normal(3, 2, size=(60, 4))
    score = features[:, 0] - features[:, 1]
    two, three = (score > 0).astype(int), np.digitize(score, [-1, 1])
    several = np.stack([features[:, 0] > 3, features[:, 1] > 3, features[:, 2] > 3], 1).astype(int)
    settings = {"max_iter": 30, "random_state": 0, "hidden_layer_sizes": (4,)}

    def keep_sklearn(name, estimator, targets, activations, number="f4", predict=None, options=None):
        inputs = features.astype(number)
        estimator.fit(inputs, targets)
        outputs = (predict or estimator.predict)(inputs[:4])
        model = to_onnx(estimator, inputs[:1], options={id(estimator): options} if options else None)
        keep(f"sklearn-{name}", model, inputs[:4], outputs, activations)

    for activation in ("identity", "logistic", "tanh", "relu"):
        ours = "sigmoid" if activation == "logistic" else activation
        keep_sklearn(activation, MLPRegressor(activation=activation, **settings), score, [ours, "identity"])
    both = features[:, :2]
    keep_sklearn("f64", MLPRegressor(**settings), both, ["relu", "identity"], "f8")
    keep_sklearn("scaled", make_pipeline(StandardScaler(), MLPRegressor(**settings)), both, ["relu", "identity"])
    keep_sklearn("scaled-f64", make_pipeline(StandardScaler(), MLPRegressor(**settings)), both, ["relu", "identity"], "f8")
    keep_sklearn("min-max", make_pipeline(MinMaxScaler(), MLPRegressor(**settings)), both, ["relu", "identity"])
    for options in ({}, {"zipmap": False}):
        suffix = "-zipmap" if not options else ""
        classifier = MLPClassifier(**settings)
        keep_sklearn("two-classes" + suffix, classifier, two, ["relu", "sigmoid"],
                     predict=lambda x, c=classifier: c.predict_proba(x)[:, 1], options=options)
        classifier = MLPClassifier(**settings)
        keep_sklearn("three-classes" + suffix, classifier, np.array(["a", "b", "c"])[three], ["relu", "softmax"],
                     predict=classifier.predict_proba, options=options)
    classifier = MLPClassifier(**settings)
    keep_sklearn("several-labels", classifier, several, ["relu", "sigmoid"], predict=classifier.predict_proba)


def torch_defaults():
    """What both exporters write when they are given a network, inputs and a path."""
    import torch
    from torch import nn

    class Squeezed(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))

        def forward(self, inputs):
            return self.layers(inputs).squeeze(1)

    class Viewed(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(16, 3), nn.ReLU(), nn.Linear(3, 2))

        def forward(self, inputs):
            return self.layers(inputs.view(inputs.size(0), -1))

    class Pixels(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2), nn.LogSoftmax(dim=1))

        def forward(self, inputs):
            return self.layers(inputs.float() / 255)

    torch.manual_seed(2)
    normalized = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 5), nn.Sigmoid(), nn.BatchNorm1d(5), nn.Linear(5, 2),
                               nn.BatchNorm1d(2))
    for layer in normalized:
        if isinstance(layer, nn.BatchNorm1d):
            nn.init.uniform_(layer.weight, 0.5, 2)
            nn.init.uniform_(layer.bias, -1, 1)
    for _ in range(20):
        normalized(2 * torch.randn(50, 3) + 1)
    image, pixels = torch.randn(4, 1, 8, 8), torch.randint(0, 256, (4, 3), dtype=torch.uint8)
    for name, net, inputs, activations in [
        ("batch-norm", normalized, torch.randn(4, 3), ["relu", "sigmoid", "identity"]),
        ("squeeze", Squeezed(), torch.randn(4, 3), ["tanh", "identity"]),
        # Weights of 4 KB, which the exporter puts in a second file.
        ("image", nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 2)), image, ["tanh", "identity"]),
        ("view", Viewed(), torch.randn(4, 1, 4, 4), ["relu", "identity"]),
        ("pixels", Pixels(), pixels, ["relu", "softmax"]),
    ]:
        net.eval()
        outputs = net(inputs).detach().numpy()
        for exporter in ("script", "dynamo"):
            name_of_both = f"torch-{exporter}-{name}"
            path = DIRECTORY / f"{name_of_both}.onnx"
            torch.onnx.export(net, (inputs,), path, **({"dynamo": False} if exporter == "script" else {"verbose": False}))
            if (data := path.with_name(path.name + ".data")).exists() and data.stat().st_size == 0:
                data.unlink()
            keep(name_of_both, onnx.load(path, load_external_data=False), inputs.numpy().astype("f4"),
                 np.exp(outputs) if name == "pixels" else outputs, activations)
    path = DIRECTORY / "torch-script-view-rows.onnx"
    inputs = torch.randn(4, 1, 4, 4)
    net = Viewed().eval()
    torch.onnx.export(net, (inputs,), path, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "rows"}})
    keep("torch-script-view-rows", onnx.load(path), inputs.numpy(), net(inputs).detach().numpy(), ["relu", "identity"])


def keras_defaults():
    import keras

    layers, generator = keras.layers, np.random.default_rng(1)
    dense = layers.Dense
    for name, shape, parts, activations in [
        ("batch-norm", (3,), [dense(4), layers.BatchNormalization(), layers.Activation("relu"), dense(4, "tanh"), layers.BatchNormalization(), dense(2)],
         ["relu", "tanh", "identity"]),
        ("image", (4, 4, 1), [layers.Rescaling(1 / 255), layers.Flatten(), dense(4, "relu"), dense(3, "softmax")], ["relu", "softmax"]),
        ("reshape", (3,), [dense(4, "relu"), dense(1), layers.Reshape(())], ["relu", "identity"]),
    ]:
        model = keras.Sequential([keras.Input(shape), *parts])
        # Variances are positive.
        model.set_weights([0.1 + np.abs(generator.normal(size=w.shape).astype("f4")) for w in model.get_weights()])
        inputs = generator.normal(size=(4, *shape)).astype("f4") * (100 if name == "image" else 1)
        outputs = np.asarray(keras.ops.convert_to_numpy(model(inputs)))
        path = DIRECTORY / "keras.onnx"
        model.export(path, format="onnx", verbose=False)
        keep(f"keras-{BACKEND}-{name}", onnx.load(path), inputs, outputs, activations)
        path.unlink()


def sklearn_defaults():
    import pandas
    from skl2onnx import to_onnx
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    generator = np.random.default_rng(2)
    table = pandas.DataFrame({
        "age": generator.normal(40, 10, 200).astype("f4"), "income": generator.normal(3, 1, 200).astype("f4"),
        "city": generator.choice(["Bern", "Oslo", "Rome"], 200), "kind": generator.choice(["a", "b"], 200),
    })
    targets = (table.income + 2 * (table.city == "Rome") + (table.kind == "b") > 4).astype(int)
    table.loc[::7, "age"] = np.nan
    table.loc[1, "income"] = np.nan
    settings = {"max_iter": 50, "random_state": 0, "hidden_layer_sizes": (4,)}

    def columns(encoder, order):
        parts = {
            "numbers": ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income"]),
            "text": ("text", encoder, ["city", "kind"]),
        }
        return ColumnTransformer([parts[name] for name in order])

    def encoded(rows):
        """The features: numbers, then 1 for the category of each column of text."""
        texts = [np.asarray(rows[name])[:, None] == np.array(names)[None] for name, names in [("city", ["Bern", "Oslo", "Rome"]), ("kind", ["a", "b"])]]
        return np.concatenate([rows[["age", "income"]].to_numpy(), *texts], 1).astype("f4")

    unknown = OneHotEncoder(handle_unknown="ignore")
    classifier = make_pipeline(columns(unknown, ["numbers", "text"]), MLPClassifier(**settings)).fit(table, targets)
    keep("sklearn-columns", to_onnx(classifier, table[:1]), encoded(table[:8]), classifier.predict_proba(table[:8])[:, 1], ["relu", "sigmoid"])
    regressor = make_pipeline(columns(OneHotEncoder(drop="if_binary"), ["text", "numbers"]), MLPRegressor(activation="tanh", **settings))
    regressor.fit(table, table.age.fillna(40) / 10)
    keep("sklearn-columns-dropped", to_onnx(regressor, table[:1]), encoded(table[:8]), regressor.predict(table[:8]), ["tanh", "identity"])
    whole = np.stack([generator.integers(0, 3, 100), generator.integers(0, 4, 100)], 1)
    model = make_pipeline(OneHotEncoder(), MLPRegressor(**settings)).fit(whole, whole.sum(1))
    features = np.concatenate([np.eye(3)[whole[:8, 0]], np.eye(4)[whole[:8, 1]]], 1).astype("f4")
    keep("sklearn-whole-numbers", to_onnx(model, whole[:1]), features, model.predict(whole[:8]), ["relu", "identity"])


if DEFAULTS and BACKEND:
    keras_defaults()
elif DEFAULTS:
    torch_defaults()
    sklearn_defaults()
elif BACKEND:
    keras_models()
else:
    torch_models()
    sklearn_models()
EXPECTED.write_text("{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(expected[name])}" for name in sorted(expected)) + "\n}\n")
