// The words for what a field should have been, in one place.

/// The words for what a field should have been.
enum Expectation {
    static func string(_ length: ClosedRange<Int>) -> String {
        switch (length.lowerBound, length.upperBound) {
        case (0, Int.max): "a string"
        case (let low, Int.max): "a string of at least \(low) characters"
        case (0, let high): "a string of at most \(high) characters"
        case (let low, let high): "a string of \(low) to \(high) characters"
        }
    }

    static func array(_ count: ClosedRange<Int>, of elements: String) -> String {
        switch (count.lowerBound, count.upperBound) {
        case (0, Int.max): "an array of \(elements)"
        case (let low, Int.max): "an array of at least \(low) \(elements)"
        case (0, let high): "an array of at most \(high) \(elements)"
        case (let low, let high): "an array of \(low) to \(high) \(elements)"
        }
    }

    static func integer(_ range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (Int64.min, Int64.max): "a whole number"
        case (let low, Int64.max): "a whole number from \(low)"
        case (Int64.min, let high): "a whole number up to \(high)"
        case (let low, let high): "a whole number from \(low) to \(high)"
        }
    }

    static func choice<Choice>(
        _ type: Choice.Type
    ) -> String where Choice: CaseIterable & RawRepresentable<String> {
        let names = Choice.allCases.map { "`\($0.rawValue)`" }
        return names.count == 1 ? names[0] : "one of " + names.joined(separator: ", ")
    }
}
