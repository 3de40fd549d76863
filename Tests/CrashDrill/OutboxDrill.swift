// The drill of the outbox: the real server under load is killed again and again beside a CRM that misbehaves; in the end
// everything that was accepted has to be there, once, in order, and its own.

internal import CRMMiddleware
internal import Glibc
internal import JSONText
internal import MiddlewareStorage
internal import Platform
internal import SQLiteDatabase
package import TestSupport

/// What a drill found.
package struct OutboxReport: Sendable {
    package var rounds = 0
    package var kills = 0
    /// Calls posted, those without an answer included.
    package var posted = 0
    /// Calls that were answered 201.
    package var accepted = 0
    /// Calls that the CRM has.
    package var delivered = 0
    /// Reports that the CRM committed for a call it had already.
    package var repeats = 0
    /// Of these, how many the middleware could have heard the answer of, had it lived a moment longer.
    package var repeatsAfterKill = 0
    /// How long after the last kill nothing was pending any more.
    package var drainTime = Duration.zero
    package var totalTime = Duration.zero
    /// What must not be; empty when all is well.
    package var faults: [String] = []

    /// Repeats in parts of all calls the CRM has.
    package var repeatRate: Double { delivered == 0 ? 0 : Double(repeats) / Double(delivered) }
}

/// A drill in the making. Owned by one thread; what its posters share is behind a monitor.
package final class OutboxDrill {
    /// How long before a kill an answer may have been given that the middleware had no time to write down.
    private static let settleTime: Duration = .seconds(2)
    private static let posterCount = 6
    private static let contactsOfPoster = 8
    /// Calls that may have been accepted and not be delivered yet; beyond them the posters wait, so that the end comes.
    private static let backlogMax = 400
    /// How long the end may take.
    private static let drainMax: Duration = .seconds(120)

    private struct Posted {
        let number: String
        let sequence: Int
        let duration: Int
        var reference: String?
    }

    private struct State {
        var client: TestClient?
        var isPosting = false
        var accepted = 0
        /// By subject, which is another one for each call.
        var calls: [String: Posted] = [:]
        var faults: [String] = []
    }

    private let folder: TestFolder
    private let seed: UInt64
    private let tell: (String) -> Void
    private let crm: StubCRM
    private var random: SplitMix64
    private let state = Monitor(State())
    private var token = ""
    private var workspace = ""
    private var kills: [MonotonicTime] = []

    private var database: String { folder.file("middleware.sqlite") }

    /// - Parameter tell: told how it goes, a line at a time.
    package init(folder: TestFolder, seed: UInt64, tell: @escaping (String) -> Void) throws {
        self.folder = folder
        self.seed = seed
        self.tell = tell
        random = SplitMix64(seed: seed)
        crm = try StubCRM(seed: seed &+ 1)
    }

    /// Runs the drill.
    /// - Parameter rounds: how often the server is killed.
    package func run(rounds: Int) throws -> OutboxReport {
        let start = MonotonicTime.now()
        try prepare()
        defer {
            state.withLock { $0.isPosting = false }
            crm.stop()
        }
        var server = try startServer()
        token = try takeToken()
        var report = OutboxReport()
        crm.set(.bad)
        state.withLock { $0.isPosting = true }
        let posters = try (0..<Self.posterCount).map { index in
            try OSThread.start(name: "poster-\(index)", posting(index))
        }
        for round in 1...rounds {
            let isRestarting = Int.random(in: 0..<4, using: &random) == 0
            usleep(UInt32.random(in: 100_000...1_000_000, using: &random))
            if isRestarting {
                try crm.restart(afterMilliseconds: UInt32.random(in: 50...400, using: &random))
                usleep(UInt32.random(in: 10_000...200_000, using: &random))
            }
            server.signal(SIGKILL)
            _ = server.waitForExit()
            kills.append(.now())
            crm.middlewareDied()
            report.kills += 1
            server = try startServer()
            if round % 10 == 0 { tell("round \(round): \(state.withLock { $0.calls.count }) calls posted") }
        }
        usleep(300_000)
        state.withLock { $0.isPosting = false }
        for poster in posters { poster.join() }
        crm.set(.well)
        report.drainTime = try drain()
        server.signal(SIGTERM)
        let code = server.waitForExit()
        if code != 0 {
            state.withLock { $0.faults.append("the server ended with \(code.map(String.init) ?? "nothing")") }
        }
        report.rounds = rounds
        judge(&report)
        report.totalTime = start.duration(to: .now())
        return report
    }

    // MARK: The parts

    /// The workspace, its client and its connector.
    private func prepare() throws {
        let template = try folder.write("drill.crm.xml", Self.template(port: crm.port))
        workspace = try nocli("workspace", "create", "--name", "Drill", "--json").string("workspace_id")
        _ = try nocli("workspace", "set", workspace, "merge_seconds=0", "--json")
        let client = try nocli("client", "create", "--workspace", workspace, "--scopes", "client crm", "--json")
        credentials = (try client.string("client_id"), try client.string("client_secret"))
        _ = try nocli(
            "connector", "add", "--workspace", workspace, "--kind", "template", "--template", template, "--json")
    }

    private var credentials = (id: "", secret: "")

    private func nocli(_ arguments: String...) throws -> JSONObject {
        let result = try Program.run("nocli", ["--database", database] + arguments)
        guard result.exitCode == 0, let object = try JSONValue(parsing: Array(result.output.utf8)).object else {
            throw DrillFailure(description: "nocli \(arguments.prefix(2).joined(separator: " ")): \(result.errors)")
        }
        return object
    }

    private func startServer() throws -> RunningProgram {
        let server = try RunningProgram(
            "MiddlewareServer",
            [
                "--listen", "127.0.0.1:0", "--database", database, "--access-log", "off", "--allow-network",
                "127.0.0.0/8", "--requests-per-minute", "1000000",
            ])
        guard
            let listening = try JSONValue(parsing: Array(server.firstLine.utf8)).object?["listening"]?.string,
            let endpoint = SocketEndpoint(listening)
        else { throw DrillFailure(description: "the server said: \(server.firstLine)") }
        state.withLock { $0.client = TestClient(endpoint, timeout: .seconds(5)) }
        return server
    }

    private func takeToken() throws -> String {
        guard let client = state.withLock({ $0.client }) else { throw DrillFailure(description: "no server") }
        let response = try client.request(
            "POST", "/oauth/token", fields: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(
                "grant_type=client_credentials&client_id=\(credentials.id)&client_secret=\(credentials.secret)".utf8))
        guard response.status == 200, let object = try JSONValue(parsing: response.body).object else {
            throw DrillFailure(description: "no token: \(response.status) \(response.text)")
        }
        return try object.string("access_token")
    }

    /// What one poster does: calls of its own contacts, each contact's one after the other, on one connection as long as
    /// the server lives.
    private func posting(_ poster: Int) -> @Sendable () -> Void {
        let (state, token, seed, crm) = (state, token, seed, crm)
        return {
            var random = SplitMix64(seed: seed &+ 100 &+ UInt64(poster))
            var sequence = 0
            var connection: RawConnection?
            var endpoint: SocketEndpoint?
            while true {
                let (client, isPosting, accepted) = state.withLock { ($0.client, $0.isPosting, $0.accepted) }
                guard isPosting, let client else { return }
                if accepted > crm.recordCount + Self.backlogMax {
                    usleep(5_000)
                    continue
                }
                if endpoint != client.endpoint { connection = nil }
                guard let open = connection ?? (try? client.connect()) else {
                    // The server is down just now.
                    usleep(5_000)
                    continue
                }
                (connection, endpoint) = (open, client.endpoint)
                sequence += 1
                let contact = Int.random(in: 0..<Self.contactsOfPoster, using: &random)
                let call = Posted(
                    number: "+4366012\(10_000 + poster * 100 + contact)", sequence: sequence,
                    duration: Int.random(in: 1...3_000, using: &random), reference: nil)
                let subject = "call \(poster)-\(sequence)-\(random.next() % 1_000_000)"
                state.withLock { $0.calls[subject] = call }
                do throws(TestClientError) {
                    try open.send(Self.report(call, subject, token: token))
                    let response = try open.readResponse()
                    guard response.status == 201, let object = try? JSONValue(parsing: response.body).object,
                        let reference = object["call"]?.object?["id"]?.string
                    else {
                        state.withLock { $0.faults.append("a call was answered \(response.status)") }
                        usleep(20_000)
                        continue
                    }
                    state.withLock { state in
                        state.calls[subject]?.reference = reference
                        state.accepted += 1
                    }
                } catch {
                    // It may have been stored, or not: the server died.
                    connection = nil
                }
                usleep(UInt32.random(in: 0...4_000, using: &random))
            }
        }
    }

    private static func report(_ call: Posted, _ subject: String, token: String) -> [UInt8] {
        // Ten seconds apart, so that no two of a contact are one call.
        let at = UnixTime(seconds: 1_767_225_600 + Int64(call.sequence) * 10)
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("direction", "inbound")
        writer.field("status", "completed")
        writer.field("number_from", call.number)
        writer.field("number_to", "100")
        writer.field("duration", call.duration)
        writer.field("start_time_utc", at.rfc3339())
        writer.field("subject", subject)
        writer.endObject()
        return TestClient.bytes(
            "POST", "/api/crm/lookup/phone-calls",
            fields: [("Authorization", "Bearer \(token)"), ("Content-Type", "application/json")],
            body: writer.finish())
    }

    /// Waits until nothing is pending any more; what waits for its next attempt is tried without further waiting.
    private func drain() throws -> Duration {
        let start = MonotonicTime.now()
        let connection = try MiddlewareSchema.schema.open(path: database, options: DatabaseOptions(older: .refuse))
        let desk = MiddlewareDesk(connection: connection, clock: .system, random: .system)
        guard let id = WorkspaceID(workspace) else { throw DrillFailure(description: "no workspace") }
        while start.duration(to: .now()) < Self.drainMax {
            let pending = try desk.deliveries(of: id, state: .pending, connector: nil, limit: 1_000)
            if pending.isEmpty { break }
            let soon = UnixTime.now() + .seconds(1)
            for delivery in pending where delivery.isHead && delivery.begunAt == nil && delivery.dueAt > soon {
                _ = try desk.retryDelivery(delivery.id)
            }
            usleep(100_000)
        }
        let counts = try DeliveryTable.counts(on: connection)
        if counts.pending > 0 || counts.dead > 0 {
            state.withLock { $0.faults.append("\(counts.pending) deliveries are pending, \(counts.dead) are dead") }
        }
        return start.duration(to: .now())
    }

    // MARK: The judgement

    private func judge(_ report: inout OutboxReport) {
        let (calls, found) = state.withLock { ($0.calls, $0.faults) }
        var faults = found
        var records: [String: [StubCRM.Record]] = [:]
        var firsts: [String: [Int]] = [:]
        for record in crm.records {
            guard let call = calls[record.subject] else {
                faults.append("the CRM has a call that nobody posted")
                continue
            }
            if let reference = call.reference, reference != record.reference {
                faults.append("call \(reference) was delivered under another reference")
            }
            if record.number != call.number || record.duration != String(call.duration) {
                faults.append("call \(record.reference) was delivered with another call's content")
            }
            if records[record.reference] == nil { firsts[call.number, default: []].append(call.sequence) }
            records[record.reference, default: []].append(record)
        }
        for (reference, all) in records {
            if Set(all.map(\.subject)).count > 1 { faults.append("\(reference) is more than one call") }
            for (earlier, _) in zip(all, all.dropFirst()) {
                report.repeats += 1
                guard let answeredAt = earlier.answeredAt else { continue }
                // The CRM answered; only the death of the server that asked excuses that it did not know.
                if earlier.generation < kills.count, kills[earlier.generation] - Self.settleTime < answeredAt {
                    report.repeatsAfterKill += 1
                } else {
                    faults.append("\(reference) was delivered again although the answer had come")
                }
            }
        }
        for (subject, call) in calls {
            report.posted += 1
            guard let reference = call.reference else { continue }
            report.accepted += 1
            if records[reference] == nil {
                faults.append("\(subject) was accepted as \(reference) and never delivered")
            }
        }
        for sequence in firsts.values where sequence != sequence.sorted() {
            faults.append("a contact's calls were delivered out of order")
        }
        report.delivered = records.count
        report.faults = faults
    }

    private static func template(port: UInt16) -> String {
        """
        <?xml version="1.0" encoding="utf-8"?>
        <Crm Name="Drill CRM" Version="1" Country="AT" SupportsEmojis="true">
          <Number Prefix="AsIs" MaxLength="" />
          <Connection MaxConcurrentRequests="4" />
          <Parameters>
            <Parameter Name="Address" Type="String" Parent="General Configuration" Title="Address" Default="http://127.0.0.1:\(port)" />
            <Parameter Name="ReportCallEnabled" Type="Boolean" Parent="" Editor="String" Title="Journal" Default="True" />
          </Parameters>
          <Authentication Type="No" />
          <Scenarios>
            <Scenario Id="" Type="REST">
              <Request Url="[Address]/people?phone=[EscapedNumber]" RequestType="Get" ResponseType="Json" />
              <Rules><Rule Type="Any">people.id</Rule></Rules>
              <Variables>
                <Variable Name="ContactID" Path="people.id"><Filter /></Variable>
                <Variable Name="First" Path="people.first"><Filter /></Variable>
                <Variable Name="Last" Path="people.last"><Filter /></Variable>
              </Variables>
              <Outputs AllowEmpty="false">
                <Output Type="FirstName" Value="[First]" />
                <Output Type="LastName" Value="[Last]" />
                <Output Type="PhoneBusiness" Value="[Number]" />
                <Output Type="ContactUrl" Value="[Address]/people/[ContactID]" />
                <Output Type="EntityId" Value="[ContactID]" />
              </Outputs>
            </Scenario>
            <Scenario Id="ReportCall" Type="REST">
              <Request Url="[Address]/calls" RequestType="Post" RequestEncoding="Json" ResponseType="Json" SkipIf="[ReportCallEnabled]!=True">
                <PostValues>
                  <Value Key="reference" Type="String">[CallReference]</Value>
                  <Value Key="number" Type="String">[Number]</Value>
                  <Value Key="subject" Type="String">[Subject]</Value>
                  <Value Key="duration" Type="String">[DurationSeconds]</Value>
                </PostValues>
              </Request>
            </Scenario>
          </Scenarios>
        </Crm>
        """
    }
}

/// Why a drill could not be run.
package struct DrillFailure: Error, CustomStringConvertible {
    package let description: String
}

extension JSONObject {
    /// A member that must be there.
    func string(_ name: String) throws -> String {
        guard let text = self[name]?.string else { throw DrillFailure(description: "there is no \(name)") }
        return text
    }
}
