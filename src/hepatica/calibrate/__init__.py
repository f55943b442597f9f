"""Fits to evidence. Nothing here ever sees an arm that was given cells."""
