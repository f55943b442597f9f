"""Virtual patients: populations as data, and cohorts drawn from them."""

from hepatica.patients.admitted import Admitted
from hepatica.patients.cohort import SPAN, Cohort, identity
from hepatica.patients.draws import DrawKey, DrawKind, Draws, posterior
from hepatica.patients.population import Population
from hepatica.patients.population_file import load_population, populations

__all__ = [
    "SPAN",
    "Admitted",
    "Cohort",
    "DrawKey",
    "DrawKind",
    "Draws",
    "Population",
    "identity",
    "load_population",
    "populations",
    "posterior",
]
