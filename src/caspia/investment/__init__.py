"""Projects, portfolio choice and phasing, loans and cash flow."""
