"""JSON Schema of the files that people write: study, product, trial, population, publication, patient."""

from hepatica.api.input_files.schemas import FILES, schema_of_file

__all__ = ["FILES", "schema_of_file"]
