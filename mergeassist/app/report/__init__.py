"""Self-contained HTML pages: a merge, a preview, a pull request, a backtest."""
