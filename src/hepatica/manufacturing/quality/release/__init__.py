"""Release of lots: limits with guard bands, limits from clinical loss, sampling plans, and the verdict on one lot."""
