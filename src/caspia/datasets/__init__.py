"""The built-in study data: tables only, no code."""
