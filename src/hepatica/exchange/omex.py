"""COMBINE archive (OMEX): the model in SBML, its simulation in SED-ML, a manifest and metadata.

SED-ML and the archive's lists are short and are written here as XML; the specifications are cited below.
Smith et al. 2021, doi:10.1515/jib-2021-0021 (SED-ML Level 1 Version 4); Bergmann et al. 2014,
doi:10.1186/s12859-014-0369-z (COMBINE archive and OMEX).
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from hepatica import __version__
from hepatica.exchange.run import Run
from hepatica.exchange.sbml import to_sbml
from hepatica.model.structure import Model

COMBINE = "http://identifiers.org/combine.specifications/"
MODEL, COURSE, METADATA, MANIFEST = "model.xml", "simulation.sedml", "metadata.rdf", "manifest.xml"
FORMATS = {
    ".": "omex",
    MANIFEST: "omex-manifest",
    MODEL: "sbml.level-3.version-2",
    COURSE: "sed-ml",
    METADATA: "omex-metadata",
}
# "sed-ml" without its version: libCombine, and so COPASI 4.48, does not know version 4 by name and would skip the file
CVODE, RELATIVE, ABSOLUTE = "KISAO:0000019", "KISAO:0000209", "KISAO:0000211"
RTOL, ATOL = 1e-8, 1e-10
SHOWN = ("bilirubin", "inr", "creatinine", "alt", "functional_mass", "cells_liver")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say, so that the archive depends on its content alone


def to_sedml(model: Model, run: Run) -> str:
    """A daily course of all states, as a report, and of the first labs, as a plot.

    Examples
    --------
    >>> from hepatica.model.assemble import assemble
    >>> from hepatica.model.modules import MODULES
    >>> 'numberOfSteps="180"' in to_sedml(assemble(MODULES), Run())
    True
    """
    steps = max(1, round(run.end - run.start))
    shown = [name for name in SHOWN if name in model.quantities or name in model.states]
    names = [*model.states, *(name for name in shown if name in model.quantities)]
    generators = [
        _generator("time", '<variable id="of_time" symbol="urn:sedml:symbol:time" taskReference="task"/>', "of_time")
    ]
    for name in names:
        kind = "listOfSpecies/sbml:species" if name in model.states else "listOfParameters/sbml:parameter"
        target = quoteattr(f"/sbml:sbml/sbml:model/sbml:{kind}[@id='{name}']")
        generators.append(
            _generator(name, f'<variable id="of_{name}" target={target} taskReference="task"/>', f"of_{name}")
        )
    columns = "".join(f'<dataSet id="column_{n}" label="{n}" dataReference="data_{n}"/>' for n in ("time", *names))
    curves = "".join(
        f'<curve id="curve_{n}" name="{n}" logX="false" logY="false" xDataReference="data_time" '
        f'yDataReference="data_{n}"/>'
        for n in shown
    )
    parameters = "".join(
        f'<algorithmParameter kisaoID="{k}" value="{v:g}"/>' for k, v in ((RELATIVE, RTOL), (ABSOLUTE, ATOL))
    )
    return (
        f'{HEAD}<sedML xmlns="http://sed-ml.org/sed-ml/level1/version4" '
        'xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core" level="1" version="4">\n'
        f'<notes><p xmlns="http://www.w3.org/1999/xhtml">{escape(run.title)}. For research use.</p></notes>\n'
        f'<listOfModels><model id="model" language="urn:sedml:language:sbml.level-3.version-2" source="{MODEL}"/>'
        "</listOfModels>\n"
        f'<listOfSimulations><uniformTimeCourse id="course" initialTime="{run.start:g}" '
        f'outputStartTime="{run.start:g}" '
        f'outputEndTime="{run.end:g}" numberOfSteps="{steps}"><algorithm kisaoID="{CVODE}">'
        f"<listOfAlgorithmParameters>{parameters}</listOfAlgorithmParameters></algorithm></uniformTimeCourse>"
        "</listOfSimulations>\n"
        '<listOfTasks><task id="task" modelReference="model" simulationReference="course"/></listOfTasks>\n'
        f"<listOfDataGenerators>\n{''.join(generators)}</listOfDataGenerators>\n"
        f'<listOfOutputs><report id="states" name="all states">\n<listOfDataSets>{columns}</listOfDataSets></report>\n'
        f'<plot2D id="labs" name="labs"><listOfCurves>{curves}</listOfCurves></plot2D></listOfOutputs>\n</sedML>\n'
    )


def _generator(name: str, variable: str, symbol: str) -> str:
    return (
        f'<dataGenerator id="data_{name}" name="{name}"><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>{symbol}</ci>'
        f"</math><listOfVariables>{variable}</listOfVariables></dataGenerator>\n"
    )


def write_omex(path: Path, model: Model, run: Run) -> None:
    """Write an archive with the model, its simulation and what it is; the same to the byte for the same input."""
    parts = {MANIFEST: _manifest(), MODEL: to_sbml(model, run), COURSE: to_sedml(model, run), METADATA: _metadata(run)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))


def _manifest() -> str:
    rows = "".join(
        f'<content location="{name if name == "." else f"./{name}"}" format="{COMBINE}{kind}"'
        f"{' master=' + chr(34) + 'true' + chr(34) if name == COURSE else ''}/>\n"
        for name, kind in FORMATS.items()
    )
    return f'{HEAD}<omexManifest xmlns="{COMBINE}omex-manifest">\n{rows}</omexManifest>\n'


def _metadata(run: Run) -> str:
    words = {
        "dc:title": f"Hepatica: {run.title}",
        "dc:description": "A mechanistic model of liver failure treated with "
        "mesenchymal stromal cells, with one simulation. For research use; not for the care of patients.",
        "dc:creator": f"Hepatica {__version__}",
        "dc:rights": "Apache-2.0",
    }
    rows = "".join(f"<{k}>{escape(v)}</{k}>\n" for k, v in words.items())
    return (
        f'{HEAD}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:dc="http://purl.org/dc/terms/">\n<rdf:Description rdf:about=".">\n{rows}</rdf:Description>\n'
        "</rdf:RDF>\n"
    )
