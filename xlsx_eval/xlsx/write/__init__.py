"""Edits of a package by inserting text, one module for each kind of part."""
