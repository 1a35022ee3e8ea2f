#!/usr/bin/env python3
"""Writes docs/front_page.md: what the README's pictures and links are where it is the crate's page.

docs.rs has no pictures/ beside the page, so that they are part of it there. Run after a picture that the README shows was drawn anew; tests/front_page.rs
checks it."""

import base64
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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
    elif path.startswith("https://docs.rs/densely/"):
        lines.append(f"[{name}]: crate::{name.strip('`')}\n")
(ROOT / "docs/front_page.md").write_text("".join(lines) + "\n")
