// Progress of long work on one line of standard error, only where that is a terminal.

/// Draws a bar and redraws it when its percentage changes. Not Sendable: it belongs to the one thread of the command.
final class ProgressBar {
    private static let width = 30

    private let console: Console
    private let title: String
    private var shownPercentage = -1

    /// A bar with a title; nothing is drawn before the first report.
    init(_ title: String, on console: Console) {
        self.title = title
        self.console = console
    }

    /// Reports how much is done.
    func report(_ done: Int64, of total: Int64) {
        guard console.showsProgress, total > 0 else { return }
        let percentage = Int(Double(min(done, total)) / Double(total) * 100)
        guard percentage != shownPercentage else { return }
        shownPercentage = percentage
        let filled = percentage * Self.width / 100
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.width - filled)
        console.writeError(Array("\r\(title) [\(bar)] \(percentage) %".utf8))
    }

    /// Clears the line, so that what follows begins on an empty one.
    func finish() {
        if shownPercentage >= 0 { console.writeError(Array("\r\u{1B}[K".utf8)) }
        shownPercentage = -1
    }
}
