"""Control charts: constants, Shewhart charts of values and of counts, EWMA, CUSUM, run rules, exact run lengths.

Phase I (`shewhart`, `attributes`: limits from past lots) and phase II (`monitor`: new lots against limits that
stand) are kept apart.
"""
