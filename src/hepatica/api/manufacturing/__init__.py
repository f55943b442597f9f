"""Requests and answers of manufacturing: potency assays, their precision, control of an attribute, release of a lot."""

from hepatica.api.manufacturing import lot, potency, precision, quality

REQUESTS = {**potency.REQUESTS, **precision.REQUESTS, **quality.REQUESTS, **lot.REQUESTS}
ANSWERS = {**potency.ANSWERS, **precision.ANSWERS, **quality.ANSWERS, **lot.ANSWERS}
