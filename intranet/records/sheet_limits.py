"""How much is read of one foreign sheet."""

#: Rows (12,000 lines of a register, its heads and what stands between), columns, and characters of a cell.
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 15_000, 60, 4000
