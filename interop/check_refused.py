"""What `save` of densely_interop refuses, and what its errors name.

    pip install ./interop scikit-learn==1.9.1 pandas==3.1.1
    python -I interop/check_refused.py
"""

import tempfile
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

from densely_interop import save

warnings.simplefilter("ignore")
ROWS = 40


def regressor():
    return MLPRegressor(hidden_layer_sizes=(3,), max_iter=5, random_state=1)


def refused():
    """What each error must say, the model, and options of `save`."""
    generator = np.random.default_rng(1)
    numbers = pd.DataFrame({"income": generator.exponential(size=ROWS), "pressure": generator.normal(size=ROWS)})
    text, codes = pd.DataFrame({"kind": ["a", "b", "c", "d"] * (ROWS // 4)}), pd.DataFrame({"code": [1, 2] * (ROWS // 2)})
    target = generator.normal(size=ROWS)

    def of_numbers(*steps):
        return make_pipeline(*steps, regressor()).fit(numbers, target)

    def of_text(*steps):
        return make_pipeline(*steps, regressor()).fit(text, target)

    def of_text_of(text):
        return make_pipeline(OneHotEncoder(), regressor()).fit(text, target)

    of_array = make_pipeline(OneHotEncoder(), regressor()).fit(text.to_numpy(), target)
    spaces = of_text_of(text.replace({"b": " a"}))
    missing = make_pipeline(SimpleImputer(missing_values=1), StandardScaler(), regressor()).fit(codes, target)
    both = make_column_transformer((OneHotEncoder(), ["code"]), (StandardScaler(), ["code"]))
    bins = ColumnTransformer([("bin", make_pipeline(KBinsDiscretizer(3)), ["income"])])
    by_function = TransformedTargetRegressor(regressor(), func=np.arcsinh, inverse_func=np.sinh).fit(numbers, target)
    one_class = MLPClassifier((2,), max_iter=2).fit(numbers, np.zeros(ROWS))
    yield "pca: PCA cannot be written; apply it to the table", of_numbers(PCA(2)), {}
    yield "columntransformer__bin__kbinsdiscretizer: KBinsDiscretizer cannot", of_numbers(bins), {}
    yield "knnimputer: KNNImputer cannot", of_numbers(KNNImputer()), {}
    yield "functiontransformer: FunctionTransformer cannot", of_numbers(FunctionTransformer(np.abs)), {}
    yield "minmaxscaler: MinMaxScaler(clip=True) cannot", of_numbers(MinMaxScaler(clip=True)), {}
    yield "onehotencoder: the categories are numbers that", of_numbers(StandardScaler(), OneHotEncoder()), {}
    yield "ordinalencoder: an OrdinalEncoder with min_frequency", of_text(OrdinalEncoder(min_frequency=30)), {}
    yield "onehotencoder: white space alone tells the category 'a'", spaces, {}
    yield "standardscaler: an imputer replaced 1 among numbers", missing, {}
    yield "onehotencoder: both '' and a missing value are categories", of_text_of(text.replace({"b": "", "c": np.nan})), {}
    yield "onehotencoder: the category datetime.date(2026, 1, 2) is a date", of_text_of(text.map(lambda _: date(2026, 1, 2))), {}
    of_ones = SimpleImputer(missing_values=1)
    yield "simpleimputer: missing_values=1 after another step", of_numbers(StandardScaler(), of_ones), {}
    of_ones = SimpleImputer(missing_values=1, add_indicator=True)
    yield "simpleimputer: add_indicator with missing_values=1", of_numbers(of_ones), {}
    yield "column 'code': it is a number to one step and a category", make_pipeline(both, regressor()).fit(codes, target), {}
    yield "columns: column 1 has categories", of_array, {}
    yield "columns: 2 names for 1 columns", of_array, {"columns": ["a", "b"]}
    yield "columns: the name 'a' is blank or stands twice", regressor().fit(numbers.to_numpy(), target), {"columns": ["a", "a"]}
    yield "columns: the model was fitted to a DataFrame", of_numbers(), {"columns": ["a", "b"]}
    yield "target: 2 names for 1 targets", of_numbers(), {"target": ["a", "b"]}
    yield "ridge: Ridge is not a multilayer", make_pipeline(StandardScaler(), Ridge()).fit(numbers, target), {}
    yield "Ridge: Ridge is not a multilayer", Ridge().fit(numbers, target), {}
    yield "transformer: FunctionTransformer cannot", by_function, {}
    yield "MLPClassifier: 1 classes", one_class, {}
    yield "not fitted", Pipeline([("mlp", regressor())]), {}
    yield "GridSearchCV: it has no best estimator; fit it with refit=True", GridSearchCV(
        make_pipeline(regressor()), {"mlpregressor__alpha": [1.0]}, cv=2, refit=False).fit(numbers, target), {}
    yield "dtype: 'float16'", of_numbers(), {"dtype": "float16"}
    far = make_pipeline(StandardScaler(with_mean=False), regressor()).fit(numbers, target)
    far[-1].coefs_[0] *= 1e60
    yield "layers.0.weights: a number is not finite as a float32", far, {"dtype": "float32"}


if __name__ == "__main__":
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.safetensors"
        for expected, model, options in refused():
            try:
                save(model, path, **options)
            except ValueError as error:
                assert expected in str(error), f"{error}, not {expected}"
            else:
                raise AssertionError(f"saved: {expected}")
            assert not any(Path(folder).iterdir()), "nothing is half written"
            count += 1
    print(count, "refused")
