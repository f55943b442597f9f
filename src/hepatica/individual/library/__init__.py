"""Library of virtual people, simulated once under several regimens and kept: proposals, courses, store."""
