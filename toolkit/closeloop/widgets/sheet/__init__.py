"""The editor of a worksheet: its pages, its entries, and its matrices as matrices."""
