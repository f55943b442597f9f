"""Fields of a cell product in a file, and the types that every table of a file is made of."""

from hepatica.product_fields.tables import Flag, Integer, LotsTable, Number, ProductTable, SourceName, Table

__all__ = ["Flag", "Integer", "LotsTable", "Number", "ProductTable", "SourceName", "Table"]
