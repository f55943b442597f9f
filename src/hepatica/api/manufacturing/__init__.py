"""Requests and answers of manufacturing: potency assays and their precision, control, lots, process, products."""

from hepatica.api.manufacturing import lot, potency, precision, process, product, quality

_ALL = (potency, precision, quality, lot, process, product)
REQUESTS = {name: request for module in _ALL for name, request in module.REQUESTS.items()}
ANSWERS = {name: answer for module in _ALL for name, answer in module.ANSWERS.items()}
