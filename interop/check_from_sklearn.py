"""Whether `densely predict` on a raw table gives what scikit-learn gives.

    pip install ./interop scikit-learn==1.9.1 pandas==3.1.1
    python -I interop/check_from_sklearn.py target/release/densely

Each model is fitted to rows that pandas reads from a CSV file, and predicts those of another, whose columns stand in
another order, with blank cells and with categories that no row of the first had.
"""

import io
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler,
)

from densely_interop import save

warnings.simplefilter("ignore")
ROWS = 150
# In float32 the rounding of rows alone is 6e-8; both sides add up some dozens of numbers.
MOST = {"float32": 1e-6, "float64": 1e-12}
NUMBERS, TEXTS, CODES = ["age", "income", "pressure", "seconds"], ["kind", "town, or \"place\""], ["code", "size"]
WITHOUT_BLANKS = ["income", "pressure", "code"]


def cells(seed):
    """A raw table: numbers, texts, codes that are numbers, and true or false; some are blank."""
    generator = np.random.default_rng(seed)
    table = pd.DataFrame({
        "age": generator.normal(38, 13, ROWS),
        "income": np.exp(generator.normal(0, 1, ROWS)),
        "pressure": generator.normal(1013, 200, ROWS),
        "seconds": generator.normal(1.7e9, 1e5, ROWS),
        "kind": generator.choice(["a", "b", "c, d", " é", "none"], ROWS),
        "town, or \"place\"": generator.choice(["Ulm", "?", "Bonn"], ROWS),
        "code": generator.choice([1, 2, 10], ROWS),
        "size": generator.choice([0.5, 1.0, 2.5, 40.0], ROWS, p=[0.4, 0.4, 0.17, 0.03]),
        "is_new": generator.choice([True, False], ROWS),
        "note": generator.choice(["x", "y"], ROWS),
        "empty": np.full(ROWS, np.nan),
    })
    for name in ["age", "seconds", *TEXTS, "size"]:
        table[name] = table[name].mask(generator.random(ROWS) < 0.2)
    return table


def unknown(table):
    """The table with categories that `cells` never has, and with true and false as others write them."""
    table = table.assign(is_new=table["is_new"].map({True: "TRUE", False: "false"}))
    table = table.assign(kind=table["kind"].mask(table.index % 7 == 1, "zebra"))
    table["code"] = table["code"].mask(table.index % 7 == 2, 3)
    table["size"] = table["size"].mask(table.index % 7 == 3, 1.5)
    return table


def raw(table, **options):
    """The table as pandas reads it, and its CSV."""
    csv = table.to_csv(index=False)
    return pd.read_csv(io.StringIO(csv), **options), csv


def targets(table):
    """A number that depends on most columns."""
    number = table["age"].fillna(50) / 10 + np.log(table["income"]) + table["code"]
    number += (table["kind"] == "a") * 2 + table["is_new"]
    return number - number.min()


def classifier(**options):
    return MLPClassifier(**{"hidden_layer_sizes": (12,), "max_iter": 30, "learning_rate_init": 0.02, "random_state": 1, **options})


def regressor(**options):
    return MLPRegressor(**{"hidden_layer_sizes": (12,), "max_iter": 30, "learning_rate_init": 0.02, "random_state": 1, **options})


def one_hot(**options):
    return OneHotEncoder(**{"handle_unknown": "ignore", **options})


def usual(**options):
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = make_pipeline(SimpleImputer(strategy="most_frequent"), one_hot(**options))
    return ColumnTransformer([("num", numbers, NUMBERS), ("cat", categories, TEXTS + CODES)])


def without_blanks(*steps):
    return ColumnTransformer([("num", make_pipeline(*steps), ["income", "pressure"])])


def twice():
    """A column in several steps, with another number for blanks in each."""
    return ColumnTransformer([
        ("mean", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "seconds"]),
        ("zero", make_pipeline(MinMaxScaler((-1, 1)), SimpleImputer(strategy="constant", fill_value=0)), ["age"]),
        ("first", make_pipeline(SimpleImputer(strategy="constant", fill_value="a"), one_hot()), ["kind"]),
        ("second", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2), ["kind"]),
    ])


# Pipelines of a classifier.
STEPS = {
    "usual": usual(),
    "drop first": usual(drop="first"),
    "drop if binary": usual(drop="if_binary"),
    "infrequent": usual(handle_unknown="infrequent_if_exist", min_frequency=0.1),
    "infrequent and dropped": usual(handle_unknown="infrequent_if_exist", max_categories=3, drop="first"),
    "without imputer": ColumnTransformer([("cat", one_hot(), TEXTS + CODES), ("num", RobustScaler(), ["income"])]),
    "constant": make_pipeline(
        ColumnTransformer([("cat", make_pipeline(SimpleImputer(strategy="constant"), one_hot(sparse_output=False)), TEXTS)]),
        StandardScaler()),
    "indicators": ColumnTransformer([
        ("num", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), NUMBERS),
        ("cat", make_pipeline(SimpleImputer(strategy="most_frequent", add_indicator=True), one_hot()), ["kind"])]),
    "missing text": make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="constant", fill_value="?"), SimpleImputer(missing_values="?", strategy="most_frequent"),
                       one_hot()), ["town, or \"place\"", "kind"])),
    "passthrough": ColumnTransformer(
        [("cat", one_hot(), TEXTS), ("max", MaxAbsScaler(), ["pressure"]), ("drop", "drop", ["note", "size", "age", "seconds", "is_new", "empty"])],
        remainder="passthrough"),
    "remainder": make_pipeline(
        ColumnTransformer([("cat", one_hot(sparse_output=False), ["kind", "is_new"]), ("not", "drop", ["note", "empty", *TEXTS[1:]])],
                          remainder=make_pipeline(StandardScaler(), SimpleImputer(add_indicator=True))),
        MinMaxScaler((-1, 1))),
    "twice": twice(),
    "empty": ColumnTransformer([("num", SimpleImputer(), ["empty", "age"]), ("kept", SimpleImputer(keep_empty_features=True), ["empty"])]),
    "ordinal": make_pipeline(
        ColumnTransformer([("cat", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), TEXTS + CODES)]),
        SimpleImputer(strategy="most_frequent", add_indicator=True), StandardScaler()),
    "identity": ColumnTransformer([("a", make_pipeline("passthrough", FunctionTransformer(), RobustScaler()), ["income"]),
                                   ("b", StandardScaler(with_mean=False), ["pressure"]), ("c", StandardScaler(with_std=False), ["code"])]),
    "selected": make_pipeline(usual(sparse_output=False), SelectKBest(k=5)),
    "positions": ColumnTransformer([("a", make_pipeline(SimpleImputer(), StandardScaler()), [0, -8, 2]), ("b", one_hot(), slice(4, 8)),
                                    ("c", MinMaxScaler(), [1]), ("d", one_hot(), [name == "is_new" for name in cells(1)])]),
    "slices": ColumnTransformer([("a", make_pipeline(SimpleImputer(), StandardScaler()), slice("age", "seconds")),
                                 ("b", one_hot(), make_column_selector(dtype_exclude=np.number))]),
    "pandas": make_pipeline(
        ColumnTransformer([("a", SimpleImputer(), NUMBERS), ("b", "passthrough", ["code"])],
                          verbose_feature_names_out=False).set_output(transform="pandas"),
        ColumnTransformer([("a", one_hot(), ["code"]), ("b", StandardScaler(), ["seconds", "age"])])),
}


def classifiers():
    """Name, model, and its classes of a number."""
    def halves(y):
        return np.where(y > 4, "yes", "no")

    def thirds(y):
        return np.array([10, 9, 11])[np.digitize(y, [3.5, 5])]

    for name, steps in STEPS.items():
        yield name, make_pipeline(steps, classifier()), halves
    yield "three classes", make_pipeline(usual(), classifier(activation="tanh", hidden_layer_sizes=(8, 5))), thirds
    search = GridSearchCV(make_pipeline(usual(), classifier()), {"mlpclassifier__activation": ["logistic", "relu"]}, cv=2)
    yield "search", search, halves
    yield "search of the network", make_pipeline(usual(), GridSearchCV(classifier(), {"alpha": [0.1, 1e-4]}, cv=2)), thirds
    yield "several labels", make_pipeline(usual(), classifier()), lambda y: np.column_stack([y > 3, y > 4, y > 5]).astype(int)


def regressors():
    """Name, model, and its targets of a number."""
    def same(y):
        return y.to_numpy() * 100 + 1e4

    def two(y):
        return np.column_stack([y, y**2])

    both = make_pipeline(MinMaxScaler(), StandardScaler())
    for transformer in [StandardScaler(), RobustScaler(), MinMaxScaler(), both, None]:
        network = make_pipeline(usual(), regressor())
        yield f"target by {transformer}", TransformedTargetRegressor(network, transformer=transformer), same
    network = TransformedTargetRegressor(regressor(activation="tanh"), transformer=StandardScaler())
    yield "two targets", make_pipeline(usual(), network), two
    network = TransformedTargetRegressor(regressor(loss="poisson"), transformer=MaxAbsScaler())
    yield "poisson", make_pipeline(usual(), network), same
    yield "no units", make_pipeline(without_blanks("passthrough"), regressor(alpha=1.0)), same
    yield "centres", make_pipeline(without_blanks(StandardScaler(with_std=False)), regressor(alpha=1.0)), same


class Densely:
    """Compares the program's predictions with scikit-learn's."""

    def __init__(self, program, folder):
        self.program, self.folder, self.worst = program, Path(folder), {dtype: 0.0 for dtype in MOST}

    def predicted(self, model, csv, dtype, **options):
        """Columns as the program prints them."""
        file, data = self.folder / "m.safetensors", self.folder / "new.csv"
        save(model, file, dtype, **options)
        data.write_text(csv)
        done = subprocess.run([self.program, "predict", file, data], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return pd.read_csv(io.StringIO(done.stdout))

    def check(self, name, model, new, csv, method, **options):
        # Of an array, scikit-learn gets the values.
        rows = new if hasattr(model, "feature_names_in_") else new[options["columns"]].to_numpy(dtype=object)
        expected = np.asarray(getattr(model, method)(rows)).reshape(len(new), -1)
        for dtype, most in MOST.items():
            found = self.predicted(model, csv, dtype, **options)
            numbers = found.iloc[:, -expected.shape[1]:].to_numpy(dtype=np.float64)
            error = np.abs(numbers - expected).max() / max(1.0, np.abs(expected).max())
            assert error <= most, f"{name}, {dtype}: off by {error:.1e}, more than {most:.0e}"
            self.worst[dtype] = max(self.worst[dtype], error)
            if found.shape[1] > expected.shape[1]:
                assert (found.iloc[:, 0] == model.predict(rows)).all(), f"{name}: other classes"


def check_all(densely):
    train, _ = raw(cells(1))
    new, csv = raw(unknown(cells(2)).iloc[:, ::-1])
    count = 0
    for models, method in [(classifiers(), "predict_proba"), (regressors(), "predict")]:
        for name, model, of in models:
            model.fit(train, of(targets(train)))
            # The names of the columns are found by the model, not by their order.
            densely.check(name, model, new[train.columns], csv, method)
            count += 1
    return count


def check_known_categories(densely):
    """An encoder that refuses unknown categories, and a table without the columns that are not used."""
    table, _ = raw(cells(1))
    new, csv = raw(cells(3)[["kind", "income"]])
    steps = make_column_transformer((one_hot(handle_unknown="error"), ["kind"]), (StandardScaler(), ["income"]))
    model = make_pipeline(steps, classifier()).fit(table, targets(table) > 4)
    assert model.predict_proba(new.reindex(columns=table.columns)).shape == (ROWS, 2)
    densely.check("known categories", model, new.reindex(columns=table.columns), csv, "predict_proba", target="is above 4")
    assert densely.predicted(model, csv, "float32", target="is above 4").columns[0] == "is above 4"


def check_array(densely):
    """A model of an array, whose columns the call names."""
    table, _ = raw(cells(1)[WITHOUT_BLANKS])
    new, csv = raw(cells(2)[WITHOUT_BLANKS[::-1]])
    steps = make_column_transformer((one_hot(), [2]), (StandardScaler(), slice(0, 2)))
    model = make_pipeline(steps, classifier()).fit(table.to_numpy(dtype=object), targets(raw(cells(1))[0]) > 4)
    densely.check("array", model, new, csv, "predict_proba", columns=WITHOUT_BLANKS)


def check_texts_for_blanks(densely):
    """Blank cells and `NA` that pandas was told to keep as texts."""
    options = {"keep_default_na": False, "dtype": str}
    columns = [*TEXTS, "size"]
    table = raw(cells(1)[columns].assign(kind=lambda table: table["kind"].replace({"b": "NA"})), **options)[0]
    new, csv = raw(cells(2)[columns].assign(kind=lambda table: table["kind"].replace({"b": "NA"})), **options)
    assert (new["kind"] == "").any() and (new["kind"] == "NA").any()
    model = make_pipeline(one_hot(), classifier()).fit(table, targets(raw(cells(1))[0]) > 4)
    densely.check("texts for blanks", model, new, csv, "predict_proba")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        densely = Densely(sys.argv[1], folder)
        count = check_all(densely)
        check_known_categories(densely)
        check_array(densely)
        check_texts_for_blanks(densely)
        worst = ", ".join(f"{error:.1e} in {dtype}" for dtype, error in densely.worst.items())
        print(f"{count + 3} models; the worst: {worst}")
