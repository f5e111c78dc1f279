"""Why the simulation says what it says: claims as experiments, contrasts by mechanism, what would be worth knowing."""
