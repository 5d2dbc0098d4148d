"""Named checks of worksheets that are written in code, each for one kind of weakness."""
