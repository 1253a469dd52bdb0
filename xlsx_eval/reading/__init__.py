"""Bytes of a workbook to its answers: formats, places, entries as typed and as read."""
