"""Array kernels: analyses of many trials at once, arrays (trial, patient)."""
