"""What a terminal shows of what is written to it: as much of one as haul makes use of."""

import re

SEQUENCE = re.compile(r"\x1b\[(\?)?(\d*)([A-Za-z])")


class Screen:
    """Rows of text. A line that is broken because the terminal is made narrower is broken anew, as most terminals do
    it, and the cursor stays with its character; or, with `reflows` false, it is cut."""

    def __init__(self, columns, rows, reflows=True):
        self.columns, self.rows, self.reflows = columns, rows, reflows
        self.lines = [""]
        self.row = self.column = 0
        self.wraps = True
        self.rest = ""

    def resize(self, columns, rows):
        before, self.lines, row = self.lines, [], self.row
        for index, line in enumerate(before):
            pieces = [line[at : at + columns] for at in range(0, len(line), columns)] or [""]
            if index == row:
                self.row = len(self.lines)
            self.lines += pieces if self.reflows else pieces[:1]
        self.columns, self.rows = columns, rows
        self.column = min(self.column, columns - 1)

    def write(self, data):
        text = self.rest + data.decode(errors="replace")
        self.rest = ""
        while text:
            sequence = SEQUENCE.match(text)
            if sequence:
                self._control(*sequence.groups())
                text = text[sequence.end() :]
            elif text[0] == "\x1b" and len(text) < 8:
                self.rest, text = text, ""
            else:
                self._put(text[0])
                text = text[1:]

    def _control(self, private, number, letter):
        if private:
            assert (number, letter) in (("7", "l"), ("7", "h"))
            self.wraps = letter == "h"
        elif letter == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif letter == "J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            del self.lines[self.row + 1 :]
        elif letter == "A":
            self.row -= int(number)
            assert self.row >= max(0, len(self.lines) - self.rows), "above the top of the screen"
        else:
            assert letter == "m", letter

    def _put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
            if self.row == len(self.lines):
                self.lines.append("")
        else:
            if self.column == self.columns and self.wraps:
                self._put("\r")
                self._put("\n")
            column = min(self.column, self.columns - 1)
            line = self.lines[self.row].ljust(column)
            self.lines[self.row] = line[:column] + character + line[column + 1 :]
            self.column = column + 1

    def text(self):
        """All lines that were ever there, but for those that were cleared."""
        return [line.rstrip() for line in self.lines]
