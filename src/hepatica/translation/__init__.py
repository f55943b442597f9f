"""Species translation: the human model with the physiology of an animal."""

from hepatica.translation.species import SPECIES, Species, as_species

__all__ = ["SPECIES", "Species", "as_species"]
