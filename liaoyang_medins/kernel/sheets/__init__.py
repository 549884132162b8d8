"""Workbooks and CSV files: read safely, whatever they are, and written so that text stays text.

`reading.read_table` gives the cells of a file as they lie there, `values` makes of a cell what it is meant as, and
`writing` makes workbooks. What the columns mean is the business of the app that reads them.
"""
