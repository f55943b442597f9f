"""Requests and answers of manufacturing: potency and its precision, control, stability, lots, process, products."""

from hepatica.api.manufacturing import lot, potency, precision, process, product, quality, stability

_ALL = (potency, precision, quality, stability, lot, process, product)
REQUESTS = {name: request for module in _ALL for name, request in module.REQUESTS.items()}
ANSWERS = {name: answer for module in _ALL for name, answer in module.ANSWERS.items()}
