"""Animals: the same model with another species' physiology."""

from hepatica.translation.species import SPECIES, Species, as_species

__all__ = ["SPECIES", "Species", "as_species"]
