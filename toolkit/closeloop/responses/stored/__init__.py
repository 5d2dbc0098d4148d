"""Responses out of core: files of any size read in parts, written as folders that every engine reads."""
