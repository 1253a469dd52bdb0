"""A workbook's package: members, relationships, markup, and the compound files that are none."""
