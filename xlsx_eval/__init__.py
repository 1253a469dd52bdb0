"""Checks, scores and annotates spending self-evaluation workbooks of a finance bureau's departments."""
