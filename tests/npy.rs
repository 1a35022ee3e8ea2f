//! Data sets in `.npy` files: what is written, read and trained on.
