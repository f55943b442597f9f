from __future__ import annotations

import pytest
from pydantic import ValidationError

from hepatica.imaging.readers import Stated
from hepatica.imaging.subject.scan_settings import ScanSettings, ShapeEntry, StatedEntry

LIVER = ShapeEntry(organ="liver", centre=(0.0, 0.0, 0.0), size=(1.0, 1.0, 1.0))


def test_what_files_lack_can_all_be_stated() -> None:
    """The table has the fields of the readers' statements, and no others."""
    assert StatedEntry().model_dump() == dict.fromkeys(Stated().__dataclass_fields__)


def test_regions_are_asked_for() -> None:
    assert ScanSettings(shape=(LIVER,)).regions == ""
    with pytest.raises(ValidationError, match="regions"):
        ScanSettings()
