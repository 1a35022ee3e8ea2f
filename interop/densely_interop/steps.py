"""What the steps of a pipeline make of features, each a function of one cell."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectorMixin
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler,
)

from .encoders import one_hot, ordinal, plain
from .features import Cell


def flattened(step, name):
    """The steps of pipelines within pipelines, without those that change nothing."""
    if isinstance(step, Pipeline):
        return [leaf for inner, each in step.steps for leaf in flattened(each, f"{name}__{inner}" if name else inner)]
    changes_nothing = (step is None or isinstance(step, str) and step == "passthrough"
                       or isinstance(step, FunctionTransformer) and step.func is step.inverse_func is None)
    return [] if changes_nothing else [(name, step)]


def transformed(features, step, name):
    """The features that a step makes of these."""
    for leaf, each in flattened(step, name):
        features = by_one(features, each, leaf)
    return features


def by_one(features, step, name):
    if isinstance(step, ColumnTransformer):
        return by_columns(features, step, name)
    if isinstance(step, SimpleImputer):
        return imputed(features, step, name)
    if isinstance(step, OneHotEncoder):
        return one_hot(features, step, name)
    if isinstance(step, OrdinalEncoder):
        return ordinal(features, step, name)
    if isinstance(step, SelectorMixin):
        return [feature for feature, is_kept in zip(features, step.get_support()) if is_kept]
    centres, spreads = np.broadcast_arrays(*centre_and_spread(step, name), np.zeros(len(features)))[:2]
    features = numbers(features, name)
    return [feature.scaled(*scale) for feature, *scale in zip(features, centres.tolist(), spreads.tolist())]


def numbers(features, name):
    """The features, each a number."""
    return [feature.number(name) if isinstance(feature, Cell) else feature for feature in features]


def by_columns(features, transformer, name):
    made = []
    for inner, step, columns in transformer.transformers_:
        columns = places(columns, transformer)
        if columns and not (isinstance(step, str) and step == "drop"):
            made += transformed([features[column] for column in columns], step, f"{name}__{inner}")
    return made


def places(columns, transformer):
    """The numbers of the columns that a ColumnTransformer selects: by names, numbers, a slice or a mask."""
    names, every = list(getattr(transformer, "feature_names_in_", [])), range(transformer.n_features_in_)
    if isinstance(columns, slice):
        start, stop = columns.start, columns.stop
        start = names.index(start) if isinstance(start, str) else start
        # A slice of names has its last one.
        stop = names.index(stop) + 1 if isinstance(stop, str) else stop
        return list(every[start:stop:columns.step])
    columns = [columns] if isinstance(columns, (str, int, np.integer)) else list(columns)
    if columns and all(isinstance(column, (bool, np.bool_)) for column in columns):
        return [column for column, is_taken in zip(every, columns) if is_taken]
    return [names.index(column) if isinstance(column, str) else every[column] for column in columns]


def imputed(features, imputer, name):
    missing = plain(imputer.missing_values)
    made = []
    for feature, value in zip(features, map(plain, imputer.statistics_)):
        if value is None and not imputer.keep_empty_features:
            continue
        if isinstance(feature, Cell):
            made.append(feature.filled(missing, value))
        elif missing is None:
            made.append(feature.filled(value))
        else:
            raise ValueError(f"{name}: missing_values={missing!r} after another step cannot be written; "
                             "impute before, or make them NaN in the table")
    if imputer.add_indicator:
        if missing is not None:
            raise ValueError(f"{name}: add_indicator with missing_values={missing!r} cannot be written; "
                             "make them NaN in the table, before the pipeline")
        made += [features[column].is_missing() for column in imputer.indicator_.features_]
    return made


def centre_and_spread(scaler, name):
    """Centre and spread of the scaler, which makes (x - centre) / spread of x."""
    if getattr(scaler, "clip", False):
        raise ValueError(f"{name}: {type(scaler).__name__}(clip=True) cannot be written; fit it without clip")
    if isinstance(scaler, StandardScaler):
        centre, spread = scaler.mean_ if scaler.with_mean else None, scaler.scale_
    elif isinstance(scaler, RobustScaler):
        centre, spread = scaler.center_, scaler.scale_
    elif isinstance(scaler, MinMaxScaler):
        centre, spread = -scaler.min_ / scaler.scale_, 1.0 / scaler.scale_
    elif isinstance(scaler, MaxAbsScaler):
        centre, spread = None, scaler.scale_
    else:
        raise ValueError(f"{name}: {type(scaler).__name__} cannot be written; apply it to the table, before the "
                         "pipeline, in Python and wherever densely predicts")
    defaults = [(centre, 0.0), (spread, 1.0)]
    return [np.asarray(default if given is None else given, dtype=np.float64) for given, default in defaults]
