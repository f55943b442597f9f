"""Requests and answers of virtual trials."""

from hepatica.api.trials import characteristics

REQUESTS = dict(characteristics.REQUESTS)
ANSWERS = dict(characteristics.ANSWERS)
