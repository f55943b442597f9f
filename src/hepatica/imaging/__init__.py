"""What a camera sees of infused cells."""

from hepatica.imaging.tracers import counts, living_share

__all__ = ["counts", "living_share"]
