"""Generated texts with numbers in them, and what the reference finds there.

A line never holds a line break, so that many texts can be searched as one document: nothing that the matcher looks at
reaches across a line break.
"""

import re

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher

from . import metadata
from .cases import Cases, DIGIT_ZEROS, LABELS, POOL, SEPARATORS, sample

WORDS = [
    "call", "me", "at", "the", "office", "or", "and", "Tel", "tel:", "Phone:", "fax", "Telefon", "t\u00e9l.", "n\u00ba",
    "\u0442\u0435\u043b.", "\u7535\u8bdd", "\u260e", "\U0001f4de", "on", "in", "about", "since", "abc", "x", "X", "ext",
    "int", "anexo", "caf\u00e9", "\u00fcber", "page", "pp.", "No.", "room", "~", "#", "%", "\u2014", "\u2026", "e", "xt",
]
GLUE = [
    "", "", " ", " ", " ", " ", "  ", ", ", "; ", ";", "/", " / ", "//", " - ", "- ", " -", "-", "\u2013", " \u2014 ",
    "\uff0d", ". ", ".", "...", ": ", ":", "|", "\t", "\u00a0", "\u3000", "\u200b", "\u2060", "\u00ad", "(", ")", " (",
    ") ", "[", "] ", "\uff08", "\uff09", "\uff3b", "\uff3d", "{", "<", ">", "\u201c", "\"", "'", "a", "b", "Z",
    "\u00e9", "\u0301", "\u0416", "\u4e2d", "$", "\u20ac", "\u00a3", "\u00a5", "\u00a2", "\uff04", "\u20bf", "\u20c0",
    "%", "+", "\uff0b", "++", "*", "#", "=", "_", "&", "\\", "\\x", "/x", "/ x", "x", "xx", "XX", "X", "\u017f",
    "\u1e9e", "\u0250", "\u024f", "\u00aa", "\u00d7", "\u00f7", "\u036f", "\u0370", "\u00ff", "\u02b0", "\u1dc0",
    "\u0131", "\u1c81", ",", "@", "     ", "----", "-----", "()", "~", "\u223c", "\u2212", "\u30fc", "\u2012",
]
CURRENCY = ["$", "\u20ac", "\u00a3", "EUR ", "USD", "\u20b9", "%", "CHF "]
OTHER_REGIONS = ["US", "GB", "DE", "AT", "AR", "BR", "MX", "IT", "IN", "CN", "JP", "FR", "RU", "CH", "AU", "CI", "HU"]


class Texts:
    def __init__(self, seed):
        self.cases = Cases(seed)
        self.source = self.cases.source
        self.alternates = metadata.alternate_formats()

    def region(self):
        """The region of a document."""
        choice = self.source.random()
        if choice < 0.1:
            return "ZZ"
        return self.source.choice(OTHER_REGIONS if choice < 0.5 else self.cases.regions)

    def digits(self, low, high):
        return self.cases.digits(self.source.randint(low, high))

    def number(self, region):
        """A number as the cases write it, often one of the document's region."""
        source = self.source
        choice = source.random()
        if choice < 0.3:
            return self.cases.next()[0][:120]
        if region != "ZZ" and choice < 0.85:
            name = region
            data = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        else:
            name, data = source.choice(self.cases.territories)
        national = self.cases.national(data)
        if source.random() < 0.3:
            return self.grouped(data, national)
        if source.random() < 0.5:
            code = "+%d" % data.country_code
            try:
                number = phonenumbers.parse(code + national, None)
                text = phonenumbers.format_number(number, source.choice([
                    PhoneNumberFormat.NATIONAL, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL,
                    PhoneNumberFormat.RFC3966, PhoneNumberFormat.E164]))
                if source.random() < 0.15:
                    text = phonenumbers.format_number_for_mobile_dialing(number, region, True)
            except phonenumbers.NumberParseException:
                text = code + national
        else:
            text = self.cases.written(name, data, national, region)
        choice = source.random()
        if choice < 0.15:
            text = self.cases.spelled(text) if text else text
        elif choice < 0.22:
            text = text.replace(" ", source.choice(SEPARATORS))
        elif choice < 0.26:
            text = text.replace("-", source.choice(SEPARATORS))
        elif choice < 0.30:
            text = "(" + text[:3] + ")" + text[3:]
        elif choice < 0.32:
            text = "xx" + text
        elif choice < 0.34:
            cut = source.randint(0, len(text))
            text = text[:cut] + source.choice(["xx", "x", "XX", " x "]) + text[cut:]
        elif choice < 0.36:
            zero = source.choice(DIGIT_ZEROS)
            text = "".join(chr(zero + ord(c) - 48) if c in "0123456789" else c for c in text)
        if source.random() < 0.12:
            text += source.choice(LABELS) + self.digits(0, 9) + source.choice(["", "", "#"])
        return text

    def grouped(self, data, national):
        """A number in groups: those of another format, those of a format with a digit moved, or any."""
        source = self.source
        groups = []
        choice = source.random()
        formats = list(data.number_format) + list(data.intl_number_format)
        if choice < 0.6 and data.country_code in self.alternates:
            formats = self.alternates[data.country_code]
        if choice < 0.8 and formats:
            chosen = source.choice(formats)
            if chosen.leading_digits_pattern and source.random() < 0.6:
                # Digits that the format is for.
                leading = sample(chosen.leading_digits_pattern[-1], source)
                national = leading + national[len(leading):]
            found = re.match(chosen.pattern, national)
            if found:
                groups = list(found.groups()) + ([national[found.end():]] if found.end() < len(national) else [])
        if not groups:
            rest = national
            while rest:
                length = source.randint(1, 5)
                groups.append(rest[:length])
                rest = rest[length:]
        if len(groups) > 1 and source.random() < 0.25:
            # One digit in the group beside its own.
            place = source.randrange(len(groups) - 1)
            groups[place:place + 2] = [groups[place] + groups[place + 1][:1], groups[place + 1][1:]]
        if source.random() < 0.1:
            place = source.randrange(len(groups))
            groups[place:place + 2] = ["".join(groups[place:place + 2])]
        groups = [group for group in groups if group]
        choice = source.random()
        if choice < 0.4:
            groups.insert(0, "+%d" % data.country_code)
        elif choice < 0.65:
            groups[:1] = [(data.national_prefix or "") + "".join(groups[:1])]
        elif choice < 0.72:
            groups.insert(0, data.national_prefix or "0")
        elif choice < 0.78:
            groups.insert(0, "00%d" % data.country_code)
        elif choice < 0.82:
            groups.insert(0, "%d" % data.country_code)
        elif choice < 0.85:
            groups[:1] = ["+%d(%s)%s" % (data.country_code, data.national_prefix or "0", "".join(groups[:1]))]
        elif choice < 0.90:
            groups[:1] = ["(" + (data.national_prefix or "") + "".join(groups[:1]) + ")"]
        separator = source.choice([" ", " ", "-", ".", "/", "\u00a0", None])
        text = ""
        for place, group in enumerate(groups):
            text += (separator or source.choice(SEPARATORS[:10]) if place else "") + group
        if source.random() < 0.15:
            text += source.choice(LABELS) + (source.choice(groups) if source.random() < 0.3 else self.digits(1, 6))
        return text

    def leniency(self):
        """How strict a search is."""
        choice = self.source.random()
        return "possible" if choice < 0.15 else "valid" if choice < 0.3 else \
            "strict_grouping" if choice < 0.65 else "exact_grouping"

    def date(self):
        source = self.source
        day, month = source.randint(0, 39), source.randint(0, 19)
        year = source.choice([source.randint(1900, 2099), source.randint(0, 99), source.randint(100, 99999)])
        return source.choice(["%d/%d/%d", "%02d/%02d/%02d", "%d.%d.%d", "%02d-%02d-%d", "%d / %d / %d"]) % (
            day, month, year)

    def time(self):
        source = self.source
        stamp = source.choice(["%d-%02d-%02d %02d", "%d%02d%02d %02d", "%d/%02d/%02d  %02d", "%d-%02d-%02d\u00a0%02d"]) % (
            source.randint(900, 3100), source.randint(0, 21), source.randint(0, 41), source.randint(0, 31))
        return stamp + source.choice([":%02d" % source.randint(0, 69), "", ":", ":5", ".00", " :30"])

    def pages(self):
        source = self.source
        return source.choice(["%s-%s (%s)", "%s--%s(%s)", "%s-%s    (%s).", "%s-%s     (%s)", "%s-%s\u00a0(%s", "%s - %s (%s)"]) % (
            self.digits(1, 7), self.digits(1, 6), self.digits(1, 5))

    def price(self):
        source = self.source
        amount = self.digits(1, 8) + source.choice(["", ".", ",", ".00", ".99"])
        return source.choice(CURRENCY) + amount if source.random() < 0.6 else amount + source.choice(CURRENCY)

    def figures(self):
        source = self.source
        separator = source.choice(["/", ";", " ", ", ", "-", ".", "  ", ") (", " - ", "x", ":"])
        return separator.join(self.digits(1, source.choice([3, 5, 11, 24])) for _ in range(source.randint(1, 9)))

    def junk(self):
        source = self.source
        return "".join(source.choice(POOL) for _ in range(source.randint(1, 12)))

    def text(self, region):
        source = self.source
        parts = []
        count = source.choice([1, 1, 2, 3, 4, 6])
        glue = source.choice([GLUE[:6], GLUE[:30], GLUE, GLUE])
        separator = source.choice(GLUE) if source.random() < 0.3 else None
        for _ in range(count):
            choice = source.random()
            if choice < 0.60:
                part = self.number(region)
            elif choice < 0.72:
                part = source.choice(WORDS)
            elif choice < 0.76:
                part = self.date()
            elif choice < 0.80:
                part = self.time()
            elif choice < 0.83:
                part = self.pages()
            elif choice < 0.87:
                part = self.price()
            elif choice < 0.93:
                part = self.figures()
            else:
                part = self.junk()
            parts.append(part)
            parts.append(source.choice(glue) if separator is None else separator)
        if source.random() < 0.8:
            parts.pop()
        if source.random() < 0.3:
            parts.insert(0, source.choice(GLUE))
        text = "".join(parts)
        if source.random() < 0.08:
            text = self.cases.mutated(text)
        if source.random() < 0.003:
            place = source.randint(0, len(text))
            text = text[:place] + source.choice([" ", "- ", "\t", ",", "\u00a0", "-"]) * source.randint(100, 300) + text[place:]
        return "".join(c for c in text if c not in "\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")


def found(text, region, leniency):
    """[(start, end, E.164, extension)] in bytes of UTF-8, as the reference finds them."""
    level = {"valid": Leniency.VALID, "possible": Leniency.POSSIBLE, "strict_grouping": Leniency.STRICT_GROUPING,
             "exact_grouping": Leniency.EXACT_GROUPING}[leniency]
    matches = []
    for match in PhoneNumberMatcher(text, None if region == "ZZ" else region, leniency=level):
        start = len(text[: match.start].encode())
        matches.append((start, start + len(match.raw_string.encode()),
                        phonenumbers.format_number(match.number, PhoneNumberFormat.E164),
                        match.number.extension or ""))
    return matches
