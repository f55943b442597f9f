"""Grid of a series: frames sorted by place and time, every slice there once, evenly spaced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from hepatica.imaging.readers.dicom.frames import Frame
from hepatica.imaging.readers.dicom.tags import tag_name
from hepatica.imaging.readers.faults import ImageError

Floats = NDArray[np.float64]
EPOCH = datetime(1970, 1, 1)
SAME_PLACE = 1e-3
"""mm within which two planes are the same."""
UNEVEN = 0.02
"""Largest deviation of the distance of two slices from their mean distance, relative."""


def grid(frames: Sequence[Frame]) -> tuple[list[list[Frame]], Floats]:
    """Frames by time and slice, and the affine from (slice, row, column) to mm.

    Parameters
    ----------
    frames : sequence of Frame
        Frames of the series.

    Returns
    -------
    list of list of Frame
        One list a time (or echo), each in the order of slices.
    (4, 4) array

    Raises
    ------
    ImageError
        If frames differ in orientation or size, a slice is missing or there twice, or distances differ.
    """
    first = frames[0]
    row, column = first.orientation[:3], first.orientation[3:]
    normal = np.cross(row, column)
    if not np.allclose([float(row @ row), float(column @ column), float(row @ column)], [1, 1, 0], atol=1e-3):
        raise ImageError(tag_name("ImageOrientationPatient"), "not two directions at right angles", "export anew")
    for frame in frames:
        if not np.allclose(frame.orientation, first.orientation, atol=1e-3):
            raise ImageError(tag_name("ImageOrientationPatient"), "slices of different directions", "separate them")
        if not np.allclose(frame.spacing, first.spacing, rtol=1e-4) or min(frame.spacing) <= 0:
            raise ImageError(tag_name("PixelSpacing"), "slices of different pixel sizes", "separate them")
    depth = [float(f.position @ normal) for f in frames]
    order = sorted(range(len(frames)), key=lambda k: (round(depth[k] / SAME_PLACE), _moment(frames[k])))
    places = np.unique(np.round(np.array(depth) / SAME_PLACE))
    stacks = [[frames[k] for k in order if round(depth[k] / SAME_PLACE) == place] for place in places]
    counts = {len(stack) for stack in stacks}
    if len(counts) > 1:
        raise ImageError(
            tag_name("ImagePositionPatient"), "a slice is missing or there twice", "give all slices, each once a time"
        )
    times = [[stack[k] for stack in stacks] for k in range(counts.pop())]
    for stack in stacks:
        moments = [_moment(frame) for frame in stack]
        if len(set(moments)) < len(moments):
            raise ImageError(tag_name("ImagePositionPatient"), "a slice is there twice", "give each slice once a time")
    return times, _affine([stack[0] for stack in stacks], np.sort(places) * SAME_PLACE, normal)


def _moment(frame: Frame) -> tuple[float, float, float]:
    started = (frame.acquired - EPOCH).total_seconds() if frame.acquired else 0.0
    return frame.echo_time or 0.0, started, frame.reference or 0.0


def _affine(slices: Sequence[Frame], depth: Floats, normal: Floats) -> Floats:
    first = slices[0]
    steps = np.diff(depth)
    if len(steps):
        step = float(steps.mean())
        if np.any(np.abs(steps - step) > UNEVEN * step):
            raise ImageError(
                tag_name("ImagePositionPatient"),
                f"slices {steps.min():g} to {steps.max():g} mm apart",
                "give all slices, evenly spaced",
            )
    elif first.thickness:
        step = first.thickness
    else:
        raise ImageError(tag_name("SliceThickness"), "missing", "export the series anew")
    affine = np.eye(4)
    affine[:3, 0] = normal * step
    affine[:3, 1] = first.orientation[3:] * first.spacing[0]
    affine[:3, 2] = first.orientation[:3] * first.spacing[1]
    affine[:3, 3] = first.position
    return affine
