"""Model of a study: what ships, with the modules and the parameter values of the user's own."""

from hepatica.study_system.system import check_sources, system_of, system_with

__all__ = ["check_sources", "system_of", "system_with"]
