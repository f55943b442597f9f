"""Exchange formats: SBML, and a COMBINE archive with SED-ML that other simulators run as it is.

In reading order: `run`, `schedule`, `units`, `mathml`, `sources`,
`sbml_document`, `sbml`, `omex`, `formats`.
"""

from hepatica.exchange.formats import FORMATS, export
from hepatica.exchange.omex import write_omex
from hepatica.exchange.run import Run, patient_run
from hepatica.exchange.sbml import to_sbml
from hepatica.exchange.sbml_document import check

__all__ = ["FORMATS", "Run", "check", "export", "patient_run", "to_sbml", "write_omex"]
