// What was wrong with how a program was called, as data; the words are in UsageError+Words.swift.

/// One thing wrong with a command line, an environment or a configuration file.
package enum UsageProblem: Sendable, Hashable {
    case unknownOption(name: String, suggestion: String?)
    case missingValue(option: String, placeholder: String, expectation: String)
    case wrongValue(place: OptionPlace, expectation: String, found: String)
    case givenTwice(place: OptionPlace, first: OptionPlace)
    case missingOption(name: String, placeholder: String)
    case missingArgument(name: String, help: String)
    case unexpectedArgument(String)
    case missingCommand(group: String?, known: [String])
    case unknownCommand(name: String, group: String?, suggestion: String?, known: [String])
    case unknownVariable(name: String, suggestion: String)
    case unknownKey(path: String, line: Int, key: String, suggestion: String?)
    case brokenLine(path: String, line: Int, expectation: String)
    case unreadableFile(place: OptionPlace, path: String, reason: String)
    /// A rule between options that the caller found broken, in a whole sentence.
    case rule(String)
}

/// A wrong call, with the program it was made to. The caller prints ``description`` to standard error and exits 64.
package struct UsageError: Error, Sendable, Hashable {
    /// What was wrong.
    package let problem: UsageProblem
    /// The program's name, which begins the message.
    package let program: String
    /// The command whose help explains what would be right: `nocli account create --help`.
    package let helpCommand: String

    package init(_ problem: UsageProblem, program: String, helpCommand: String) {
        self.problem = problem
        self.program = program
        self.helpCommand = helpCommand
    }
}
