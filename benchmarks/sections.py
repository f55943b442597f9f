"""Sections of a page of results, each between markers of its own, so that one benchmark never rewrites another's."""

from __future__ import annotations

import re
from pathlib import Path


def markers(name: str) -> tuple[str, str]:
    """First and last line of a section."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def sections(page: str) -> dict[str, str]:
    """Marked sections of a page, by name, markers included."""
    pattern = re.compile(r"<!-- (?P<name>[\w-]+): begin -->.*?<!-- (?P=name): end -->", re.DOTALL)
    return {found["name"]: found[0] for found in pattern.finditer(page)}


def put_section(page: str, name: str, text: str) -> str:
    """Page with one section replaced, or added at its end; everything else as it was."""
    first, last = markers(name)
    section = f"{first}\n{text.strip()}\n{last}"
    old = sections(page).get(name)
    return page.replace(old, section) if old else f"{page.rstrip()}\n\n{section}\n"


def rewrite(path: Path, text: str) -> None:
    """Write a page anew and keep the marked sections that other benchmarks put there."""
    kept = sections(path.read_text(encoding="utf-8")) if path.exists() else {}
    own = sections(text)
    for name, section in kept.items():
        if name not in own:
            text = f"{text.rstrip()}\n\n{section}\n"
    path.write_text(text, encoding="utf-8")
