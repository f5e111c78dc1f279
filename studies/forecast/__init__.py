"""How good the forecasts are: the backtest on public data, and the choice of model made before it."""
