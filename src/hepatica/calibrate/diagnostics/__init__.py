"""Diagnostics of a calibration: how much was learnt, from which data, and what cannot be told apart.

Modules, in reading order: `contraction` (priors against posteriors, emulator against engine), `information` (Fisher
information), `identifiability` (confounded parameters).
"""
