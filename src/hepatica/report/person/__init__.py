"""Report of the forecast of one person."""
