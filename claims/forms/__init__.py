"""The forms of claims: thin faces of its services."""
