// What an operator decides for a workspace, and how it is written on a command line. Values.

internal import CRMTemplate
package import NumbersCore

/// The switches and choices of a workspace (`nocli workspace set`).
package struct WorkspaceSettings: Sendable, Hashable {
    /// Features, each also switched per connector.
    package var contactLookup = true
    package var contactCreation = true
    package var callLogging = true
    package var chatLogging = true
    /// Whether a search without a match answers with a placeholder, so that the PBX still triggers call creation.
    package var dummy = true
    /// Whether a chat without an e-mail address is taken when it has a number.
    package var chatsWithoutEmail = false
    /// `entity_url` of the placeholder.
    package var dummyURL: String?
    /// How national numbers are read; nil: numbers need a country code.
    package var defaultCountry: Region?
    /// How many last digits are enough for a number to match; 0: the whole number.
    package var suffixDigits = 0
    /// Seconds a delivery waits after the last report of a call.
    package var mergeSeconds = 10
    /// Name of the culture that templates write dates and numbers in; empty: the invariant one.
    package var culture = ""
    /// IANA name of the place of the PBX, for local times in templates.
    package var timeZone = "UTC"
    /// `[MaxLength]` of templates; 0: all digits.
    package var maxLength = 0
    /// Milliseconds a search may take, authentication at the CRM included.
    package var lookupDeadlineMilliseconds = 2_000

    package init() {}
}

extension WorkspaceSettings {
    /// The settings by the names that the command line and the database know them by.
    package enum Name: String, Sendable, Hashable, CaseIterable {
        case contactLookup = "contact_lookup"
        case contactCreation = "contact_creation"
        case callLogging = "call_logging"
        case chatLogging = "chat_logging"
        case dummy
        case chatsWithoutEmail = "chats_without_email"
        case dummyURL = "dummy_url"
        case defaultCountry = "default_country"
        case suffixDigits = "suffix_digits"
        case mergeSeconds = "merge_seconds"
        case culture
        case timeZone = "time_zone"
        case maxLength = "max_length"
        case lookupDeadline = "lookup_deadline_ms"
    }

    /// Why a value was not taken.
    package struct Refusal: Error, Sendable, Hashable {
        package let name: Name
        /// What would have been taken.
        package let expected: String
    }

    /// Below this many digits strangers share a number's ending.
    private static let suffixRange = 6...15
    private static let mergeRange = 0...3_600
    private static let maxLengthRange = 0...64
    private static let deadlineRange = 50...30_000
    private static let urlBytesMax = 2_048

    /// Reads a value; an empty one means the default where there is nothing to switch.
    package mutating func set(_ name: Name, to text: String) throws(Refusal) {
        let defaults = WorkspaceSettings()
        switch name {
        case .contactLookup: contactLookup = try Self.flag(name, text)
        case .contactCreation: contactCreation = try Self.flag(name, text)
        case .callLogging: callLogging = try Self.flag(name, text)
        case .chatLogging: chatLogging = try Self.flag(name, text)
        case .dummy: dummy = try Self.flag(name, text)
        case .chatsWithoutEmail: chatsWithoutEmail = try Self.flag(name, text)
        case .dummyURL:
            if text.isEmpty {
                dummyURL = nil
            } else {
                let lowered = text.prefix(8).lowercased()
                guard lowered.hasPrefix("http://") || lowered.hasPrefix("https://"),
                    text.utf8.count <= Self.urlBytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
                else {
                    throw Refusal(name: name, expected: "a URL that begins with http:// or https://, or nothing")
                }
                dummyURL = text
            }
        case .defaultCountry:
            if text.isEmpty {
                defaultCountry = nil
            } else {
                guard let region = Region(text), region.isGeographic, NumberingPlan.builtIn.contains(region) else {
                    throw Refusal(name: name, expected: "a country of two letters like FR, or nothing")
                }
                defaultCountry = region
            }
        case .suffixDigits:
            let digits = text.isEmpty ? 0 : try Self.integer(name, text, 0...Self.suffixRange.upperBound)
            guard digits == 0 || Self.suffixRange.contains(digits) else {
                throw Refusal(name: name, expected: "0, or 6 to 15")
            }
            suffixDigits = digits
        case .mergeSeconds:
            mergeSeconds = text.isEmpty ? defaults.mergeSeconds : try Self.integer(name, text, Self.mergeRange)
        case .culture:
            guard text.isEmpty || Culture(text) != nil else {
                throw Refusal(name: name, expected: "a culture like de-AT, or nothing for the invariant one")
            }
            culture = text
        case .timeZone:
            guard text.isEmpty || CivilZone(text) != nil else {
                throw Refusal(name: name, expected: "a time zone like Europe/Vienna")
            }
            timeZone = text.isEmpty ? defaults.timeZone : text
        case .maxLength: maxLength = text.isEmpty ? 0 : try Self.integer(name, text, Self.maxLengthRange)
        case .lookupDeadline:
            lookupDeadlineMilliseconds =
                text.isEmpty ? defaults.lookupDeadlineMilliseconds : try Self.integer(name, text, Self.deadlineRange)
        }
    }

    /// The value as ``set(_:to:)`` reads it.
    package subscript(name: Name) -> String {
        func word(_ flag: Bool) -> String { flag ? "on" : "off" }
        return switch name {
        case .contactLookup: word(contactLookup)
        case .contactCreation: word(contactCreation)
        case .callLogging: word(callLogging)
        case .chatLogging: word(chatLogging)
        case .dummy: word(dummy)
        case .chatsWithoutEmail: word(chatsWithoutEmail)
        case .dummyURL: dummyURL ?? ""
        case .defaultCountry: defaultCountry?.code ?? ""
        case .suffixDigits: String(suffixDigits)
        case .mergeSeconds: String(mergeSeconds)
        case .culture: culture
        case .timeZone: timeZone
        case .maxLength: String(maxLength)
        case .lookupDeadline: String(lookupDeadlineMilliseconds)
        }
    }

    private static func flag(_ name: Name, _ text: String) throws(Refusal) -> Bool {
        switch text.lowercased() {
        case "on", "true", "yes", "1": return true
        case "off", "false", "no", "0": return false
        default: throw Refusal(name: name, expected: "on or off")
        }
    }

    private static func integer(_ name: Name, _ text: String, _ range: ClosedRange<Int>) throws(Refusal) -> Int {
        guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text),
            range.contains(value)
        else { throw Refusal(name: name, expected: "\(range.lowerBound) to \(range.upperBound)") }
        return value
    }
}
