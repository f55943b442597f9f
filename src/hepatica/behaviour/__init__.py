"""Behaviour of the model's modules: scenarios, what is shown of each module, and their simulation."""
