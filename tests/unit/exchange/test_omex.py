"""COMBINE archive: repeatable, and its manifest lists what it holds."""

import re
import zipfile
from xml.etree import ElementTree

from hepatica.exchange import Run, to_sbml, write_omex

FULL = Run(given=((3.0, "drug", 1.0, 0),), crossings={"infection": (2.5,)}, end=60.0, title="two infusions & a bolus")


def test_the_archive_is_repeatable_and_lists_what_it_holds(model, tmp_path):
    one, two = tmp_path / "a.omex", tmp_path / "b.omex"
    for path in (one, two):
        write_omex(path, model, FULL)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    listed = {e.get("location").removeprefix("./") for e in ElementTree.fromstring(parts["manifest.xml"])}
    assert listed == {".", *parts}
    assert parts["model.xml"] == to_sbml(model, FULL)
    assert "two infusions &amp; a bolus" in parts["simulation.sedml"] and "research use" in parts["metadata.rdf"]
    course = ElementTree.fromstring(parts["simulation.sedml"])
    targets = re.findall(r"@id='(\w+)'", " ".join(v.get("target", "") for v in course.iterfind(".//{*}variable")))
    assert set(model.states) <= set(targets)
