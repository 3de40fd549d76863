// Where the names of carriers, places, time zones and regions come from. Read once, behind a mutex; immutable after.

internal import CNumberPlan
internal import Platform

/// The names that go with a numbering plan.
///
/// They take three times the room of the plan, and who only reads and writes numbers needs none of them. So a table that
/// is to be read later is read and verified when the first name is asked for, by who asks; who asks meanwhile waits for
/// the same reading.
package final class NumberNames: Sendable {
    private enum State {
        case unread(@Sendable () -> (tables: PlaceTables, isBuiltIn: Bool))
        case read(PlaceTables, isBuiltIn: Bool)
    }

    private let state: Monitor<State>

    /// The names this program was built with.
    package static let builtIn = NumberNames(
        .unread {
            do throws(NumberingPlanError) {
                let tables = try PlaceTables(
                    UnsafeRawBufferPointer(start: number_places_table(), count: number_places_table_length()),
                    owned: false)
                return (tables, true)
            } catch {
                // The table is part of the program; a program whose own memory is damaged must not answer.
                preconditionFailure("the built-in names of places are damaged: \(error)")
            }
        })

    private init(_ state: State) {
        self.state = Monitor(state)
    }

    /// Takes compiled names from bytes, for instance a file.
    ///
    /// - Throws: `NumberingPlanError` unless magic, format, length, checksum, sections and texts are right.
    package convenience init(_ bytes: [UInt8]) throws(NumberingPlanError) {
        self.init(.read(try PlaceTables(copying: bytes), isBuiltIn: false))
    }

    /// Names that are read when the first one is asked for.
    ///
    /// - Parameter read: called at most once, on whatever thread asks first, and must not take long; with nil the
    ///   built-in names are used instead.
    package convenience init(readingLater read: @escaping @Sendable () -> NumberNames?) {
        self.init(
            .unread {
                let names = read() ?? .builtIn
                return (names.tables, names.isBuiltIn)
            })
    }

    /// The verified table, which is read now if it was not before.
    var tables: PlaceTables { present.tables }

    /// Whether the names are those of the program; they are read for it.
    package var isBuiltIn: Bool { present.isBuiltIn }

    /// Whether a name was asked for already, or the names came from bytes.
    package var wasRead: Bool {
        state.withLock { state in
            switch state {
            case .unread: false
            case .read: true
            }
        }
    }

    private var present: (tables: PlaceTables, isBuiltIn: Bool) {
        // Reading is one bounded file or the program's own memory; it never comes back to this object.
        state.withLock { state in
            switch state {
            case .read(let tables, let isBuiltIn): return (tables, isBuiltIn)
            case .unread(let read):
                let found = read()
                state = .read(found.tables, isBuiltIn: found.isBuiltIn)
                return found
            }
        }
    }
}
