"""The credibility dossier of a study: code and calculation verification, validation, applicability, judgement."""
