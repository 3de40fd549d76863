// `nocli template run`: one run of a template, as the PBX would do it, with the reasons for what came of it.

import CRMTemplate
import CRMTransport
import CommandOptions
import HTTPClient
import JSONText
import Platform

/// Runs a template against its CRM, or against recordings of it.
enum TemplateRun {
    private static let trigger: Option<TriggerChoice> = .value(
        "trigger", .choice().placeholder("TRIGGER"), default: "lookup", help: "what happens: \(triggers)")
    private static let triggers = TriggerChoice.allCases.map(\.rawValue).joined(separator: ", ")
    private static let set: Option<[String]> = .list(
        "set", .assignment("VARIABLE=VALUE"), help: "a variable of the call, chat or contact")
    private static let parameters: Option<[String]> = .list(
        "param", .assignment("NAME=VALUE"), help: "a parameter of the template; secrets belong in --param-file")
    private static let parameterFile: Option<String?> = .optional(
        "param-file", .path, help: "a file with a line `Name = value` for each parameter; - for standard input")
    private static let networks: Option<[NetworkBlock]> = .list(
        "allow-network", .network.placeholder("CIDR"),
        help: "addresses that may be asked although they are not public, such as 192.168.7.0/24")
    private static let record: Option<String?> = .optional(
        "record", .path.placeholder("DIR"), help: "keep every answer in a folder, without secrets")
    private static let replay: Option<String?> = .optional(
        "replay", .path.placeholder("DIR"), help: "take the answers from such a folder; nothing is sent")
    private static let trace: Option<Bool> = .flag("trace", help: "show every step")
    private static let tracePage: Option<String?> = .optional(
        "trace-html", .path, help: "write every step as a page to this file")
    private static let anyPhone: Option<Bool> = .flag(
        "any-phone", help: "accept contacts of a lookup that do not have the number")
    private static let deadline: Option<Duration> = .value(
        "deadline", .duration(.milliseconds(1)...(.seconds(600))), default: "10s", help: "how long the run may take")
    private static let culture: Option<Culture?> = .optional(
        "culture", .culture, help: "how dates and numbers are written, such as de-AT; else as .NET's invariant culture")
    private static let zone: Option<CivilZone> = .value(
        "time-zone", .zone, default: "UTC", help: "the PBX's time zone, such as Europe/Vienna")
    private static let maxLength: Option<Int> = .value(
        "max-length", .integer(0...99), default: "0", help: "digits of a number that must agree, 0 for all: [MaxLength]"
    )

    static let command = Command(
        declaration: CommandDeclaration(
            "run", summary: "runs a template once and tells what came of it",
            arguments: [TemplateCommands.file.declaration],
            options: [trigger.declaration] + RunGiven.declarations + [
                set.declaration, parameters.declaration, parameterFile.declaration, networks.declaration,
                record.declaration, replay.declaration, trace.declaration, tracePage.declaration,
                anyPhone.declaration, deadline.declaration, culture.declaration, zone.declaration,
                maxLength.declaration,
            ],
            details: [
                """
                A lookup needs --number, the others what they are about. A call or chat report has an answered call \
                of 90 seconds that has just ended unless --set says otherwise: --set CallType=Missed, --set \
                Duration=0:02:30, --set CallStartTimeUTC=2026-03-04T05:06:07Z.
                """,
                """
                Exits with 0 also when there is no contact, and says why there is none; with 1 when a scenario failed; \
                with 65 when the file is no template that can be used.
                """,
            ])
    ) { context throws(CommandFailure) in
        try run(context)
    }

    private static func run(_ context: CommandContext) throws(CommandFailure) {
        let path = context.values[TemplateCommands.file]
        let (template, document) = try TemplateCommands.load(path, context)
        let parameters = try parameterValues(of: template, context)
        let place = RunGiven.Place(culture: context.values[culture] ?? .invariant, zone: context.values[zone])
        let given = try RunGiven.run(
            context.values[trigger], try context.assignments(set), of: template, at: place, context)
        let errors = document.diagnostics.count { $0.severity == .error }
        if errors > 0 {
            context.console.printError(
                "nocli: \(terminalSafe(path)) has \(errors) error\(errors == 1 ? "" : "s"): nocli template lint "
                    + terminalSafe(path))
        }
        for note in parameters.notes + given.notes { context.console.printError("nocli: \(note)") }
        let route = try Route(context)
        defer { route.client?.close() }
        let settings = InstanceSettings(
            culture: place.culture, zone: place.zone, maxLength: given.maxLength ?? context.values[maxLength],
            runDeadline: context.values[deadline])
        let instance = TemplateInstance(
            template: template, parameters: parameters.values, settings: settings, transport: route.transport,
            clock: context.surroundings.clock, random: context.surroundings.random)
        let options = RunOptions(acceptsByPhone: !context.values[anyPhone], recordsTrace: true)
        let result = waitFor { await instance.run(given.trigger, given.inputs, options: options) }
        if let file = context.values[tracePage], let trace = result.trace {
            try WholeFile.write(TracePage.render(trace), to: file)
        }
        RunReport(result: result, trigger: given.trigger, showsTrace: context.values[Self.trace]).print(context)
        if let error = route.recording?.error { throw .failed("\(terminalSafe(error.description))") }
        if let failure = result.failures.first {
            let others = result.failures.count - 1
            let more = others == 0 ? "" : " (and \(others) more)"
            throw .failed(terminalSafe(RunReport.sentence(failure) + more))
        }
    }

    private static func parameterValues(
        of template: Template, _ context: CommandContext
    ) throws(CommandFailure) -> GivenParameters {
        var values: [String: String] = [:]
        if let file = context.values[parameterFile] {
            let bytes = try WholeFile.read(file, "a parameter file", limit: ParameterFile.bytesMax, context)
            values = try ParameterFile.read(bytes, name: WholeFile.name(file))
        }
        for assignment in try context.assignments(parameters) { values[assignment.name] = assignment.value }
        return GivenParameters(values, of: template)
    }

    /// Where requests go: to the CRM, and into a folder if they are recorded; or nowhere, if they are replayed.
    private struct Route {
        let transport: any TemplateTransport
        let recording: RecordingTransport?
        /// There when requests leave the machine; closed when the run is over.
        let client: HTTPClient?

        init(_ context: CommandContext) throws(CommandFailure) {
            let values = context.values
            if let folder = values[replay] {
                if values[record] != nil {
                    throw .usage(context.invocation.error("--record and --replay exclude each other: leave one out"))
                }
                transport = try Self.usingFolder { () throws(RecordingError) in try ReplayTransport(folder: folder) }
                (recording, client) = (nil, nil)
                return
            }
            let client: HTTPClient
            do throws(SystemError) {
                client = try HTTPClient(
                    settings: ClientSettings(), guard: NetworkGuard(allowed: values[networks]),
                    clock: context.surroundings.clock, random: context.surroundings.random, log: nil)
            } catch {
                throw .failed("the HTTP client could not be started: \(error)")
            }
            self.client = client
            let live = LiveTransport(client: client)
            guard let folder = values[record] else {
                (transport, recording) = (live, nil)
                return
            }
            do throws(CommandFailure) {
                let recording = try Self.usingFolder { () throws(RecordingError) in
                    try RecordingTransport(folder: folder, wrapping: live)
                }
                (transport, self.recording) = (recording, recording)
            } catch {
                client.close()
                throw error
            }
        }

        private static func usingFolder<Value>(
            _ body: () throws(RecordingError) -> Value
        ) throws(CommandFailure) -> Value {
            do throws(RecordingError) {
                return try body()
            } catch {
                throw .badData(terminalSafe(error.description))
            }
        }
    }
}
