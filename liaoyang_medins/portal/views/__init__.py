"""The pages that need every app: home, search, the resident's page, administration, the audit log."""
