"""Which encoding a file is in, and why.

The order is: byte-order mark, then strict UTF-8, then GB18030 where a Chinese layout or the detector says so, then the
detector's guess with a warning. GB18030 alone proves nothing: it accepts Korean, Japanese and Mac Roman bytes and turns
them into common hanzi.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from closeloop.errors import ResponseValidationError
from closeloop.text import LocalText, message

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE = {"gb2312", "gbk", "gb18030", "cp936", "hz", "hz-gb-2312"}
_BLOCK = 1 << 20
_SAMPLE = 100_000
_LONGEST_MARK = 4
_HEADER = 60  # bytes: column names are mostly ASCII, also above Chinese answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """An encoding, the reason for it, and whether it is only a guess."""

    name: str
    reason: LocalText
    guessed: bool = False


def find_encoding(path: Path, asked: str, looks_chinese: Callable[[str], bool]) -> Encoding:
    """Return the encoding of a text file.

    Parameters
    ----------
    path : Path
        The file; it is read once or twice in blocks, never whole.
    asked : str
        ``"auto"``, or the encoding that the user named.
    looks_chinese : callable
        Told the beginning of the text as GB18030 would read it, says whether a Chinese platform's layout is there.
    """
    if asked != "auto":
        return _asked(path, asked)
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE)
    marked = _marked(start)
    if marked is not None:
        if not _decodes(path, marked):
            raise ResponseValidationError(message("responses.encoding_broken", file=path.name, name=marked))
        return Encoding(name=marked, reason=message("responses.encoding_bom"))
    wide = _utf16(start[:_HEADER]) or _utf16(start)
    if wide is not None and _decodes(path, wide):
        return Encoding(name=wide, reason=message("responses.encoding_zero_bytes"), guessed=True)
    if _decodes(path, "utf-8"):
        return Encoding(name="utf-8", reason=message("responses.encoding_utf8"))
    return _guess(path, start, looks_chinese)


def _asked(path: Path, asked: str) -> Encoding:
    if not _known(asked):
        raise ResponseValidationError(message("responses.encoding_unknown", asked=asked))
    name = codecs.lookup(asked).name
    with path.open("rb") as stream:
        marked = _marked(stream.read(_LONGEST_MARK))
    if marked is not None and name in (marked, marked.removesuffix("-sig"), f"{marked}-le", f"{marked}-be"):
        name = marked  # so that the mark is not taken for the first letter of the header
    if not _decodes(path, name):
        raise ResponseValidationError(message("responses.encoding_wrong", file=path.name, asked=asked))
    return Encoding(name=name, reason=message("responses.encoding_asked"))


def _marked(start: bytes) -> str | None:
    """Return the encoding that a byte-order mark names."""
    return next((name for mark, name in _BOMS if start.startswith(mark)), None)


def _utf16(start: bytes) -> str | None:
    """Return the kind of UTF-16 that text is in where much of it is ASCII: zero in every other byte."""
    zeros = [start[parity::2].count(0) for parity in (0, 1)]
    if max(zeros) * 5 <= len(start) or min(zeros) * 20 >= max(zeros):
        return None
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _guess(path: Path, start: bytes, looks_chinese: Callable[[str], bool]) -> Encoding:
    import chardet

    found = chardet.detect(_telling_bytes(path))
    guess = str(found.get("encoding") or "cp1252").lower()
    if _decodes(path, "gb18030"):
        if looks_chinese(start.decode("gb18030", errors="ignore")):
            return Encoding(name="gb18030", reason=message("responses.encoding_layout"))
        if guess in _CHINESE:
            return Encoding(name="gb18030", reason=message("responses.encoding_detector", guess=guess))
    for name in (guess, "cp1252", "latin-1"):
        if name not in _CHINESE and _known(name) and _decodes(path, name):
            break
    return Encoding(name=name, reason=message("responses.encoding_guess", guess=name), guessed=True)


def _telling_bytes(path: Path) -> bytes:
    """Return the lines that hold more than ASCII: what a detector can learn from, whatever the file's size."""
    lines: list[bytes] = []
    size = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                lines.append(line)
                size += len(line)
                if size > _SAMPLE:
                    break
    return b"".join(lines)


def _known(name: str) -> bool:
    """Say whether there is a text encoding of this name (base64 and its like turn bytes into bytes)."""
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        return False
    return True


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
