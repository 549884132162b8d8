"""The pages of registration: thin faces of the services."""
