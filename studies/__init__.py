"""Studies: how the numbers that the package ships were estimated from public data. Nothing in `src` imports them."""
