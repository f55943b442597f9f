"""Write the reference page of the public names: ``python -m hepatica.api --write docs``."""

from __future__ import annotations

import argparse
from pathlib import Path

from hepatica.api.pages import page
from hepatica.files import write_text


def main() -> None:
    """Write ``api.md`` into a folder, or print it."""
    parser = argparse.ArgumentParser(description="Reference page of the public names of Hepatica.")
    parser.add_argument("--write", type=Path, help="folder; the page is printed unless given")
    folder = parser.parse_args().write
    if folder is None:
        print(page(), end="")
    else:
        write_text(folder / "api.md", page())


if __name__ == "__main__":
    main()
