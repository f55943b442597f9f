"""Scripts of experiments/ import each other by name."""

import sys
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "experiments"
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))
