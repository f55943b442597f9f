"""Requests and answers of manufacturing: potency and precision, control, stability, lots, supply, process, products."""

from hepatica.api.manufacturing import (
    comparability,
    lot,
    potency,
    precision,
    process,
    product,
    quality,
    stability,
    supply,
)

_ALL = (potency, precision, quality, stability, lot, comparability, supply, process, product)
REQUESTS = {name: request for module in _ALL for name, request in module.REQUESTS.items()}
ANSWERS = {name: answer for module in _ALL for name, answer in module.ANSWERS.items()}
