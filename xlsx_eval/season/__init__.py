"""Weeks of collecting: workspace, roster, arrivals, ledger, review, standing."""
