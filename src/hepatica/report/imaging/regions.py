"""Preview of the regions drawn on an image: projections from the front and from the side, with their outlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hepatica.imaging.quantification.preview import Projection, projection
from hepatica.imaging.readers import ImageVolume, Region
from hepatica.report.style import LOOKS, panels, styled
from hepatica.words import say

BRIGHTEST = 99.8
"""Percentile of a projection that is drawn darkest."""


def regions_figure(image: ImageVolume, regions: Sequence[Region], *, lang: str = "en", frame: int = 0) -> Figure:
    """Maximum-intensity projections of a frame along rows and columns, with the outline of each region.

    Parameters
    ----------
    image : ImageVolume
        Any quantity.
    regions : sequence of Region
        On its grid.
    lang : str
        One of ``hepatica.words.LANGUAGES``.
    frame : int
        Which frame.

    Returns
    -------
    Figure

    Raises
    ------
    ImageError
        If the frame does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from hepatica.imaging.phantoms.pet import PetPhantom
    >>> from hepatica.imaging.quantification import ellipsoid
    >>> from hepatica.imaging.readers import read_dicom
    >>> image = read_dicom(PetPhantom.uniform(1.0, shape=(6, 8, 8)).write(tempfile.mkdtemp()))
    >>> liver = ellipsoid("liver", image, centre=(14, 14, 10), semi_axes=(8, 8, 8))
    >>> len(regions_figure(image, [liver]).axes)
    2
    """
    with styled():
        figure, axes = panels(1, 2, width=9.0, height=5.0)
        for ax, axis, name in ((axes[0, 0], 1, "front"), (axes[0, 1], 2, "side")):
            _draw(ax, projection(image, regions, axis=axis, frame=frame))
            ax.set_title(say(f"imaging.view_{name}", lang))
            ax.set_xlabel("mm")
        axes[0, 0].set_ylabel("mm")
        paper = {"frameon": True, "facecolor": "white", "edgecolor": "none", "framealpha": 0.9}
        axes[0, 1].legend(*_handles(regions), loc="upper right", **paper)  # readable on a dark image too
        figure.text(0.01, 0.01, say("common.research_use", lang), fontsize=7.5)
    return figure


def _draw(ax: Axes, seen: Projection) -> None:
    height, width = seen.intensity.shape
    extent = (0.0, width * seen.size[1], 0.0, height * seen.size[0])
    top = float(np.percentile(seen.intensity, BRIGHTEST)) or 1.0
    ax.imshow(seen.intensity, cmap="Greys", vmin=0.0, vmax=top, origin="lower", extent=extent)
    up, across = (np.arange(-0.5, n + 1) * size for n, size in zip((height, width), seen.size, strict=True))
    for k, shadow in enumerate(seen.shadows.values()):
        colour, line, _ = LOOKS[k % len(LOOKS)]
        framed = np.pad(shadow, 1).astype(float)
        ax.contour(across, up, framed, levels=[0.5], colors=[colour], linestyles=[line], linewidths=1.6)


def _handles(regions: Sequence[Region]) -> tuple[list[Line2D], list[str]]:
    looks: list[Any] = [LOOKS[k % len(LOOKS)] for k in range(len(regions))]
    return [Line2D([], [], color=c, linestyle=s, linewidth=1.6) for c, s, _ in looks], [r.name for r in regions]
