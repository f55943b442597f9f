"""Conduct of a block of simulated trials: streams, accrual, allocation, fates, measurements and endpoints."""
