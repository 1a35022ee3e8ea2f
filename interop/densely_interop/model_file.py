"""A file that densely's `Mlp::load` reads."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save as to_bytes

from . import __version__

PRECISIONS = {"float32": "f32", "float64": "f64"}


def write(path, dtype, layers, units_in, units_out, schema):
    """Writes layers, each an activation, weights and a bias, with units, each None or centres and spreads."""
    tensors, described = {}, []
    for index, (activation, weights, bias) in enumerate(layers):
        tensors[f"layers.{index}.weights"] = np.ascontiguousarray(weights, dtype=dtype)
        tensors[f"layers.{index}.bias"] = np.ascontiguousarray(bias, dtype=dtype)
        described.append({"activation": activation, "bias": True})
    for name, units in [("units_in", units_in), ("units_out", units_out)]:
        if units is not None:
            tensors[f"{name}.centres"], tensors[f"{name}.spreads"] = units
    for name, numbers in tensors.items():
        if not np.isfinite(numbers).all():
            raise ValueError(f"{name}: a number is not finite as a {numbers.dtype}")
    # Older versions of densely read the older format.
    is_newer = "missing" in schema or any("blanks" in column for column in schema["columns"])
    structure = {
        "format": "densely",
        "version": 3 if is_newer else 2,
        "library": f"interop {__version__}",
        "precision": PRECISIONS[dtype],
        "layers": described,
        "units_in": "none" if units_in is None else "standard",
        "units_out": "none" if units_out is None else "standard",
        "schema": schema,
    }
    metadata = {"densely": json.dumps(structure, ensure_ascii=False, separators=(",", ":"))}
    # A file that is there is replaced only by a whole one, with the usual permissions.
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(to_bytes(tensors, metadata))
    unfinished.replace(path)
