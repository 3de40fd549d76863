// The kinds of value that commands take, beyond those of CommandOptions.

import CommandOptions
import NumbersCore
import NumbersStorage
import Platform

extension ValueKind where Value == AccountID {
    /// An account's identifier.
    static var account: ValueKind {
        ValueKind(placeholder: "ACCOUNT", expects: "an account's identifier such as acct_2b7d09c41fe3a865") {
            AccountID($0)
        }
    }
}

extension ValueKind where Value == LedgerAudit.Anchor {
    /// An entry and its hash.
    static var anchor: ValueKind {
        ValueKind(placeholder: "ENTRY:HASH", expects: "an entry's number and its hash of 64 hexadecimal digits") {
            LedgerAudit.Anchor($0)
        }
    }
}

extension ValueKind where Value == StatementMonth {
    /// A month of the calendar.
    static var month: ValueKind {
        ValueKind(placeholder: "YYYY-MM", expects: "a month such as 2026-01") { StatementMonth($0) }
    }
}

extension ValueKind where Value == KeyID {
    /// A key's identifier, never its text.
    static var key: ValueKind {
        ValueKind(placeholder: "KEY", expects: "a key's identifier such as key_5c08a1e94b7f2d36, not the key itself") {
            KeyID($0)
        }
    }
}

extension ValueKind where Value == MicroUSD {
    /// An amount in dollars, also negative.
    static var dollars: ValueKind {
        ValueKind(
            placeholder: "AMOUNT",
            expects: "an amount in US dollars such as 25.00, at most six decimals, at most \(MicroUSD.largest.usd)"
        ) { MicroUSD(usd: $0) }
    }

    /// An amount in micro-dollars in a range.
    static func micros(_ range: ClosedRange<Int64>) -> ValueKind {
        let number = ValueKind<Int64>.integer(range)
        return ValueKind(placeholder: "N", expects: number.expectation + ", in micro-USD") { text in
            number.read(text).map { MicroUSD(micros: $0) }
        }
    }
}

extension ValueKind where Value == UseCases {
    /// Use cases by their names, separated by commas.
    static var useCases: ValueKind {
        let names = UseCase.allCases.map(\.rawValue).joined(separator: ", ")
        return ValueKind(placeholder: "USE_CASE,...", expects: "use cases among \(names), separated by commas") {
            text in
            var cases: [UseCase] = []
            for name in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let useCase = UseCase(rawValue: String(name)) else { return nil }
                cases.append(useCase)
            }
            return UseCases(cases)
        }
    }
}

extension ValueKind where Value == Region {
    /// A country that the numbering plan knows.
    static var country: ValueKind {
        ValueKind(placeholder: "CC", expects: "a country as two letters such as US") { text in
            Region(text).flatMap { $0.isGeographic && NumberingPlan.builtIn.contains($0) ? $0 : nil }
        }
    }
}

extension ValueKind where Value == NetworkBlock {
    /// A network or a single address.
    static var network: ValueKind {
        ValueKind(placeholder: "NETWORK", expects: "a network such as 192.0.2.0/24, or an address") { NetworkBlock($0) }
    }
}

extension ValueKind where Value == UnixTime {
    /// A date or an instant.
    static var instant: ValueKind {
        ValueKind(placeholder: "TIME", expects: "a date or time such as 2026-12-31 or 2026-12-31T18:00:00Z") {
            UnixTime(rfc3339: $0)
        }
    }
}

extension ValueKind where Value == String {
    /// A name of a person's choosing, of a bounded number of characters.
    static func name(max: Int) -> ValueKind {
        ValueKind(placeholder: "NAME", expects: "a name of 1 to \(max) characters, without control characters") {
            text in
            text.unicodeScalars.count <= max ? ValueKind<String>.text.read(text) : nil
        }
    }

    /// A text that marks a movement of money.
    static var reference: ValueKind {
        let max = LookupQuery.referenceMax
        return ValueKind(placeholder: "TEXT", expects: "a text of 1 to \(max) characters, without control characters") {
            // Spaces around it, as a pasted text has them, are no other reference.
            let text = $0.trimmed
            return text.unicodeScalars.count <= max ? ValueKind<String>.text.read(text) : nil
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension ValueKind where Value == String {
    /// A text to be read as a number; whether it is one, the numbering plan says.
    static var numberText: ValueKind {
        let max = LookupQuery.numberCharactersMax
        return ValueKind(placeholder: "NUMBER", expects: "a number of at most \(max) characters") { text in
            !text.isEmpty && text.unicodeScalars.count <= max ? text : nil
        }
    }
}
