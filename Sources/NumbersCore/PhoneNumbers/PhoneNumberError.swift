// Why a text is no phone number, and what the length of one says. Immutable.

/// Why a text cannot be read as a phone number; the names are those of the `status` column of the batch format.
package enum PhoneNumberError: String, Error, Sendable, Hashable, CaseIterable {
    /// No country calling code is known to begin the number, or the region it was dialled in is missing or unknown.
    case invalidCountryCode = "invalid_country_code"
    /// The text does not look like a number at all.
    case notANumber = "not_a_number"
    /// After the international prefix there are too few digits.
    case tooShortAfterIDD = "too_short_after_idd"
    /// Fewer than two digits remain.
    case tooShortNSN = "too_short_nsn"
    /// More than 250 characters, or more than 17 digits after the calling code.
    case tooLong = "too_long"
}

/// What the length of a number says about it, in its country.
package enum Possibility: String, Sendable, Hashable, CaseIterable {
    case possible
    /// Can be dialled only within its area.
    case localOnly = "local_only"
    case invalidCountryCode = "invalid_country_code"
    case tooShort = "too_short"
    /// Between the shortest and the longest, but no number has this length.
    case invalidLength = "invalid_length"
    case tooLong = "too_long"
}
