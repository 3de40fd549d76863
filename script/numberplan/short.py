"""Short and emergency numbers with what the reference says of them."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, ShortNumberCost, shortnumberinfo

from . import metadata
from .cases import Cases, sample

COST = {ShortNumberCost.TOLL_FREE: "toll_free", ShortNumberCost.STANDARD_RATE: "standard_rate",
        ShortNumberCost.PREMIUM_RATE: "premium_rate", ShortNumberCost.UNKNOWN_COST: "unknown"}
DESCRIPTIONS = ["short_code", "premium_rate", "standard_rate", "toll_free", "emergency", "carrier_specific",
                "sms_services", "general_desc"]


def flag(value):
    return "y" if value else "n"


def answer(text, region):
    """What the reference says: in the region, in all regions with the code, and of emergencies; "-" for no number."""
    emergency = flag(phonenumbers.is_emergency_number(text, region)) + flag(
        phonenumbers.connects_to_emergency_number(text, region))
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return ["-", "-", emergency]
    here = "-"
    if region in phonenumbers.region_codes_for_country_code(number.country_code) and \
            PhoneMetadata.short_metadata_for_region(region) is not None:
        here = "".join([
            flag(phonenumbers.is_possible_short_number_for_region(number, region)),
            flag(phonenumbers.is_valid_short_number_for_region(number, region)),
            flag(phonenumbers.is_carrier_specific_for_region(number, region)),
            flag(phonenumbers.is_sms_service_for_region(number, region))]) + " " + COST[
                phonenumbers.expected_cost_for_region(number, region)]
    anywhere = flag(phonenumbers.is_possible_short_number(number)) + flag(
        phonenumbers.is_valid_short_number(number)) + " " + COST[phonenumbers.expected_cost(number)]
    return [here, anywhere, emergency]


EXAMPLES = [ShortNumberCost.TOLL_FREE, ShortNumberCost.STANDARD_RATE, ShortNumberCost.PREMIUM_RATE]


def examples():
    """Rows for the tests: region, "example", an example of its short numbers, and one of each price; empty for none."""
    for region in sorted(metadata.short_numbers()):
        yield "\t".join([region, "example", shortnumberinfo._example_short_number(region)] + [
            shortnumberinfo._example_short_number_for_cost(region, cost) for cost in EXAMPLES])


def rows(seed, count):
    """Rows for the tests: region, text, and the three answers; then the examples."""
    cases = Cases(seed)
    source = cases.source
    every = metadata.short_numbers()
    result = []
    while len(result) < count:
        region = source.choice(cases.regions)
        data = every.get(region if source.random() < 0.9 else source.choice(sorted(every)))
        desc = getattr(data, source.choice(DESCRIPTIONS)) if data is not None else None
        choice = source.random()
        if desc is not None and desc.national_number_pattern and choice < 0.8:
            text = sample(desc.national_number_pattern, source)
        else:
            text = cases.digits(source.randint(2, 8))
        choice = source.random()
        if choice < 0.15:
            text += cases.digits(source.randint(1, 4))
        elif choice < 0.20:
            text = text[:-1]
        elif choice < 0.25:
            text = cases.spelled(text) if text else text
        elif choice < 0.30:
            text = "+%d%s" % (phonenumbers.country_code_for_region(region), text)
        elif choice < 0.33:
            text = source.choice(["tel:", "(", "dial ", "\uff0b", " "]) + text + source.choice(["", ")", " now", "/x", ";isub=1"])
        if any(c < " " or c == "\x7f" for c in text):
            continue
        result.append("\t".join([region, text] + answer(text, region)))
    return result + list(examples())
