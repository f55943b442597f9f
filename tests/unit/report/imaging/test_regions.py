"""Preview of regions: two views, an outline of each region where it lies, both languages."""

import numpy as np
import pytest

from hepatica.imaging.phantoms.pet import PetPhantom
from hepatica.imaging.quantification import ellipsoid
from hepatica.imaging.readers import ImageError, read_dicom
from hepatica.report.imaging.regions import regions_figure
from hepatica.report.style import LOOKS


@pytest.fixture
def scene(tmp_path):
    image = read_dicom(PetPhantom.uniform(3600.0, shape=(20, 24, 30)).write(tmp_path))
    places = {"lung": (60, 48, 56), "liver": (32, 48, 24), "spleen": (88, 48, 24)}
    return image, [ellipsoid(name, image, centre=c, semi_axes=(14, 14, 14)) for name, c in places.items()]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_outlines_lie_on_their_organs(scene, lang):
    image, regions = scene
    figure = regions_figure(image, regions, lang=lang)
    front = figure.axes[0]
    outlines = [c for c in front.collections if c.get_paths()]
    assert len(outlines) == 3
    for outline, (x, z) in zip(outlines, ((60, 56), (32, 24), (88, 24)), strict=True):
        points = np.concatenate([p.vertices for p in outline.get_paths()])
        np.testing.assert_allclose((points.min(axis=0) + points.max(axis=0)) / 2, [x + 2, z + 2], atol=3)
    lines = [h.get_color() for h in figure.axes[1].get_legend().legend_handles]
    assert lines == [colour for colour, _, _ in LOOKS[:3]]
    assert {t.get_text() for t in figure.axes[1].get_legend().texts} == {"lung", "liver", "spleen"}


def test_refuses_a_frame_that_is_not_there(scene):
    with pytest.raises(ImageError, match="frame 5"):
        regions_figure(*scene, frame=5)


def test_names_of_regions_are_read_on_a_dark_image(scene):
    frame = regions_figure(*scene).axes[1].get_legend().get_frame()
    assert frame.get_visible() and frame.get_facecolor()[:3] == (1.0, 1.0, 1.0) and frame.get_alpha() >= 0.8
