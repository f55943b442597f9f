"""Requests and answers of validation: predictions of publications, and forecasts of real patients."""

from hepatica.api.validate import request
from hepatica.api.validate.records import PredictionRecord
from hepatica.api.validate.request import ForecastAnswer, ValidateAnswer, ValidateRequest

REQUESTS = request.REQUESTS
ANSWERS = request.ANSWERS

__all__ = ["ANSWERS", "REQUESTS", "ForecastAnswer", "PredictionRecord", "ValidateAnswer", "ValidateRequest"]
