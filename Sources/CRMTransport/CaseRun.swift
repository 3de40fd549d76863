// Running cases: each with an instance of its own over the answers it brings. Holds nothing.

package import CRMTemplate
internal import JSONText
internal import Platform

/// What came of a case.
package struct CaseOutcome: Sendable {
    package let name: String
    /// What was other than expected, a sentence each; empty: the case passed.
    package let differences: [String]
    /// The run itself, with its trace when that was asked for.
    package let result: RunResult

    package var passed: Bool { differences.isEmpty }
}

extension TemplateCase {
    /// Runs the case against a template and compares.
    package func run(on template: Template, recordsTrace: Bool = false) async -> CaseOutcome {
        let transport = CaseTransport(answers)
        let instance = TemplateInstance(
            template: template, parameters: parameters,
            settings: InstanceSettings(culture: settings.culture, zone: settings.zone, maxLength: settings.maxLength),
            // Its answers are there at once: how busy the machine is must not decide whether a case passes. So its
            // time stands still, and nothing that it waits for is ever late.
            transport: transport, clock: Clock(wall: UnixTime.now, monotonic: { MonotonicTime(nanoseconds: 0) }),
            alarm: Alarm { _ in
                // The only error is that of a cancelled task: what was waited for is there.
                while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
            })
        var differences = CaseDifferences()
        for name in instance.unknownParameters {
            differences.note("params.\(name): the template has no such parameter")
        }
        let result: RunResult
        if trigger == .authorize {
            result = await authorize(instance, recordsTrace, &differences)
        } else {
            do throws(CaseInputError) {
                let (trigger, inputs) = try CaseInputs.read(self, of: template)
                result = await instance.run(
                    trigger, inputs,
                    options: RunOptions(acceptsByPhone: settings.acceptsByPhone, recordsTrace: recordsTrace))
            } catch {
                differences.note(error.sentence)
                return CaseOutcome(name: name, differences: differences.sentences, result: RunResult())
            }
        }
        compare(result, transport, &differences)
        return CaseOutcome(name: name, differences: differences.sentences, result: result)
    }

    private func compare(_ result: RunResult, _ transport: CaseTransport, _ differences: inout CaseDifferences) {
        if let contacts = expectation.contacts { differences.compare(result.contacts, contacts) }
        if let requests = expectation.requests { differences.compare(transport.sent, requests) }
        if let failures = expectation.failures { differences.compareFailures(result.failures, failures) }
        if let records = expectation.records { differences.compare(records: result.records, records) }
        for request in transport.unanswered where !isExpected(request) { differences.unanswered(request) }
        // What a template never asks for is most often a URL that is written otherwise in the case.
        if !differences.sentences.isEmpty {
            for answer in transport.unused {
                differences.note("nobody asked for the response of \(answer.method) \(answer.url)")
            }
            if expectation.failures == nil {
                for failure in result.failures {
                    differences.note("\(failure.scenario): \(failure.message) [\(failure.code)]")
                }
            }
        }
    }

    private func isExpected(_ request: TemplateRequest) -> Bool {
        expectation.requests?.contains {
            $0.method == request.method && CaseTransport.matches(request.url.text, $0.url)
        } ?? false
    }

    private static let redirectURI = "https://pbx.test/callback"

    /// Plays the provider: the user grants access at once, and the callback brings the inputs and the state.
    private func authorize(
        _ instance: TemplateInstance, _ recordsTrace: Bool, _ differences: inout CaseDifferences
    ) async -> RunResult {
        let parameter = inputs["parameter"]?.string ?? ""
        do throws(AuthorizationError) {
            let begun = try instance.beginAuthorization(parameter: parameter, redirectURI: Self.redirectURI)
            var query = inputs.members.filter { $0.name != "parameter" }
                .map { (name: $0.name, value: CaseInputs.text($0.value)) }
            query.append((name: "state", value: begun.state))
            let authorization = await instance.completeAuthorization(
                parameter: parameter, state: begun.state, query: query, redirectURI: Self.redirectURI,
                recordsTrace: recordsTrace)
            if let expected = expectation.value {
                differences.compare(value: authorization.value?.revealText(), expected)
            }
            if let error = authorization.error, expectation.value != nil { differences.note(error.message) }
            return authorization.run
        } catch {
            differences.note(error.message)
            return RunResult()
        }
    }
}
