"""The widgets as an app on this machine: Voila serves them page by page, behind a token.

A page is a notebook of one line that is made for the occasion, in a private folder that goes when the app ends.
"""
