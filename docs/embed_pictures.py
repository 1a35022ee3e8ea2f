#!/usr/bin/env python3
"""Writes docs/front_page.md: where the README's pictures and links lead on the crate's page of docs.rs.

docs.rs has no folder pictures/, so the page contains the pictures. Run this when a picture of the README
has changed; tests/promises/front_page.rs checks it."""

import base64
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
API = "https://docs.rs/densely/latest/densely/"
README = (ROOT / "README.md").read_text()

lines = []
for name, path in re.findall(r"^\[(\S+)\]: (\S+)$", README, re.MULTILINE):
    if path.endswith(".svg"):
        data = base64.b64encode((ROOT / path).read_bytes()).decode()
        lines.append(f"[{name}]: data:image/svg+xml;base64,{data}\n")
    elif path.startswith("docs/"):
        module = path.removeprefix("docs/").removesuffix(".md").replace("/", "::")
        lines.append(f"[{name}]: crate::guide::{module}\n")
    elif not path.startswith("https:"):
        lines.append(f"[{name}]: https://docs.rs/crate/densely/latest/source/{path}\n")
    elif path.startswith(API):
        # "mlp/struct.MlpBuilder.html#method.dense" is `crate::mlp::MlpBuilder::dense`.
        path = re.sub(r"\w+\.(\w+)\.html(#\w+\.)?", lambda m: m[1] + ("/" if m[2] else ""), path.removeprefix(API))
        lines.append(f"[{name}]: crate::{path.replace('/', '::')}\n")
(ROOT / "docs/front_page.md").write_text("".join(lines) + "\n")
