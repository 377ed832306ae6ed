"""What the integration tests stand on: the program, the golden cases, rows that can be compared."""
