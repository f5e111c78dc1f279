"""Files for the tools that people use: Excel, QGIS, network programs, notebooks, aid registers.

Every file is made from what came through the redaction gate, and its finished text is read by the gate's last door.
`registry.FORMATS` lists them; a new one is one module and one line there.
"""
