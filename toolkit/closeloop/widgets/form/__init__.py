"""A survey filled in: answers while they are typed, the page that shows them, and where they are sent."""
