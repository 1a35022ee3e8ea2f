"""What OneHotEncoder and OrdinalEncoder make of a cell."""

import numpy as np

from .features import Choice, Number


def one_hot(features, encoder, name):
    """A feature for each category but the dropped one. Infrequent categories share the last feature."""
    made = []
    for index, feature in enumerate(features):
        categories, infrequent = categories_of(encoder, index)
        frequent = [value for value in categories if value not in infrequent]
        places = {value: place for place, value in enumerate(frequent)}
        places.update(dict.fromkeys(infrequent, len(frequent)))
        takes_unknown = infrequent and encoder.handle_unknown in ("infrequent_if_exist", "warn")
        unknown = len(frequent) if takes_unknown else None
        codes = read(feature, places, unknown, name)
        dropped = None if encoder.drop_idx_ is None else encoder.drop_idx_[index]
        for place in range(len(frequent) + bool(infrequent)):
            if dropped is None or place != places[categories[dropped]]:
                made.append(choice(feature, codes, lambda code: float(code == place)))
    return made


def ordinal(features, encoder, name):
    """The place of the category."""
    made = []
    for index, feature in enumerate(features):
        categories, infrequent = categories_of(encoder, index)
        if infrequent:
            raise ValueError(f"{name}: an OrdinalEncoder with min_frequency or max_categories cannot be written; "
                             "leave them out, or use a OneHotEncoder")
        codes = {value: float(place) for place, value in enumerate(categories)}
        if None in codes:
            codes[None] = float(encoder.encoded_missing_value)
        # scikit-learn refuses unknown categories, or has a code for them.
        has_code = encoder.handle_unknown == "use_encoded_value"
        unknown = float(encoder.unknown_value) if has_code else (len(categories) - 1) / 2
        made.append(choice(feature, read(feature, codes, unknown, name), lambda code: code))
    return made


def choice(feature, codes, number_of):
    """The feature that is `number_of` a text's code."""
    texts, other, blank = codes
    other, blank = number_of(other), number_of(blank)
    values = {text: number_of(code) for text, code in texts.items()}
    values = {text: number for text, number in values.items() if number != other}
    return Choice(feature.column, texts, values, other, blank)


def categories_of(encoder, index):
    """All categories, and the infrequent ones. A missing value is None."""
    categories = [plain(value) for value in encoder.categories_[index]]
    infrequent = getattr(encoder, "infrequent_categories_", None)
    infrequent = None if infrequent is None else infrequent[index]
    return categories, [] if infrequent is None else [plain(value) for value in infrequent]


def read(feature, codes, unknown, name):
    """The code of each text that is known, that of any other, and that of a blank cell."""
    if isinstance(feature, Number):
        raise ValueError(f"{name}: the categories are numbers that another step has computed; "
                         "encode the table's own column")
    if isinstance(feature, Choice):
        def code_of(number):
            return codes.get(plain(number), unknown)
        texts = {text: code_of(feature.values.get(text, feature.other)) for text in feature.texts}
        return texts, code_of(feature.other), code_of(feature.blank)
    texts = {}
    for value in [*codes, *feature.replaced]:
        code = codes.get(feature.replaced.get(value, value), unknown)
        for text in [] if value is None else spellings(value, name):
            if text in texts and texts[text] != code:
                raise ValueError(f"{name}: white space alone tells the category {text!r} from another, and densely "
                                 "reads cells without it; remove it in the table, before the pipeline")
            texts[text] = code
    # pandas was told to keep blank cells as texts.
    if "" in texts:
        if None in codes:
            raise ValueError(f"{name}: both '' and a missing value are categories, and both are blank cells; "
                             "make them the same in the table, before the pipeline")
        return {text: code for text, code in texts.items() if text}, unknown, texts[""]
    return texts, unknown, codes.get(feature.blank, unknown)


def plain(value):
    """The value as Python has it. A missing one is None."""
    value = value.item() if isinstance(value, np.generic) else value
    is_nan = isinstance(value, float) and np.isnan(value)
    return None if is_nan or type(value).__name__ == "NAType" else value


def spellings(value, name):
    """The texts that stand for a category in a CSV file. densely finds `1.0` as `1`."""
    if isinstance(value, str):
        return [value.strip()]
    if isinstance(value, bool):
        # Those that pandas reads as one.
        return [str(value), str(value).upper(), str(value).lower()]
    if isinstance(value, int):
        return [str(value)]
    if isinstance(value, float):
        return [str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)]
    raise ValueError(f"{name}: the category {value!r} is a {type(value).__name__}, which is no cell of a CSV file; "
                     "make it a text or a number in the table, before the pipeline")
