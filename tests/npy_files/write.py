"""Writes the files beside this one: `python tests/npy_files/write.py`, NumPy 2.4.6."""
from pathlib import Path

import numpy as np
from numpy.lib import format

here = Path(__file__).parent
save = lambda name, array: np.save(here / f"{name}.npy", array)

numbers = np.array([[1, 2, 3], [4, 5, 250], [0, 7, 8], [9, 1, 0]])
for kind in ["<f4", "<f8", "|u1", "<u2", "<u4", "<u8", "<i2", "<i4", "<i8"]:
    save(kind[1:], numbers.astype(kind))
save("i1", -(numbers % 100).astype("|i1"))
save("b1", numbers > 4)
save("column", np.array([0.5, -1.5, 2.0, 1e-3]))
save("three_targets", np.arange(12.0, dtype="<f4").reshape(4, 3))

save("big_endian", numbers.astype(">f4"))
save("fortran", np.asfortranarray(numbers.astype("<f4")))
save("three_dimensions", numbers.astype("<f4").reshape(2, 2, 3))
save("scalar", np.float32(1))
save("complex", numbers.astype("<c16"))
save("text", np.array([["a", "b"]]))
save("structured", np.array([(1, 2.0)] * 4, dtype=[("age", "<i4"), ("weight", "<f8")]))
save("no_rows", np.zeros((0, 3), "<f4"))
save("no_columns", np.zeros((4, 0), "<f4"))
save("not_finite", np.array([[1, 2, 3], [4, 5, 6], [7, np.inf, 9], [1, 2, 3]], "<f4"))
save("too_large", np.array([[1, 2, 3], [4, 5, -1e300], [7, 8, 9], [1, 2, 3]], "<f8"))
with open(here / "version_3.npy", "wb") as file:
    format.write_array(file, numbers.astype("<f4"), version=(3, 0))
