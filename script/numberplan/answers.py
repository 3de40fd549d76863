"""Questions about numbers beside the nine columns, with the reference's answers.

One row each, separated by tabs:
  match      A  B       exact | nsn | short_nsn | none | not_a_number
  from       +NUMBER  REGION  the number as it is dialled from the region
  truncated  +NUMBER    +NUMBER without the digits that are too many, or - when no beginning is valid
"""

import phonenumbers
from phonenumbers import MatchType

from .cases import Cases

MATCH = {
    MatchType.EXACT_MATCH: "exact",
    MatchType.NSN_MATCH: "nsn",
    MatchType.SHORT_NSN_MATCH: "short_nsn",
    MatchType.NO_MATCH: "none",
    MatchType.NOT_A_NUMBER: "not_a_number",
}


class Answers:
    def __init__(self, seed):
        self.cases = Cases(seed)
        self.random = self.cases.source
        self.regions = sorted(phonenumbers.SUPPORTED_REGIONS)

    def number(self):
        """A number that can be read, and the text it was read from."""
        while True:
            text, region = self.cases.next()
            try:
                return phonenumbers.parse(text, None if region == "ZZ" else region), text
            except phonenumbers.NumberParseException:
                continue

    def spelling(self, number):
        """The number, or most of it, in one of many ways."""
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.national_significant_number(number)
        kind = self.random.randrange(9)
        if kind == 0:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        if kind == 1:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)
        if kind == 2:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        if kind == 3:
            return national
        if kind == 4:
            return national[self.random.randrange(len(national)):]
        if kind == 5:
            return e164 + " ext. %d" % self.random.randrange(30)
        if kind == 6:
            return e164[:-1] + str(self.random.randrange(10))
        if kind == 7:
            return "0" + national
        return e164

    def next(self):
        kind = self.random.randrange(4)
        number, text = self.number()
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if kind < 2:
            left = self.spelling(number) if kind else text
            right = self.spelling(number if self.random.randrange(8) else self.number()[0])
            if self.random.randrange(2):
                left, right = right, left
            return ("match", left, right, MATCH[phonenumbers.is_number_match(left, right)])
        try:
            number = phonenumbers.parse(e164, None)
        except phonenumbers.NumberParseException:
            return self.next()
        if kind == 2:
            region = self.random.choice(self.regions)
            return ("from", e164, region, phonenumbers.format_out_of_country_calling_number(number, region))
        longer = e164 + "".join(str(self.random.randrange(10)) for _ in range(self.random.randrange(4)))
        try:
            number = phonenumbers.parse(longer, None)
        except phonenumbers.NumberParseException:
            return self.next()
        found = phonenumbers.truncate_too_long_number(number)
        answer = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if found else "-"
        return ("truncated", longer, answer)
