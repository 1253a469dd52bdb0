"""Which figure is wrong, and what rests on it."""
