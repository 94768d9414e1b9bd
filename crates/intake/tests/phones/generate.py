#!/usr/bin/env python3
"""Ten thousand numbers as people write them, and what PyPI's `phonenumbers` makes of each.

Columns, by tabs: how it is written, the text, the number in E.164 or `-` where there is none. A `plain` text is
read by the library as it stands. A `repaired` one stands for a number that the library was asked about; its text
is that number in one of the forms that the product's named rules mend (`03`, `0057`, spreadsheet notation, the
plan of before 2021, labels). `lost` ones have fewer digits than a number, and must be refused whatever they say.

deploy/dev/install-tools makes the environment: target/oracles/bin/python generate.py > numbers.tsv
"""
import random

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

PHONES = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.VOIP,
}


def e164(text):
    try:
        number = phonenumbers.parse(text, "CO")
    except phonenumbers.NumberParseException:
        return "-"
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in PHONES:
        return "-"
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


draw = random.Random(20261130)


def digits(count):
    return "".join(draw.choice("0123456789") for _ in range(count))


IN_USE = [str(prefix) for prefix in [*range(300, 306), *range(310, 325), 350, 351]]


def mobile():
    prefix = draw.choice(IN_USE) if draw.random() < 0.8 else "3" + digits(2)
    return prefix + digits(7)


def landline():
    return "60" + draw.choice("1245678") + draw.choice("2345678") + digits(6)


def grouped(number):
    return draw.choice(
        [
            number,
            f"{number[:3]} {number[3:6]} {number[6:]}",
            f"({number[:3]}) {number[3:6]}-{number[6:]}",
            f"{number[:3]}-{number[3:6]}-{number[6:]}",
            f"{number[:3]}.{number[3:6]}.{number[6:]}",
            f"+57 {number[:3]} {number[3:]}",
            f"+57{number}",
            f"+57 ({number[:3]}) {number[3:6]} {number[6:]}",
        ]
    )


def foreign():
    country, length = draw.choice([("1", 10), ("34", 9), ("44", 10), ("58", 10), ("593", 9), ("52", 10)])
    return f"+{country}{draw.choice('23456789')}{digits(length - 1)}"


def plain():
    text = draw.choices(
        [lambda: grouped(mobile()), lambda: grouped(landline()), foreign, lambda: "+57" + digits(draw.randint(5, 12))],
        weights=[50, 30, 15, 5],
    )[0]()
    return "plain", text, e164(text)


def repaired():
    cell, line = mobile(), landline()
    number, text = draw.choice(
        [
            (cell, f"0057{cell}"),
            (cell, f"0057 {cell[:3]} {cell[3:]}"),
            (cell, f"57{cell}"),
            (cell, f"5757{cell}"),
            (cell, f"03{cell}"),
            (cell, f"0{cell}"),
            (cell, f"{cell}.0"),
            (cell, f"{cell[0]}.{cell[1:]}E9"),
            (cell, f"Cel: {cell}"),
            (cell, f"{cell} (mamá)"),
            (cell, f"'{cell}"),
            (line, f"{line[2:]}"),
            (line, f"0{line[2:]}"),
            (line, f"57{line[2:]}"),
            (line, f"05{line[2:]}"),
            (line, f"{line} ext 123"),
        ]
    )
    return "repaired", text, e164("+57" + number)


def lost():
    cell = mobile()
    kept = draw.randint(3, 8)
    return "lost", f"{cell[0]}.{cell[1:kept]}E+09", "-"


print(f"# phonenumbers {phonenumbers.__version__}")
for _ in range(10_000):
    kind = draw.choices([plain, repaired, lost], weights=[70, 28, 2])[0]
    print("\t".join(kind()))
