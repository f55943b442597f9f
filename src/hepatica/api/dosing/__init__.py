"""Requests and answers of dosing beside `hepatica dose`: the therapeutic window."""

from typing import Any

from hepatica.api.dosing.window import WindowAnswer, WindowRequest

REQUESTS: dict[str, Any] = {"window": WindowRequest}
ANSWERS: dict[str, Any] = {"window": WindowAnswer}

__all__ = ["ANSWERS", "REQUESTS", "WindowAnswer", "WindowRequest"]
