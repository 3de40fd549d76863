// A template with its parameter values, ready to run. Immutable but for what its parts protect themselves.

package import Platform

/// A template as somebody has set it up. Results of the authentication and the number of concurrent runs belong to it.
package final class TemplateInstance: Sendable {
    package let template: Template
    /// Names of given parameters that the template does not have, sorted.
    package let unknownParameters: [String]
    private let settings: InstanceSettings
    private let transport: any TemplateTransport
    private let clock: Clock
    private let random: RandomSource

    /// - Parameter parameters: values by name, Booleans as `True` or `False`; those left out have their default.
    package init(
        template: Template, parameters: [String: String], settings: InstanceSettings,
        transport: any TemplateTransport, clock: Clock = .system, random: RandomSource = .system
    ) {
        self.template = template
        self.settings = settings
        self.transport = transport
        self.clock = clock
        self.random = random
        let known = Set(template.parameters.map(\.name))
        unknownParameters = parameters.keys.filter { !known.contains($0) }.sorted()
    }

    /// Runs the scenarios of a trigger. Never throws: what fails is told in the result.
    package func run(_ trigger: Trigger, _ inputs: RunInputs, options: RunOptions = RunOptions()) async -> RunResult {
        var result = RunResult()
        result.failures.append(
            RunResult.Failure(code: "not-supported", scenario: "", message: "scenarios are not run yet"))
        return result
    }

    /// Whether the template has a scenario for the trigger.
    package func handles(_ trigger: Trigger) -> Bool { false }

    /// The address at which the user grants access, and the state that comes back with the answer.
    package func beginAuthorization(
        parameter: String, redirectURI: String
    ) throws(AuthorizationError) -> (url: String, state: String) {
        throw AuthorizationError("authorisation is not run yet")
    }

    /// Trades what the provider sent to the callback for the value of the parameter.
    ///
    /// - Parameters:
    ///   - state: what ``beginAuthorization(parameter:redirectURI:)`` gave; checked against the query's.
    ///   - query: the callback's parameters, decoded, in order.
    package func completeAuthorization(
        parameter: String, state: String, query: [(name: String, value: String)], redirectURI: String,
        recordsTrace: Bool = false
    ) async -> AuthorizationResult {
        AuthorizationResult(value: nil, error: AuthorizationError("authorisation is not run yet"), run: RunResult())
    }
}
