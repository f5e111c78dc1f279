"""Is a calibration honest: ranks of known truths, months held back, and what contagion is measured against."""
