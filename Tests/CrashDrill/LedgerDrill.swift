// The drill of the ledger: the real server under billed load is killed again and again, with nocli as a second writer
// that is killed as well; every time the ledger has to tell what the answers told, once.

internal import Glibc
internal import JSONText
internal import NumbersStorage
internal import Platform
internal import SQLiteDatabase
package import TestSupport

/// What a drill of the ledger found.
package struct LedgerReport: Sendable {
    package var rounds = 0
    package var kills = 0
    /// Requests that were sent.
    package var asked = 0
    /// Of these, answered with what they cost.
    package var billed = 0
    /// Answered 402: the balance did not cover them.
    package var refused = 0
    /// Answered 503.
    package var unavailable = 0
    /// Not answered, because the server died.
    package var unanswered = 0
    /// Of the last two, charged all the same: visible in the ledger, once.
    package var unansweredCharged = 0
    /// Requests sent again under their idempotency key.
    package var repeats = 0
    /// Of these, answered from what was stored.
    package var replays = 0
    /// Holds that a killed server left, all of them released by the next one.
    package var holdsLeft = 0
    /// Top-ups that nocli has confirmed.
    package var topUps = 0
    /// How often nocli was killed at it.
    package var nocliKills = 0
    package var entries: Int64 = 0
    package var totalTime = Duration.zero
    /// What must not be; empty when all is well.
    package var faults: [String] = []
}

/// A drill in the making. Owned by one thread; what its customers share is behind a monitor.
package final class LedgerDrill {
    private let folder: TestFolder
    private let tell: (String) -> Void
    private let supplier: StubSupplier
    private var random: SplitMix64
    private let load: LedgerLoad
    private var book = DrillBook()
    private var report = LedgerReport()

    private var database: String { folder.file("lookup.sqlite") }

    /// - Parameter tell: told how it goes, a line at a time.
    package init(folder: TestFolder, seed: UInt64, tell: @escaping (String) -> Void) throws {
        self.folder = folder
        self.tell = tell
        random = SplitMix64(seed: seed)
        supplier = try StubSupplier(seed: seed &+ 1)
        load = LedgerLoad(seed: seed &+ 2, database: folder.file("lookup.sqlite"))
    }

    /// Runs the drill.
    /// - Parameter rounds: how often the server is killed.
    package func run(rounds: Int) throws -> LedgerReport {
        let start = MonotonicTime.now()
        defer { supplier.stop() }
        try prepare()
        let connection = try LookupSchema.schema.open(path: database, options: DatabaseOptions(older: .refuse))
        var server = try startServer()
        try load.start()
        defer { load.stop() }
        for round in 1...rounds {
            load.resume()
            load.waitForAnswers()
            usleep(UInt32.random(in: 50_000...600_000, using: &random))
            server.signal(SIGKILL)
            _ = server.waitForExit()
            load.pause()
            report.kills += 1
            report.holdsLeft += Int(try integer("SELECT count(*) FROM holds", connection))
            server = try startServer()
            try checkHolds(connection)
            try repeatSome()
            try check(connection)
            if round % 10 == 0 { tell("round \(round): \(load.asked.count) requests, \(book.entryCount) entries") }
            if !report.faults.isEmpty { break }
        }
        load.stop()
        server.signal(SIGTERM)
        let code = server.waitForExit()
        if code != 0 { report.faults.append("the server ended with \(code.map(String.init) ?? "nothing")") }
        try check(connection)
        try checkHolds(connection)
        judge()
        let verdict = try Program.run("nocli", ["--database", database, "ledger", "verify"], seconds: 600)
        if verdict.exitCode != 0 { report.faults.append("nocli ledger verify: \(verdict.errors)") }
        report.rounds = rounds
        report.totalTime = start.duration(to: .now())
        return report
    }

    // MARK: The parts

    /// Two accounts: one that has enough, and one that lives from hand to mouth.
    private func prepare() throws {
        for (name, micros) in [("Rich", Int64(100_000_000_000)), ("Poor", 10_000)] {
            let opened = try nocli("account", "create", "--name", name, "--tier", "enterprise", "--json")
            let id = try opened.string("account_id")
            _ = try nocli("account", "set-limit", id, "1000000", "--json")
            let reference = "opening \(name)"
            _ = try nocli("balance", "top-up", id, "--micros", String(micros), "--reference", reference, "--json")
            load.add(
                DrillCustomer(id: id, key: try opened.string("api_key"), cidKey: try opened.string("cid_key")),
                opening: reference, micros: micros)
        }
        let added = try Program.run(
            "nocli",
            [
                "--database", database, "supplier", "add", "stub", "--url",
                "http://127.0.0.1:\(supplier.port)/{digits}", "--plain", "--timeout-ms", "1000", "--max-concurrent",
                "64",
            ])
        guard added.exitCode == 0 else { throw DrillFailure(description: "nocli supplier add: \(added.errors)") }
        // One name that is known, so that not everything is a dip.
        let names = try folder.write("names.csv", "number,name\n\(LedgerLoad.knownNumber),Harbor Light Books\n")
        let imported = try Program.run("nocli", ["--database", database, "name", "import", names])
        guard imported.exitCode == 0 else { throw DrillFailure(description: "nocli name import: \(imported.errors)") }
    }

    private func nocli(_ arguments: String...) throws -> JSONObject {
        let result = try Program.run("nocli", ["--database", database] + arguments)
        guard result.exitCode == 0, let object = try JSONValue(parsing: Array(result.output.utf8)).object else {
            throw DrillFailure(description: "nocli \(arguments.prefix(2).joined(separator: " ")): \(result.errors)")
        }
        return object
    }

    private func startServer() throws -> RunningProgram {
        let server = try RunningProgram(
            "LookupServer",
            [
                "--listen", "127.0.0.1:0", "--database", database, "--access-log", "off", "--allow-network",
                "127.0.0.0/8", "--budget-ms", "8000", "--cid-budget-ms", "8000",
            ])
        guard
            let listening = try JSONValue(parsing: Array(server.firstLine.utf8)).object?["listening"]?.string,
            let endpoint = SocketEndpoint(listening)
        else { throw DrillFailure(description: "the server said: \(server.firstLine)") }
        load.connect(to: TestClient(endpoint, timeout: .seconds(15)))
        return server
    }

    private func integer(_ sql: StaticString, _ connection: Connection) throws -> Int64 {
        try connection.first(sql) { row throws(DatabaseError) in row.integer(0) } ?? 0
    }

    /// A server that has just started, or has ended in peace, holds nothing.
    private func checkHolds(_ connection: Connection) throws {
        let holds = try integer("SELECT count(*) FROM holds", connection)
        let held = try integer("SELECT sum(held_micros) FROM accounts", connection)
        if holds != 0 || held != 0 {
            report.faults.append("\(holds) holds of a dead server are left, \(held) micro-USD are held")
        }
    }

    /// Asks again, under their idempotency keys, what was under way when the server died and some of what was answered.
    private func repeatSome() throws {
        for (reference, request) in load.takeRepeatable(answeredMax: 10, random: &random) {
            let again = try load.client().connect()
            try again.send(request.bytes)
            let answer = DrillAnswer(try again.readResponse())
            report.repeats += 1
            let isReplay = answer.isReplay
            if isReplay { report.replays += 1 }
            if let first = request.answer {
                if !isReplay || answer.body != first.body || answer.billed != 0 {
                    report.faults.append("\(reference) was answered before and not replayed: \(answer.status)")
                }
            } else if answer.status == 200, isReplay {
                load.note(reference, replayed: answer)
            } else {
                load.note(reference, answered: answer)
            }
        }
    }

    // MARK: The judgement

    /// Reads on in the ledger, proves its chain, and compares what has been answered with what has been charged.
    private func check(_ connection: Connection) throws {
        let desk = OperatorDesk(connection: connection, clock: .system, random: .system)
        let audit = try desk.verifyLedger(anchor: book.anchor) { _, _ in }
        if let fault = audit.fault {
            report.faults.append("entry \(fault.entry.map(String.init) ?? "-"): \(fault.finding)")
        }
        book.anchor = LedgerAudit.Anchor("\(audit.entryCount):\(audit.lastHash.hex)")
        try book.readOn(connection)
        report.entries = book.entryCount
        for (reference, request) in load.takeAnswered() {
            guard let answer = request.answer, let fault = book.disagreement(reference, answer) else { continue }
            report.faults.append("\(reference): \(fault)")
        }
    }

    /// Looks at everything once more, in the end.
    private func judge() {
        let asked = load.asked
        for (reference, request) in asked {
            report.asked += 1
            switch request.answer?.status {
            case 200?:
                report.billed += 1
                if let answer = request.answer, let fault = book.disagreement(reference, answer) {
                    report.faults.append("\(reference): \(fault), in the end")
                }
            case 402?:
                report.refused += 1
                if book.net(reference) != 0 { report.faults.append("\(reference) was refused and charged") }
            case 503?:
                report.unavailable += 1
                if book.net(reference) != 0 { report.unansweredCharged += 1 }
            case nil:
                report.unanswered += 1
                let net = book.net(reference)
                if net != 0 { report.unansweredCharged += 1 }
                if net == 0 ? request.isReplayed : !request.prices.contains(net) {
                    report.faults.append("\(reference) was charged \(net)")
                }
            case let status?: report.faults.append("\(reference) was answered \(status)")
            }
        }
        for reference in book.references where asked[reference] == nil {
            report.faults.append("there are charges for \(reference), which nobody asked for")
        }
        let topUps = load.topUps
        report.topUps = topUps.count { $0.value.isConfirmed }
        report.nocliKills = load.nocliKills
        for (reference, topUp) in topUps {
            let found = book.topUps[reference] ?? []
            if found.contains(where: { $0 != topUp.micros }) || found.count > 1 || (topUp.isConfirmed && found.isEmpty)
            {
                report.faults.append("top-up \(reference) of \(topUp.micros) is there as \(found)")
            }
        }
        let cid = load.callerIDs
        if !(cid.answered...cid.asked).contains(book.chargesWithoutReference) {
            report.faults.append(
                "\(book.chargesWithoutReference) caller names were charged, \(cid.answered) answered, \(cid.asked) asked"
            )
        }
        report.faults += load.faults
    }
}
