"""What from_sklearn.py refuses, and whom its errors name; that a bias makes up for rounded weights: `python interop/check_from_sklearn.py`.

Run with scikit-learn 1.9.1. That densely computes from its files what scikit-learn does is in tests/promises/from_sklearn.rs.
"""

import tempfile
import warnings
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from from_sklearn import save

warnings.simplefilter("ignore")
generator = np.random.default_rng(1)
X, y = generator.normal(size=(40, 3)), generator.normal(size=40)


def regressor(**options):
    return MLPRegressor(hidden_layer_sizes=(3,), max_iter=5, random_state=1, **options)




refused = [
    ("pca: PCA is not", make_pipeline(PCA(2), regressor()).fit(X, y), "float32"),
    ("robust: RobustScaler is not", Pipeline([("robust", RobustScaler()), ("mlp", regressor())]).fit(X, y), "float32"),
    ("minmaxscaler: MinMaxScaler clips", make_pipeline(MinMaxScaler(clip=True), regressor()).fit(X, y), "float32"),
    ("ridge: Ridge is not a multilayer", make_pipeline(StandardScaler(), Ridge()).fit(X, y), "float32"),
    ("Ridge: Ridge is not a multilayer", Ridge().fit(X, y), "float32"),
    ("transformer: FunctionTransformer is not", TransformedTargetRegressor(regressor(), func=np.arcsinh, inverse_func=np.sinh).fit(X, y), "float32"),
    ("transformer: it cannot be folded into outputs that are exponential",
     TransformedTargetRegressor(regressor(loss="poisson"), transformer=MinMaxScaler()).fit(X, y), "float32"),
    ("MLPClassifier: 1 classes", MLPClassifier((2,), max_iter=2).fit(X, np.zeros(40)), "float32"),
    ("not fitted", regressor(), "float32"),
    ("dtype: 'float16'", regressor().fit(X, y), "float16"),
]
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "m.safetensors"
    for expected, model, dtype in refused:
        try:
            save(model, path, dtype)
        except ValueError as error:
            assert expected in str(error), f"{error}, not {expected}"
        else:
            raise AssertionError(f"saved: {expected}")
        assert not path.exists(), "nothing is half written"
    far = make_pipeline(StandardScaler(), regressor()).fit(X * 1e-45, y)
    try:
        save(far, path, "float32")
    except ValueError as error:
        assert "layers.0.weights: a number is not finite as a float32" in str(error), error
    else:
        raise AssertionError("saved numbers that are not finite")

    far = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(50,), max_iter=5, random_state=1)).fit(X + 1e4, y)
    save(far, path, "float32")
    tensors = load_file(path)
    weights, bias = (tensors[f"layers.0.{name}"].astype(np.float64) for name in ["weights", "bias"])
    # The mean, standardised, is 0: what is left is the bias.
    error = np.abs(far[0].mean_ @ weights + bias - far[1].intercepts_[0])
    half_ulp = np.spacing(np.abs(tensors["layers.0.bias"])) / 2
    assert (error <= half_ulp * 1.001).all(), f"{error}: more than the bias's own rounding, {half_ulp}"
print(len(refused) + 1, "refused; at the mean, nothing but the bias's own rounding")
