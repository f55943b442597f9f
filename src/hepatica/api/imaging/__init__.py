"""Request and answer of the scans of one subject."""

from hepatica.api.imaging import image

REQUESTS = {**image.REQUESTS}
ANSWERS = {**image.ANSWERS}
