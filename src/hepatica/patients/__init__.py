"""Virtual patients: populations as data, and cohorts drawn from them."""

from hepatica.patients.admitted import Admitted
from hepatica.patients.cohort import Cohort
from hepatica.patients.population import Population, load_population, populations

__all__ = ["Admitted", "Cohort", "Population", "load_population", "populations"]
