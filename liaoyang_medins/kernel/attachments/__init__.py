"""Scans that hang on a record: who may hang them there and see them, the app of the record decides."""
