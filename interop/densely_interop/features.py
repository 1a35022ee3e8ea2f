"""An input of a network as a function of one cell of the table."""

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Cell:
    """The cell itself, of the table's column with this number: a number or a text.

    `blank` stands for a blank cell, None if nothing does. `replaced` has other values that an
    imputer replaces, and by what.
    """

    column: int
    blank: object = None
    replaced: dict = field(default_factory=dict)

    def filled(self, missing, value):
        """With `value` in place of what is `missing`: None for blank cells."""
        if missing is not None:
            def after(other):
                return value if other == missing else other
            replaced = {each: after(other) for each, other in self.replaced.items()}
            return replace(self, blank=after(self.blank), replaced={missing: value, **replaced})
        return self if self.blank is not None else replace(self, blank=value)

    def is_missing(self):
        """A feature of 1 where this one is missing, else 0."""
        return Choice(self.column, {}, {}, 0.0, float(self.blank is None))

    def number(self, name):
        """The cell as a number, for the step of this name."""
        if self.replaced:
            values = ", ".join(map(repr, self.replaced))
            raise ValueError(f"{name}: an imputer replaced {values} among numbers; "
                             "make them NaN in the table, before the pipeline")
        return Number(self.column, blank=None if self.blank is None else float(self.blank))


@dataclass(frozen=True)
class Number:
    """(x - centre) / spread of the cell's number x. `blank` is the x of a blank cell, or None."""

    column: int
    centre: float = 0.0
    spread: float = 1.0
    blank: float | None = None

    def filled(self, value):
        """With `value`, of this feature and not of x, in place of a blank."""
        return self if self.blank is not None else replace(self, blank=self.centre + self.spread * float(value))

    def is_missing(self):
        return Choice(self.column, {}, {}, 0.0, float(self.blank is None))

    def scaled(self, centre, spread):
        return replace(self, centre=self.centre + centre * self.spread, spread=self.spread * spread)


@dataclass(frozen=True)
class Choice:
    """`values` of the cell's text, `other` of all texts that are not among them, `blank` of a blank cell.

    `texts` are all that the encoder knows, and shared by its outputs.
    """

    column: int
    texts: dict
    values: dict
    other: float
    blank: float

    def mapped(self, function):
        values = {text: function(value) for text, value in self.values.items()}
        return replace(self, values=values, other=function(self.other), blank=function(self.blank))

    def filled(self, value):
        return self.mapped(lambda number: float(value) if np.isnan(number) else number)

    def is_missing(self):
        return self.mapped(lambda number: float(np.isnan(number)))

    def scaled(self, centre, spread):
        return self.mapped(lambda number: (number - centre) / spread)
