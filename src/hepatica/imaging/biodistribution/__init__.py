"""Biodistribution of one subject: the model's cells and label fitted to scans.

In reading order: `infusion`, `surroundings`, `submodel` (what is simulated); `parameter_space`, `likelihood`,
`sampling`, `fit` (posterior under each hypothesis); `course`, `summary`, `hypotheses` (what it says); `scan_error`,
`next_scan`, `visibility` (which scan next, and what no scan can see).
"""

from hepatica.imaging.biodistribution.course import course_times, subject_course
from hepatica.imaging.biodistribution.fit import SubjectFit, fit_subject
from hepatica.imaging.biodistribution.hypotheses import ScanOdds, odds_by_scan
from hepatica.imaging.biodistribution.infusion import Infusion
from hepatica.imaging.biodistribution.next_scan import PlannedScan, plan_scans
from hepatica.imaging.biodistribution.summary import QuantitySummary, summarise
from hepatica.imaging.biodistribution.surroundings import Surroundings, of_population, stated
from hepatica.imaging.biodistribution.visibility import Visibility, visibility

__all__ = [
    "Infusion",
    "PlannedScan",
    "QuantitySummary",
    "ScanOdds",
    "SubjectFit",
    "Surroundings",
    "Visibility",
    "course_times",
    "fit_subject",
    "odds_by_scan",
    "of_population",
    "plan_scans",
    "stated",
    "subject_course",
    "summarise",
    "visibility",
]
