"""The ledger of erasures, and what a database from a backup is told."""
