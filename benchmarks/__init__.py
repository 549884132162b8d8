"""What the portal's work costs, measured against PostgreSQL alone on the same server: `make bench`."""
