"""Compares onnxruntime's predictions with densely's, for every built-in activation in f32 and f64.

    cargo run -p densely-onnx --example onnx_check -- onnx-models
    python3 -m venv onnx-venv
    onnx-venv/bin/pip install onnxruntime==1.32.0 numpy==2.4.6
    onnx-venv/bin/python interop/onnx_check.py onnx-models

A model has one layer whose weighted sums are exactly its inputs ("alone"), so that what differs is the activation, or three layers with random weights
("deep"). Two more have units of their inputs, one with a smooth clip ("units"); some inputs are NaN. The errors allowed, beside the smallest normal number of the type:

- alone: relative to each output;
- deep, units: relative to each output in f64, and to the largest output in f32, where sums cancel to few
  digits in either library.
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime

ALLOWED = {("f32", "alone"): 1e-6, ("f32", "deep"): 1e-6, ("f64", "alone"): 1e-13, ("f64", "deep"): 1e-11}
# In f32, the scale of robust units is folded into weights.
UNITS = {"f32": 1e-5, "f64": 1e-11}
BATCHES = (1, 7, 64)


def worst_error(model: Path) -> float:
    kind = model.stem.split("-")[:2]
    number = np.dtype({"f32": "<f4", "f64": "<f8"}[kind[0]])
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    (inputs,), (outputs,) = session.get_inputs(), session.get_outputs()
    assert (inputs.name, inputs.shape[0], outputs.name, outputs.shape[0]) == ("inputs", "rows", "outputs", "rows")
    rows = np.fromfile(model.with_name(model.stem + ".inputs"), number).reshape(-1, inputs.shape[1])
    ours = np.fromfile(model.with_name(model.stem + ".outputs"), number).reshape(-1, outputs.shape[1]).astype("f8")
    assert len(rows) == len(ours) and np.isfinite(ours).all()
    scale = np.abs(ours) if kind in (["f32", "alone"], ["f64", "alone"], ["f64", "deep"]) else np.full_like(ours, np.abs(ours).max())
    worst = 0.0
    for batch in BATCHES:
        parts = [rows[start : start + batch] for start in range(0, len(rows), batch)]
        theirs = np.concatenate([session.run(["outputs"], {"inputs": part})[0] for part in parts])
        difference = np.abs(theirs.astype("f8") - ours)
        assert np.isfinite(difference).all(), model
        difference[difference <= np.finfo(number).smallest_normal] = 0
        worst = max(worst, float((difference / np.maximum(scale, np.finfo(number).smallest_normal)).max()))
    return worst


def main() -> int:
    models = sorted(path for path in Path(sys.argv[1]).glob("*.onnx") if "-units-" not in path.stem)
    names = sorted({model.stem.split("-", 2)[2] for model in models})
    assert len(models) == 4 * len(names) and len(names) >= 15, models
    failed = False
    print(f"{'worst error':20}" + "".join(f"{' '.join(kind):>14}" for kind in ALLOWED))
    for name in names:
        errors = {kind: worst_error(Path(sys.argv[1]) / f"{'-'.join(kind)}-{name}.onnx") for kind in ALLOWED}
        failed |= any(errors[kind] > ALLOWED[kind] for kind in ALLOWED)
        print(f"{name:20}" + "".join(f"{error:14.1e}" for error in errors.values()))
    for model in sorted(Path(sys.argv[1]).glob("*-units-*.onnx")):
        error = worst_error(model)
        failed |= error > UNITS[model.stem[:3]]
        print(f"{model.stem:20}{error:14.1e}")
    print("FAILED" if failed else "ok")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
