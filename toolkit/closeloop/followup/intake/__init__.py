"""Complaints that come in by other ways than a survey: telephone, desk, letter, e-mail, chat, social media, tables."""
