"""The model in formats that others read: SBML, and an archive with SED-ML that runs elsewhere as it is."""

from hepatica.exchange.omex import write_omex
from hepatica.exchange.patient import patient_run
from hepatica.exchange.sbml import Run, check, to_sbml

__all__ = ["Run", "check", "patient_run", "to_sbml", "write_omex"]
