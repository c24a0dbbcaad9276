"""A person's tasks as one document: CSV for a spreadsheet, JSON for a program, PDF for paper."""
