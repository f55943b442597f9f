"""The modules, in the order in which they are read; to add one, write it and name it here."""

from hepatica.model.lang import Module
from hepatica.model.modules.bilirubin import bilirubin
from hepatica.model.modules.cells import cells
from hepatica.model.modules.cytokines import cytokines
from hepatica.model.modules.enzymes import enzymes
from hepatica.model.modules.hazards import hazards
from hepatica.model.modules.hepatocytes import hepatocytes
from hepatica.model.modules.immune import immune
from hepatica.model.modules.injury import injury
from hepatica.model.modules.label import label
from hepatica.model.modules.macrophages import macrophages
from hepatica.model.modules.matrix import matrix
from hepatica.model.modules.metabolism import metabolism
from hepatica.model.modules.organs import organs
from hepatica.model.modules.portal import portal
from hepatica.model.modules.secretome import secretome
from hepatica.model.modules.synthesis import synthesis
from hepatica.model.modules.treatments import treatments

MODULES: tuple[Module, ...] = (
    matrix,
    portal,
    injury,
    hepatocytes,
    immune,
    cytokines,
    macrophages,
    cells,
    secretome,
    label,
    treatments,
    bilirubin,
    synthesis,
    metabolism,
    enzymes,
    organs,
    hazards,
)
