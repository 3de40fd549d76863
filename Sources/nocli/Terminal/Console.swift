// Where a command's words go. A value of closures: the process's own descriptors, or a test's arrays.

import Glibc

/// Standard output and standard error, with what is known about the terminal behind them.
struct Console {
    /// Writes to standard output; answers go here.
    let write: ([UInt8]) -> Void
    /// Writes to standard error; messages and progress go here.
    let writeError: ([UInt8]) -> Void
    /// Whether standard output is a terminal whose user wants colours.
    let usesColor: Bool
    /// Whether standard error is a terminal, so that a progress bar can redraw its line.
    let showsProgress: Bool
    /// How many columns standard output has; where it is no terminal, as many as every terminal has.
    var columns = Self.leastColumns

    private static let leastColumns = 80

    /// The process's own output. Colour only on a terminal and without `NO_COLOR` (https://no-color.org).
    static func process(environment: [String: String]) -> Console {
        let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        return Console(
            write: { writeAll($0, to: STDOUT_FILENO) },
            writeError: { writeAll($0, to: STDERR_FILENO) },
            usesColor: isatty(STDOUT_FILENO) == 1 && !isPlain,
            showsProgress: isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb",
            columns: terminalColumns() ?? leastColumns)
    }

    /// Prints an answer for people, a line break behind it.
    func print(_ text: String) { write(Array((text + "\n").utf8)) }

    /// Prints a message, a line break behind it.
    func printError(_ text: String) { writeError(Array((text + "\n").utf8)) }

    /// The text in a style, or as it is where there is no colour.
    func styled(_ text: String, _ style: Style) -> String {
        usesColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The columns of the terminal that standard output is; nil when it is none, or does not say.
    private static func terminalColumns() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// A style by its ECMA-48 code (SGR).
    enum Style: String {
        case bold = "1"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    /// Writes everything, or ends the process: an answer that cannot be told must not look like one that was.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                // Nobody reads standard error any more: there is nowhere left to say so.
                if descriptor == STDERR_FILENO { return }
                writeAll(Array("nocli: the answer could not be written\n".utf8), to: STDERR_FILENO)
                exit(ExitCode.failed.rawValue)
            }
            rest = rest.dropFirst(count)
        }
    }
}
