"""A subject with small scans of a phantom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepatica.imaging.phantoms.body import SEGMENTS, BodyPhantom
from hepatica.imaging.subject.scan_settings import ScanSettings

PHANTOM = BodyPhantom(shape=(16, 24, 24), spacing=(30.0, 15.0, 15.0), noise=0.05)
SETTINGS = ScanSettings(regions=SEGMENTS, background="muscle")


@pytest.fixture
def series(tmp_path: Path) -> Callable[..., Path]:
    """Writes a scan at hours into a folder."""

    def make(
        name: str, hours: float = 2.0, lung: float = 0.3, where: Path | None = None, tags: dict[str, str] | None = None
    ) -> Path:
        phantom = PHANTOM if tags is None else BodyPhantom(shape=(16, 24, 24), spacing=(30.0, 15.0, 15.0), tags=tags)
        shares = {"lung": lung, "liver": 0.03, "spleen": 0.08}
        return phantom.write((where or tmp_path) / name, shares, hours=hours, seed=int(10 * hours))

    return make


@pytest.fixture
def settings() -> ScanSettings:
    return SETTINGS
