"""How well violence alone, carried on from its past, covers what came."""
