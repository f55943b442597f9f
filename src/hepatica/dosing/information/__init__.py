"""Value of information: perfect (EVPI), partial perfect (EVPPI) and of a sample (EVSI).

Modules, in reading order: `sample` (a trial of given size), `gaussian_process` (regression of the gain on parameters),
`perfect` (all uncertainty, or that of a group of parameters).
"""
