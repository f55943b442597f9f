"""Requests and answers of manufacturing: potency assays and their precision."""

from hepatica.api.manufacturing import potency, precision

REQUESTS = {**potency.REQUESTS, **precision.REQUESTS}
ANSWERS = {**potency.ANSWERS, **precision.ANSWERS}
