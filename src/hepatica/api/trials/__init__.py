"""Requests and answers of virtual trials."""

from hepatica.api.trials import characteristics, escalation

REQUESTS = dict(characteristics.REQUESTS)
ANSWERS = {**characteristics.ANSWERS, **escalation.ANSWERS}
