"""The nine columns of the batch format as the reference gives them."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

STATUS = {
    NumberParseException.INVALID_COUNTRY_CODE: "invalid_country_code",
    NumberParseException.NOT_A_NUMBER: "not_a_number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short_after_idd",
    NumberParseException.TOO_SHORT_NSN: "too_short_nsn",
    NumberParseException.TOO_LONG: "too_long",
}
TYPE = {value: PhoneNumberType.to_string(value).lower() for value in PhoneNumberType.values()}
POSSIBLE = {
    ValidationResult.IS_POSSIBLE: "possible",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "local_only",
    ValidationResult.INVALID_COUNTRY_CODE: "invalid_country_code",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.INVALID_LENGTH: "invalid_length",
    ValidationResult.TOO_LONG: "too_long",
}


def row(text, region):
    try:
        number = phonenumbers.parse(text, None if region == "ZZ" else region)
    except NumberParseException as error:
        return "\t".join([STATUS[error.error_type]] + ["-"] * 8)
    return "\t".join(
        [
            "ok",
            phonenumbers.format_number(number, PhoneNumberFormat.E164),
            phonenumbers.region_code_for_number(number) or "-",
            TYPE[phonenumbers.number_type(number)],
            POSSIBLE[phonenumbers.is_possible_number_with_reason(number)],
            "true" if phonenumbers.is_valid_number(number) else "false",
            phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
            phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
            phonenumbers.format_number(number, PhoneNumberFormat.RFC3966),
        ]
    )
