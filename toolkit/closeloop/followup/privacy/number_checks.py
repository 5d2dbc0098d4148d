"""What tells a number that identifies somebody from any other: check digits, dates, limits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_DIGITS = "10X98765432"
_SERVICE = re.compile(r"(?:[48]00[0-9]{7}|1?8(?:00|33|44|55|66|77|88)[0-9]{7}|9[56][0-9]{3,6}|1[0-2][0-9]{3,4})")
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:[-./年]?(?:0?[1-9]|1[0-2])(?:[-./月]?(?:0?[1-9]|[12][0-9]|3[01])日?)?)?")
_SECRET = re.compile(
    r"(?i)[?&;#](?:[a-z_.-]{0,20})(?:token|key|session|sid|auth|code|pass|pwd|sig|email|mail|user|uid|phone|mobile|"
    r"name|openid|ticket)[a-z_]{0,12}=[^&\s]|//[^/\s@]{1,100}@|/[0-9a-f]{24,}|/[A-Za-z0-9_-]{32,}"
)


def digits_of(text: str) -> str:
    """Return the digits of a text.

    Examples
    --------
    >>> digits_of("(415) 555-0134")
    '4155550134'
    """
    return "".join(char for char in text if "0" <= char <= "9")


def luhn(text: str) -> bool:
    """Return whether a number of 13 to 19 digits ends in the check digit that bank cards have (ISO/IEC 7812-1).

    Examples
    --------
    >>> luhn("4111 1111 1111 1111"), luhn("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(char) for char in digits_of(text)]
    doubled = [2 * d - 9 * (d > 4) for d in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def chinese_id(text: str) -> bool:
    """Return whether 18 characters are a Chinese identity number: a date that exists, and its check digit (GB 11643).

    Examples
    --------
    >>> chinese_id("11010519491231002X"), chinese_id("110105194912310021")
    (True, False)
    """
    number = text.upper().replace(" ", "").replace("-", "")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or not _is_day(number[6:14]):
        return False
    weighted = sum(weight * int(char) for weight, char in zip(_ID_WEIGHTS, number, strict=False))
    return _ID_DIGITS[weighted % 11] == number[17]


def iban(text: str) -> bool:
    """Return whether a text is an international bank account number (ISO 13616, modulo 97).

    Examples
    --------
    >>> iban("DE89 3704 0044 0532 0130 00"), iban("DE88 3704 0044 0532 0130 00")
    (True, False)
    """
    plain = text.replace(" ", "").upper()
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and plain.isalnum() and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def social_security(text: str) -> bool:
    """Return whether a text can be a US social security number: no group of zeros, none of the areas never given.

    Examples
    --------
    >>> social_security("123-45-6789"), social_security("000-45-6789")
    (True, False)
    """
    area, group, serial = text[:3], text[-7:-5], text[-4:]
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def telephone(text: str) -> bool:
    """Return whether a number can be a person's: 7 to 15 digits, no hotline such as 400-820-8820, 10086 or 95588.

    Examples
    --------
    >>> telephone("010-6234 5678"), telephone("400-820-8820"), telephone("10086")
    (True, False, False)
    """
    digits = digits_of(text)
    if text.lstrip().startswith("+1"):
        return len(digits) == 11 and not _SERVICE.fullmatch(digits)
    return 7 <= len(digits) <= 15 and not _SERVICE.fullmatch(digits) and len(set(digits)) > 1


def no_date(text: str) -> bool:
    """Return whether a text is anything but a date or a year.

    Examples
    --------
    >>> no_date("2024-05-12"), no_date("20240512"), no_date("2024051277")
    (False, False, True)
    """
    return not _DATE.fullmatch(text)


def five_digits(text: str) -> bool:
    """Return whether a text has at least five digits.

    Examples
    --------
    >>> five_digits("AB-12345"), five_digits("order")
    (True, False)
    """
    return len(digits_of(text)) >= 5


def a_digit(text: str) -> bool:
    """Return whether a text has a digit.

    Examples
    --------
    >>> a_digit("lily88"), a_digit("payment")
    (True, False)
    """
    return bool(digits_of(text))


def address_v4(text: str) -> bool:
    """Return whether four numbers are an Internet address that points to somebody.

    Examples
    --------
    >>> address_v4("203.0.113.7"), address_v4("203.0.113.700"), address_v4("127.0.0.1")
    (True, False, False)
    """
    parts = [int(part) for part in text.split(".")]
    return all(part < 256 for part in parts) and parts[0] not in {0, 127}


def secret_link(text: str) -> bool:
    """Return whether a link carries what gives access or says who somebody is.

    Examples
    --------
    >>> secret_link("https://example.com/r?token=8f3a"), secret_link("https://example.com/help?page=2")
    (True, False)
    """
    return bool(_SECRET.search(text))


def _is_day(text: str) -> bool:
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return "1800" < text[:4] < "2100"


CHECKS: dict[str, Callable[[str], bool]] = {
    check.__name__: check
    for check in (
        luhn, chinese_id, iban, social_security, telephone, no_date, five_digits, a_digit, address_v4, secret_link,
    )
}  # fmt: skip
"""What a pattern may ask for by name."""
