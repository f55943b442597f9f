"""From a DICOM folder to the table of organs: time and memory of a whole-body PET series.

    python benchmarks/imaging.py [--slices 300] [--pixels 512]

Writes a series of 16-bit slices, each with its own slope, into a temporary folder, then reads it, draws organs,
corrects them by a geometric transfer matrix, and counts cells; prints seconds and the peak of memory of a process of
its own. For research use.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ORGANS = {
    "lung": ((256.0, 200.0, 700.0), (120.0, 60.0, 110.0)),
    "liver": ((180.0, 220.0, 480.0), (80.0, 60.0, 60.0)),
    "spleen": ((350.0, 250.0, 480.0), (35.0, 30.0, 45.0)),
    "background": ((256.0, 300.0, 250.0), (60.0, 20.0, 60.0)),
}


def write(folder: Path, slices: int, pixels: int) -> None:
    """Write the series."""
    from hepatica.imaging.phantoms.pet import PetPhantom

    rng, rows = np.random.default_rng(1), np.arange(pixels) - pixels / 2
    body = rows[:, None] ** 2 + rows[None] ** 2 < (0.45 * pixels) ** 2
    for k in range(slices):  # a slice at a time, so that the memory measured is the reader's
        plane = (100.0 * body + rng.normal(scale=10.0, size=body.shape))[None]
        place = {"ImagePositionPatient": [0.0, 0.0, 3.0 * k]}
        PetPhantom(values=plane, spacing=(3.0, 1.0, 1.0), by_slice=lambda _, p=place: p).write(folder, k)


def read(folder: Path) -> dict[str, float]:
    """Read, measure and count; seconds of each, and the peak of memory."""
    from hepatica.imaging.quantification import (
        ErrorModel,
        GeometricTransfer,
        LabelledCells,
        Method,
        count_cells,
        ellipsoid,
        measure_organs,
        observations,
    )
    from hepatica.imaging.readers import read_dicom

    start = time.perf_counter()
    image = read_dicom(folder)
    reading = time.perf_counter()
    regions = [ellipsoid(name, image, centre=c, semi_axes=a) for name, (c, a) in ORGANS.items()]
    method = Method(ErrorModel.of("pet"), GeometricTransfer(6.0), regions[-1])
    found = measure_organs(image, regions[:-1], method)
    measuring = time.perf_counter()
    count_cells(observations(found), LabelledCells(tracer="Zr89", number=1e8))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {
        "read": reading - start,
        "measure": measuring - reading,
        "count": time.perf_counter() - measuring,
        "peak_gib": peak,
    }


def main() -> None:
    """Write, then read in a process of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--pixels", type=int, default=512)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        print(json.dumps(read(asked.read)))
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), asked.slices, asked.pixels)
        done = subprocess.run([sys.executable, __file__, "--read", folder], capture_output=True, text=True, check=True)
    row = json.loads(done.stdout)
    size = f"{asked.pixels} x {asked.pixels} x {asked.slices}"
    total = row["read"] + row["measure"] + row["count"]
    print(
        f"{size}: read {row['read']:.1f} s, organs {row['measure']:.1f} s, cells {row['count']:.1f} s, "
        f"in all {total:.1f} s; peak {row['peak_gib']:.2f} GiB"
    )


if __name__ == "__main__":
    main()
