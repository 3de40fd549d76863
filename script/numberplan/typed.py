"""Numbers as they are typed, with what the reference shows after each character."""

import phonenumbers

from .cases import Cases, DIGIT_ZEROS


class Typed:
    """An endless, repeatable sequence of (region, text, [what is shown after each character])."""

    def __init__(self, seed):
        self.cases = Cases(seed)
        self.source = self.cases.source

    def next(self):
        source = self.source
        name, data = source.choice(self.cases.territories)
        region = self.cases.some_region() if name == "001" or source.random() < 0.2 else name
        national = self.cases.national(data)
        text = self.cases.written(name, data, national, region)
        text = "".join(c for c in text if c in "+0123456789")[:40] or "1"
        choice = source.random()
        if choice < 0.15:
            text += self.cases.digits(source.randint(1, 6))
        elif choice < 0.18:
            place = source.randint(0, len(text))
            text = text[:place] + source.choice(["-", " ", "*", "#", "a", "(", "+"]) + text[place:]
        elif choice < 0.22:
            zero = source.choice(DIGIT_ZEROS)
            text = "".join(chr(zero + ord(c) - 48) if c in "0123456789" else c for c in text)
        elif choice < 0.23:
            text = "\uff0b" + text.lstrip("+")
        formatter = phonenumbers.AsYouTypeFormatter(region)
        try:
            return region, text, [formatter.input_digit(c) for c in text]
        except IndexError:
            # The reference looks at a second digit that was not typed yet.
            return self.next()


def rows(seed, count):
    """Rows for the tests: region, text, and what is shown after each character, separated by bars."""
    typed = Typed(seed)
    found = (typed.next() for _ in range(count))
    return ["\t".join([region, text, "|".join(shown)]) for region, text, shown in found]
