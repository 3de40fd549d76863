// Text that is safe to stand in an HTML page. A value type without shared state.

/// A piece of HTML in which everything that came from outside has been escaped.
///
/// Written as a string literal; what is interpolated is escaped, unless it is an `HTMLFragment` itself:
/// `HTMLFragment("<p>\(callerSuppliedText)</p>")`.
package struct HTMLFragment: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The markup.
    package let html: String

    /// Markup that this program wrote itself; never pass text that came from outside.
    package init(trusted html: String) {
        self.html = html
    }

    package init(stringLiteral value: String) {
        html = value
    }

    package init(stringInterpolation: Interpolation) {
        html = stringInterpolation.html
    }

    /// Text as HTML that shows exactly this text, both between tags and inside a quoted attribute.
    package init(escaping text: String) {
        html = Self.escape(text)
    }

    /// The fragments one after the other.
    package static func joined(_ fragments: [HTMLFragment]) -> HTMLFragment {
        HTMLFragment(trusted: fragments.map(\.html).joined())
    }

    /// Collects the literal parts as they are and escapes every interpolated text.
    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        package init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity)
        }

        package mutating func appendLiteral(_ literal: String) {
            html += literal
        }

        package mutating func appendInterpolation(_ text: String) {
            html += HTMLFragment.escape(text)
        }

        package mutating func appendInterpolation(_ number: some FixedWidthInteger) {
            html += String(number)
        }

        package mutating func appendInterpolation(_ fragment: HTMLFragment) {
            html += fragment.html
        }
    }

    /// Replaces the five characters that mean something to HTML, and shows control characters, which HTML forbids even
    /// as character references (HTML Living Standard §13.2.3.5), as U+FFFD.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
