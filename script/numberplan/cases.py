"""Generated cases: numbers of every region and type, in every spelling, and what goes wrong with them."""

import random

import phonenumbers
from phonenumbers import PhoneNumberFormat

from . import metadata
from .automata import sre_constants, sre_parse

TYPES = [
    "general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number",
    "pager", "uan", "voicemail",
]
SEPARATORS = [
    "", " ", "-", ".", "/", "  ", " - ", "(", ")", ") ", " (", "\u2010", "\u2013", "\u2212", "\uff0d", "\u00a0",
    "\u3000", "\u2060", "\u00ad", "~", "[", "]", "x", "*", "\u30fc", "\uff08", "\uff09", "\u200b",
]
LABELS = [
    ";ext=", " ext. ", "ext", " Ext:", " EXTN ", " extn. ", " extension ", " Extensi\u00f3n ", " extensio\u0301n:",
    " x", "x", " X ", " #", "#", "\uff03", "~", "\uff5e", " int ", " INT. ", "\uff49\uff4e\uff54",
    "\uff45\uff58\uff54\uff4e ", "\uff38\uff34", " \u0434\u043e\u0431. ", " \u0414\u041e\u0411 ", " anexo ", ", ",
    ",", ",,", ", ,", ";", " ;", ",,,", " - ", "- ", " xtn ", ", ext ", "\u00a0ext\u00a0", " xt.", " e", ":",
    " ext:-,", "\uff58", ",;", ";;", ", x ", ".ext", "extensions",
]
DIGIT_ZEROS = [
    0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10, 0x1D7CE, 0x1D7EC, 0x11066, 0x104A0, 0x1E950, 0x1040,
]
JUNK = [
    "", "", "Tel: ", "tel:", "phone ", "(", "[", "<", "call me on ", "\u260e ", "T\u00e9l.: ", "n\u00b0", "**", "#",
    "\u201c", "--",
]
TAILS = [
    "", "", ".", ")", " ", "!", " \u2013", "\u3002", "_", " (home)", "a", " \u00e9", "#", "##", "\u00b2", "/x5",
    " / x 33", "\\x12", " or 555 1234", ";isub=123", ";isub=", ";foo=bar", ",", ">", "\u0301",
    "\u0130\u0131\u017f\u212a", "/ x", ";ext=", "\u4e94", "\u00bd", "x", " x", "(0)",
]
CONTEXTS = [
    "+1", "+44", "+1-800", "+", "", "example.com", "a.b-c.com.", "1.example", "-a.com", "+1 2", "+1(2)3.4-", "com",
    "+\u0661", "a..b", "x1", "+39", "+49-30", "+--", "+1a", "exa_mple.com", "A.B",
]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
POOL = (
    "0123456789" * 6 + "+++  --..()()[]/\\,;:#*~xX" + LETTERS
    + "\uff0b\uff10\uff15\uff19\u0660\u0665\u06f3\u0967\u0130\u0131\u017f\u212a\u2010\u2013\u2212\u30fc\uff0d\uff0e\uff0f"
    + "\u00a0\u00ad\u200b\u2060\u3000\uff08\uff09\uff3b\uff3d\u2053\u223c\uff5e\uff58\uff54\uff45\uff4e\u0301\u00f3"
    + "\u0434\u043e\u0431\u00b2\u00bd\u2460\u4e09\u00e9_\u1c81\u1c82\U0001f4de\U0001d7d8\u200d\u0000\u0008\u007f"
)


def sample(pattern, source):
    """A string that a bounded, digit-only expression matches."""

    def walk(items):
        result = ""
        for operation, argument in items:
            if operation is sre_constants.LITERAL:
                result += chr(argument)
            elif operation is sre_constants.IN:
                choices = []
                for kind, value in argument:
                    if kind is sre_constants.LITERAL:
                        choices.append(chr(value))
                    elif kind is sre_constants.RANGE:
                        choices += [chr(code) for code in range(value[0], value[1] + 1)]
                    else:
                        choices += list("0123456789")
                result += source.choice(choices)
            elif operation is sre_constants.BRANCH:
                result += walk(source.choice(argument[1]))
            elif operation is sre_constants.SUBPATTERN:
                result += walk(argument[3])
            elif operation is sre_constants.MAX_REPEAT:
                for _ in range(source.randint(argument[0], argument[1])):
                    result += walk(argument[2])
        return result

    return walk(_parsed(pattern))


_PARSED = {}


def _parsed(pattern):
    if pattern not in _PARSED:
        _PARSED[pattern] = list(sre_parse.parse(pattern))
    return _PARSED[pattern]


class Cases:
    """An endless, repeatable sequence of (text, region)."""

    def __init__(self, seed):
        self.source = random.Random(seed)
        self.territories, _ = metadata.territories()
        self.regions = [name for name, _ in self.territories if name != "001"]

    def examples(self):
        """The example of every type of every territory, in the international form."""
        for name, data in self.territories:
            for kind in TYPES:
                desc = getattr(data, kind)
                if desc is not None and desc.example_number:
                    yield "+%d%s" % (data.country_code, desc.example_number), "ZZ"

    def next(self):
        source = self.source
        choice = source.random()
        if choice < 0.03:
            return self.noise(), self.some_region()
        name, data = source.choice(self.territories)
        national = self.national(data)
        home = name if name != "001" else self.some_region()
        region = home if source.random() < 0.75 else self.some_region()
        text = self.written(name, data, national, region)
        if text and source.random() < 0.25:
            text = self.spelled(text)
        if source.random() < 0.15:
            text += source.choice(LABELS) + self.digits(source.choice([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 15, 16, 20, 21]))
            text += source.choice(["", "", "", "#"])
        if source.random() < 0.10:
            text = source.choice(JUNK) + text + source.choice(TAILS)
        if source.random() < 0.03:
            text = self.with_context(text)
        if source.random() < 0.12:
            text = self.mutated(text)
        if source.random() < 0.004:
            text = self.stretched(text)
        return text.replace("\n", " ").replace("\t", " ").replace("\r", " "), region

    def some_region(self):
        return self.source.choice(self.regions) if self.source.random() < 0.75 else "ZZ"

    def digits(self, count):
        return "".join(self.source.choice("0123456789") for _ in range(count))

    def national(self, data):
        """National digits: of the examples, of the patterns, of the format patterns, or wrong ones of any length."""
        source = self.source
        choice = source.random()
        desc = getattr(data, source.choice(TYPES)) or data.general_desc
        if choice < 0.12 and desc.example_number:
            national = desc.example_number
        elif choice < 0.80 and desc.national_number_pattern:
            national = sample(desc.national_number_pattern, source)
        elif choice < 0.90 and data.number_format:
            chosen = source.choice(data.number_format)
            national = sample(chosen.leading_digits_pattern[-1], source) if chosen.leading_digits_pattern else ""
            length = len(sample(chosen.pattern, source))
            national = (national + self.digits(max(length - len(national), 0)))[: max(length, 2)]
        elif choice < 0.93 and data.leading_digits:
            national = sample(data.leading_digits, source) + self.digits(source.randint(3, 9))
        else:
            national = self.digits(source.randint(1, 18))
        choice = source.random()
        if choice < 0.06:
            national = national[: source.randint(1, len(national))]
        elif choice < 0.12:
            national += self.digits(source.randint(1, 5))
        elif choice < 0.16:
            cut = source.randint(0, len(national))
            national = national[:cut] + self.digits(len(national) - cut)
        elif choice < 0.18:
            national = "0" * source.randint(1, 3) + national
        return national

    def written(self, name, data, national, region):
        source = self.source
        code = str(data.country_code)
        choice = source.random()
        if choice < 0.25:
            text = "+" + code + national
        elif choice < 0.40:
            text = national
        elif choice < 0.52:
            text = (data.national_prefix or "") + national
        elif choice < 0.62 and data.national_prefix_for_parsing:
            # With the carrier codes and transformations of the territory.
            text = sample(data.national_prefix_for_parsing, source) + (national if source.random() < 0.8 else "")
        elif choice < 0.66:
            text = code + national
        elif choice < 0.69:
            text = code + (data.national_prefix or "0") + national
        elif choice < 0.72:
            text = "+" + code + (data.national_prefix or "0") + national
        elif choice < 0.74:
            text = "+" + code + "(" + (data.national_prefix or "0") + ")" + national
        elif choice < 0.84:
            prefix = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region != "ZZ" else None
            prefix = sample(prefix.international_prefix, source) if prefix else "00"
            if source.random() < 0.2:
                prefix = source.choice(["00", "011", "+00", "+011", "++", "\uff0b"])
            text = prefix + code + national
        else:
            try:
                number = phonenumbers.parse("+" + code + national, None)
                text = phonenumbers.format_number(number, source.choice([
                    PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966]))
            except phonenumbers.NumberParseException:
                text = "+" + code + national
        return text

    def spelled(self, text):
        source = self.source
        choice = source.random()
        if choice < 0.45:
            kept = source.choice([0.1, 0.3, 0.6])
            marks = source.choice([SEPARATORS[:3], SEPARATORS[:10], SEPARATORS])
            return "".join(c + (source.choice(marks) if source.random() < kept else "") for c in text)
        if choice < 0.70:
            zero = source.choice(DIGIT_ZEROS)
            share = source.choice([1.0, 0.5])
            return "".join(
                chr(zero + ord(c) - 48) if c in "0123456789" and source.random() < share else c for c in text)
        # Vanity letters, mostly three or more, at the end or anywhere.
        characters = list(text)
        for _ in range(source.randint(1, 7)):
            anywhere = source.random() < 0.3
            place = source.randrange(len(characters)) if anywhere else -source.randint(1, min(7, len(characters)))
            characters[place] = source.choice(LETTERS if source.random() < 0.97 else "\u0130\u0131\u017f\u212a")
        return "".join(characters)

    def with_context(self, text):
        source = self.source
        context = ";phone-context=" + source.choice(CONTEXTS)
        text = source.choice(["tel:", "", "TEL:", "x tel:"]) + text.replace("tel:", "")
        choice = source.random()
        if choice < 0.6:
            return text + context
        if choice < 0.8:
            return text + context + source.choice([";ext=12", ";isub=1", ";a=b", ";"])
        return text + source.choice([";ext=7", ";isub=12", " ext 5"]) + context

    def mutated(self, text):
        source = self.source
        characters = list(text)
        for _ in range(source.randint(1, 3)):
            choice = source.random()
            place = source.randint(0, len(characters))
            if choice < 0.4:
                characters.insert(place, source.choice(POOL))
            elif characters and choice < 0.7:
                del characters[min(place, len(characters) - 1)]
            elif characters:
                characters[min(place, len(characters) - 1)] = source.choice(POOL)
        return "".join(characters)

    def stretched(self, text):
        """Around the limit of 250 characters, and with more digits than anything can have."""
        source = self.source
        if source.random() < 0.5:
            return text + self.digits(source.randint(1, 60))
        wanted = source.choice([249, 250, 251, 260])
        filler = source.choice([" ", "1", "-", "\u0661", "a", "("])
        return (text + filler * wanted)[: max(wanted - 1, 1)] + source.choice(["1", "x", " "])

    def noise(self):
        source = self.source
        return "".join(source.choice(POOL) for _ in range(source.choice([0, 1, 2, 3, 5, 8, 12, 20, 40])))
