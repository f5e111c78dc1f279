"""What if: changes to a deal, its third parties, its money or an interval, answered at once and by an ensemble."""
