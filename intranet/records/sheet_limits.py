"""How much is read of one foreign sheet."""

#: Rows, columns, and characters of a cell.
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 12_000, 60, 4000
