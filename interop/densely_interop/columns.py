"""The columns of a file's schema: what the first layer and the units make of each column of the table."""

from dataclasses import dataclass
from math import ceil, log10

import numpy as np

from .features import Choice, Number

# densely takes other texts for missing values in every column: blank cells and those that `USUAL`
# has, in any case.
USUAL = ["?", "NA", "N/A", "#N/A", "<NA>", "NaN", "null"]
# What pandas reads as missing, too.
OF_PANDAS = ["None", "#NA", "#N/A N/A", "-NaN", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"]


@dataclass
class Column:
    """A column of the schema, and the numbers of its features: one of each for a feature.

    `weights` are features × outputs of the first layer. `bias` is what the column adds to its bias.
    """

    schema: dict
    centres: list
    spreads: list
    weights: np.ndarray
    bias: np.ndarray


def column_of(name, features, weights):
    """The column of a file that does all that these features of one column do, each with its weights."""
    texts = {text: None for feature in features if isinstance(feature, Choice) for text in feature.texts}
    if not texts:
        return number_column(name, features, weights)
    if any(isinstance(feature, Number) for feature in features):
        raise ValueError(f"column {name!r}: it is a number to one step and a category to another; "
                         "give the table a second column of the same cells")
    return category_column(name, list(texts), features, weights)


def number_column(name, features, weights):
    numbers = [(feature, each) for feature, each in zip(features, weights) if isinstance(feature, Number)]
    choices = [(feature, each) for feature, each in zip(features, weights) if isinstance(feature, Choice)]
    # A spread of 0 makes 0 of every number.
    first = numbers[0][0] if numbers else Number(0, spread=0.0)
    fillings = list(dict.fromkeys(feature.blank for feature, _ in numbers if feature.blank is not None))
    # The centre is what stands for a blank.
    centre = fillings[0] if fillings else first.centre
    row, bias, blank = np.zeros((3, weights.shape[1]))
    for feature, each in numbers:
        row = row + each * (first.spread / feature.spread)
        bias = bias + each * ((centre - feature.centre) / feature.spread)
        if feature.blank is not None:
            blank = blank + each * ((feature.blank - centre) / feature.spread)
    for feature, each in choices:
        bias = bias + each * feature.other
        blank = blank + each * (feature.blank - feature.other)
    schema, rows = {"name": name, "categories": []}, [row]
    if len(fillings) > 1 or choices:
        schema["blanks"] = True
        rows.append(blank)
    others = len(rows) - 1
    return Column(schema, [centre] + [0.0] * others, [first.spread] + [1.0] * others, np.array(rows), bias)


def category_column(name, texts, features, weights):
    """No text is 1 in a text that the encoders do not know: what that is goes into the bias."""
    others = np.array([known(feature.other) for feature in features])
    numbers = np.array([[known(feature.values.get(text, feature.other)) for feature in features] for text in texts])
    blank = np.array([known(feature.blank, feature.other) for feature in features])
    rows, schema = (numbers - others) @ weights, {"name": name, "categories": texts}
    if (blank != others).any():
        schema["blanks"] = True
        rows = np.vstack([rows, (blank - others) @ weights])
    return Column(schema, [0.0] * len(rows), [1.0] * len(rows), rows, others @ weights)


def known(number, otherwise=0.0):
    """The number. Where it is NaN, scikit-learn predicts nothing, and any other will do."""
    return known(otherwise) if np.isnan(number) else number


def move_offset(column):
    """Subtracts a round number in float64 from a column whose numbers float32 would round too much."""
    centre, spread = column.centres[0], column.spreads[0]
    if column.schema["categories"] or not 0.0 < 1000.0 * spread < abs(centre):
        return
    unit = 10.0 ** ceil(log10(spread))
    column.schema["offset"] = round(centre / unit) * unit
    column.centres[0] -= column.schema["offset"]


def missing_words(columns):
    """The texts of missing values that a schema lists: those of pandas besides the usual ones, but no category."""
    categories = {text.lower() for column in columns for text in column.schema["categories"]}
    if not categories:
        return []
    words = [word for word in OF_PANDAS if word.lower() not in categories]
    usual = [word for word in USUAL if word.lower() not in categories]
    # A blank at the start leaves out the usual ones.
    return words if usual == USUAL else ["", *usual, *words]
