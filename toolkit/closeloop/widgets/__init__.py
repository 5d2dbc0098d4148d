"""What is clicked and typed: a widget over each thing that people fill in, and one small base under them.

A domain object is no widget: it says everything as text and HTML, and its ``.form()``, ``.edit()`` or ``.board()``
gives the widget. What a widget shows is decided in the kernel; the page draws it and says what a person did.
"""
