"""Workbooks as packages of parts: reads them, and changes only what must change."""
