"""The form that is sent out: its template drawn, and values poured into it."""
