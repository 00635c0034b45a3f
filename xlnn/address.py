"""Convert between cell addresses such as AB12 and row and column numbers.

openpyxl has the same function; importing it takes 0.15 s, a tenth of a whole check.
"""

from functools import cache


@cache
def letters(column: int) -> str:
    """Return the letters of a column, counted from 1.

    >>> letters(1), letters(26), letters(703)
    ('A', 'Z', 'AAA')
    """
    before, last = divmod(column - 1, 26)
    return (letters(before) if before else "") + chr(ord("A") + last)


def column_number(name: str) -> int:
    """Return the number of a column, counted from 1.

    >>> column_number("A"), column_number("AAA")
    (1, 703)
    """
    number = 0
    for letter in name:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def address(row: int, column: int) -> str:
    """Return the address of a cell.

    >>> address(7, 18)
    'R7'
    """
    return f"{letters(column)}{row}"


def fixed(row: int, column: int) -> str:
    """Return the absolute address of a cell.

    >>> fixed(7, 18)
    '$R$7'
    """
    return f"${letters(column)}${row}"
