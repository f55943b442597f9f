"""Comparability of a product after a change of its making: the file of a change, and its study."""
