"""Writes fitted scikit-learn networks, with their preprocessing, to files of the Rust library densely."""

__version__ = "0.1.0"

from .from_sklearn import save

__all__ = ["save"]
