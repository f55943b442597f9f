"""Requests and answers of manufacturing: potency assays and their precision, control, release of a lot, products."""

from hepatica.api.manufacturing import lot, potency, precision, product, quality

REQUESTS = {**potency.REQUESTS, **precision.REQUESTS, **quality.REQUESTS, **lot.REQUESTS, **product.REQUESTS}
ANSWERS = {**potency.ANSWERS, **precision.ANSWERS, **quality.ANSWERS, **lot.ANSWERS, **product.ANSWERS}
