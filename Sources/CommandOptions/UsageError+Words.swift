// The words for every wrong call: what was found, what was expected, and where.

extension UsageError: CustomStringConvertible {
    /// Two lines for standard error: the fault, and the command that shows what is right.
    package var description: String {
        "\(program): \(problem)\nRun '\(helpCommand)' to see what is possible."
    }
}

extension UsageProblem: CustomStringConvertible {
    /// The fault in one sentence, without a full stop where a value could be taken for its end.
    package var description: String {
        switch self {
        case .unknownOption(let name, let suggestion):
            "unknown option --\(Words.shown(name))" + Words.didYouMean(suggestion.map { "--\($0)" })
        case .missingValue(let option, let placeholder, let expectation):
            "--\(option) needs a value (--\(option) \(placeholder)): expected \(expectation), found nothing"
        case .wrongValue(.argument(let name), let expectation, let found):
            "\(name): expected \(expectation), found \(Words.quotedArgument(found))"
        case .wrongValue(let place, let expectation, let found):
            "\(place): expected \(expectation), found \(Words.quoted(found))"
        case .givenTwice(let place, let first):
            place == first
                ? "\(place) is given twice" : "\(place): given a second time, first at \(first)"
        case .missingOption(let name, let placeholder): "--\(name) \(placeholder) is missing"
        case .missingArgument(let name, let help): "\(name) is missing (\(help))"
        case .unexpectedArgument(let text): "unexpected argument \(Words.quotedArgument(text))"
        case .missingCommand(let group, let known):
            (group.map { "`\($0)` needs a command" } ?? "a command is missing")
                + ": expected \(Words.oneOf(known))"
        case .unknownCommand(let name, let group, let suggestion, let known):
            "unknown command \(Words.quotedArgument(group.map { "\($0) \(name)" } ?? name))"
                + (suggestion == nil ? ": expected \(Words.oneOf(known))" : Words.didYouMean(suggestion))
        case .unknownVariable(let name, let suggestion):
            "unknown environment variable \(name)" + Words.didYouMean(suggestion)
        case .unknownKey(let path, let line, let key, let suggestion):
            "\(path):\(line): unknown key \(Words.quoted(key))" + Words.didYouMean(suggestion)
        case .brokenLine(let path, let line, let expectation):
            "\(path):\(line): expected \(expectation)"
        case .unreadableFile(let place, let path, let reason):
            "\(place): cannot read \(path): \(reason)"
        case .rule(let sentence): sentence
        }
    }
}

/// Phrases the messages share.
enum Words {
    /// The most characters of a wrong value that a message repeats.
    private static let shownLimit = 80

    /// Digits from which on a text that begins as a phone number does is taken for one.
    private static let phoneNumberDigits = 7

    /// The text in backquotes, safe for a terminal and a log: shortened, without control characters, and without a key or
    /// a phone number.
    static func quoted(_ text: String) -> String {
        if text.isEmpty { return "nothing" }
        let digits = text.unicodeScalars.count { $0.properties.numericType == .decimal }
        if digits >= phoneNumberDigits, ["+", "(", "tel:"].contains(where: { text.hasPrefix($0) }) {
            return "a text of \(digits) digits"
        }
        return "`\(shown(text))`"
    }

    /// The same for an argument, which can be a phone number without a plus sign as well.
    static func quotedArgument(_ text: String) -> String {
        let digits = text.unicodeScalars.count { $0.properties.numericType == .decimal }
        let isNumber = text.unicodeScalars.first.map { $0.properties.numericType == .decimal } ?? false
        return isNumber && digits >= phoneNumberDigits ? "a text of \(digits) digits" : quoted(text)
    }

    /// The text shortened, with control characters and keys replaced.
    static func shown(_ text: String) -> String {
        // An API key given in the wrong place must not end up in a log.
        if text.contains("nol_") { return "<redacted>" }
        var shown = ""
        for scalar in text.unicodeScalars.prefix(shownLimit) {
            let isControl =
                scalar.properties.generalCategory == .control
                || scalar.properties.generalCategory == .format
            shown.unicodeScalars.append(isControl ? "?" : scalar)
        }
        return text.unicodeScalars.count > shownLimit ? shown + "…" : shown
    }

    static func didYouMean(_ suggestion: String?) -> String {
        suggestion.map { "; did you mean \($0)?" } ?? ""
    }

    static func oneOf(_ names: [String]) -> String {
        names.count == 1 ? names[0] : "one of " + names.joined(separator: ", ")
    }
}
