"""Requests and answers of one person: the record, and its forecast."""

from hepatica.api.person import forecast, record

REQUESTS = {**record.REQUESTS, **forecast.REQUESTS}
ANSWERS = {**record.ANSWERS, **forecast.ANSWERS}
