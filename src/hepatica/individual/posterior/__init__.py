"""Posterior of one person over virtual people: observations, errors of labs, importance weights, particles."""
