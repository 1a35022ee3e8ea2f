"""Writes a fitted scikit-learn network, its preprocessing included, to a file that densely loads."""

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from .columns import column_of, missing_words, move_offset, number_column
from .features import Cell, Number
from .model_file import PRECISIONS, write
from .steps import flattened, numbers, transformed

ACTIVATIONS = {
    "identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "softmax": "softmax",
    "exp": "exponential",
}


def save(model, path, dtype="float64", *, columns=None, target=None):
    """Writes `model` to `path`, its numbers as `dtype`: "float64" or "float32".

        from densely_interop import save
        save(model, "income.safetensors", target="income")

    and then `densely predict income.safetensors people.csv`, or in Rust `Mlp::<f64>::load`. From
    the raw table it predicts what `predict_proba` does, for a regression what `predict` does. A
    network of two classes has one output, the second one's probability. "float32" halves the file;
    it costs a digit where a column's mean is ten times its deviation.

    `model` is a fitted MLPClassifier or MLPRegressor, or a Pipeline, TransformedTargetRegressor or
    search, such as GridSearchCV, of one. Its steps may be ColumnTransformer, StandardScaler,
    RobustScaler, MinMaxScaler, MaxAbsScaler, SimpleImputer, OneHotEncoder, OrdinalEncoder,
    "passthrough", and selections of features; scalers may transform the target. Anything else is a
    ValueError that names the step.

    `columns` are the names of the table's columns, for a model that was fitted to an array; a
    DataFrame has its own. `target` is the target's name, or a list of one name for each output;
    `densely predict` prints it, and `densely explain` needs it.
    """
    if dtype not in PRECISIONS:
        raise ValueError(f"dtype: {dtype!r} is neither 'float32' nor 'float64'")
    check_is_fitted(model)
    steps, name, network, targets = unwrapped(model, "", type(model).__name__)
    # The one that gets the table.
    first = steps[0][1] if steps else network
    names, classes = names_of(first, columns), classes_of(network, name)
    features = features_of(first.n_features_in_, steps, network, name)
    weights = [np.asarray(weights, dtype=np.float64) for weights in network.coefs_]
    biases = [np.asarray(bias, dtype=np.float64) for bias in network.intercepts_]

    made = columns_of(features, weights[0], names, first.n_features_in_)
    if names and dtype == "float32":
        for column in made:
            move_offset(column)
    weights[0] = np.vstack([column.weights for column in made])
    biases[0] = biases[0] + sum(column.bias for column in made)
    activations = [network.activation] * (len(weights) - 1) + [network.out_activation_]
    layers = zip([ACTIVATIONS[activation] for activation in activations], weights, biases)
    schema = {
        "columns": [column.schema for column in made] if names else [],
        "targets": target_names(target, 1 if classes else network.n_outputs_),
        "classes": classes,
    }
    if missing := missing_words(made):
        schema["missing"] = missing
    write(path, dtype, layers, units_in(features, made), units_out(targets, network.n_outputs_), schema)


def unwrapped(model, path, name):
    """The steps before the network, its name, the network, and the steps of its targets.

    Steps have their names. `path` is the start of the names of the steps within `model`.
    """
    if hasattr(model, "best_estimator_"):
        return unwrapped(model.best_estimator_, path, name)
    if isinstance(model, Pipeline):
        before = [leaf for inner, step in model.steps[:-1] for leaf in flattened(step, path + inner)]
        inner, last = model.steps[-1]
        steps, name, network, targets = unwrapped(last, f"{path}{inner}__", path + inner)
        return before + steps, name, network, targets
    if isinstance(model, TransformedTargetRegressor):
        steps, inner, network, targets = unwrapped(model.regressor_, path, name)
        return steps, inner, network, [(f"{path}transformer", model.transformer_), *targets]
    if isinstance(model, (MLPClassifier, MLPRegressor)):
        return [], name, model, []
    if getattr(model, "refit", None) is False:
        raise ValueError(f"{name}: it has no best estimator; fit it with refit=True")
    raise ValueError(f"{name}: {type(model).__name__} is not a multilayer perceptron, nor a pipeline or a search of one")


def names_of(first, given):
    """The names of the table's columns, which the first step knows; none if it got an array."""
    known = getattr(first, "feature_names_in_", None)
    if given is not None and known is not None:
        raise ValueError("columns: the model was fitted to a DataFrame and has names; leave them out")
    if given is None and known is None:
        return []
    # densely reads names without white space around them.
    names = [str(name).strip() for name in (known if given is None else given)]
    if len(names) != first.n_features_in_:
        raise ValueError(f"columns: {len(names)} names for {first.n_features_in_} columns")
    for name in names:
        if names.count(name) > 1 or not name:
            raise ValueError(f"columns: the name {name!r} is blank or stands twice; rename the columns of the table")
    return names


def features_of(columns, steps, network, name):
    """The inputs of the network, which the steps make of this number of columns."""
    features = [Cell(column) for column in range(columns)]
    for step_name, step in steps:
        features = transformed(features, step, step_name)
    if len(features) != network.n_features_in_:
        raise ValueError(f"{name}: it has {network.n_features_in_} inputs, and its steps make {len(features)} features")
    return numbers(features, name)


def columns_of(features, weights, names, count):
    """The columns of the file: with names those that the network uses, else all."""
    by_column = {}
    for feature, row in zip(features, weights):
        by_column.setdefault(feature.column, []).append((feature, row))
    made = []
    for column in range(count):
        name = names[column] if names else str(column + 1)
        used = by_column.get(column, [])
        if used:
            made.append(column_of(name, [feature for feature, _ in used], np.array([row for _, row in used])))
        elif not names:
            made.append(number_column(name, [], np.zeros((0, weights.shape[1]))))
        if not names and len(made[-1].centres) + len(made[-1].schema["categories"]) > 1:
            raise ValueError(f"columns: column {name} has categories or a feature for blanks, and the model was fitted "
                             "to an array; name its columns: save(…, columns=[…])")
    return made


def units_in(features, columns):
    """Centre and spread of each feature; None if they change nothing."""
    centres = np.array([centre for column in columns for centre in column.centres])
    spreads = np.array([spread for column in columns for spread in column.spreads])
    fills = any(isinstance(feature, Number) and feature.blank is not None for feature in features)
    return (centres, spreads) if fills or centres.any() or (spreads != 1.0).any() else None


def units_out(targets, count):
    """Centre and spread of each output; None without a transformer of the targets."""
    outputs = [Number(output) for output in range(count)]
    for name, step in targets:
        outputs = transformed(outputs, step, name)
    if outputs == [Number(output) for output in range(count)]:
        return None
    return np.array([output.centre for output in outputs]), np.array([output.spread for output in outputs])


def classes_of(network, name):
    """The names of the classes; none for a regression or several labels."""
    if not isinstance(network, MLPClassifier) or network.n_outputs_ > 1 and network.out_activation_ != "softmax":
        return []
    classes = [str(each) for each in network.classes_]
    if len(classes) != max(network.n_outputs_, 2):
        raise ValueError(f"{name}: {len(classes)} classes for {network.n_outputs_} outputs")
    return classes


def target_names(target, count):
    names = [] if target is None else [target] if isinstance(target, str) else [str(name) for name in target]
    if names and len(names) != count:
        raise ValueError(f"target: {len(names)} names for {count} targets")
    return names
