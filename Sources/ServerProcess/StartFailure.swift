// Why a server does not start. Immutable.

package import Platform

/// Why the server cannot start, in one line for its operator.
package struct StartFailure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }

    /// A step of the start that the system refused.
    package init(_ what: String, _ error: SystemError) { description = "\(what): \(error)" }

    /// Runs a step of the start and says which one failed.
    package static func wrapping<Value: ~Copyable>(
        _ what: String, _ step: () throws(SystemError) -> Value
    ) throws(StartFailure) -> Value {
        do throws(SystemError) {
            return try step()
        } catch {
            throw StartFailure(what, error)
        }
    }
}
