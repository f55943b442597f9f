"""Quality of a product: control charts of an attribute, certificate of analysis of a lot."""
