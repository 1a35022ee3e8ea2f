"""Whether PyTorch computes from a network that densely exported what densely computes.

    PYTHON=python3 cargo test --test promises pytorch -- --ignored  # exports networks, runs this
    python interop/check_state_dict.py FOLDER                              # for each x.safetensors there is an x.json with "inputs" and "outputs"

Builds each network from the expression in its file's metadata, loads its numbers, and compares outputs. Run with torch 2.15.0 and safetensors 0.8.0.
"""

import json
import sys
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import nn

# In units in the last place of the largest number that a row's sums are made of: the two add up in
# different orders.
MOST_ULPS = 16

worst = {}
files = sorted(Path(sys.argv[1]).glob("*.safetensors"))
for path in files:
    tensors = safetensors.torch.load_file(path)
    expression = safetensors.safe_open(path, "pt").metadata()["nn.Sequential"]
    model = eval(expression, {"nn": nn})
    model.load_state_dict(tensors)
    model.eval()
    dtype = next(model.parameters()).dtype
    for name, tensor in model.state_dict().items():
        assert tensor.dtype == tensors[name].dtype and torch.equal(tensor, tensors[name]), f"{path.name}: {name} was changed"

    expected = json.loads(path.with_suffix(".json").read_text())
    with torch.no_grad():
        inputs = torch.tensor(expected["inputs"], dtype=dtype)
        outputs = model(inputs)
    theirs = torch.tensor(expected["outputs"], dtype=torch.float64)
    scale = theirs.abs().amax().clamp(min=1.0)
    ulps = ((outputs.double() - theirs).abs().max() / scale / torch.finfo(dtype).eps).item()
    print(f"{path.stem:24} {ulps:6.2f} ulps   {expression}")
    assert ulps <= MOST_ULPS, f"{path.name}: {outputs}, not {theirs}"
    worst[dtype] = max(worst.get(dtype, 0.0), ulps)
assert len(worst) == 2, "networks of both precisions"
print(len(files), "networks; the worst:", ", ".join(f"{str(dtype)}: {ulps:.2f} ulps" for dtype, ulps in worst.items()))
