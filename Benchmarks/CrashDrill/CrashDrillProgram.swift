// script/crash: runs a drill and prints its figures, one to a line.

import CrashDrill
import Glibc
import Platform
import TestSupport

@main
enum CrashDrillProgram {
    static func main() throws {
        var rounds = 100
        var seed = UInt64(UnixTime.now().microseconds)
        var arguments = CommandLine.arguments.dropFirst()
        let drill = arguments.popFirst() ?? ""
        while let name = arguments.popFirst() {
            switch (name, arguments.popFirst().flatMap { UInt64($0) }) {
            case ("--rounds", let value?) where (1...100_000).contains(value): rounds = Int(value)
            case ("--seed", let value?): seed = value
            default:
                say("expected --rounds N or --seed N")
                exit(64)
            }
        }
        let figures: [(String, String)]
        let faults: [String]
        do {
            switch drill {
            case "outbox": (figures, faults) = try outbox(rounds, seed)
            case "ledger": (figures, faults) = try ledger(rounds, seed)
            default:
                say("expected outbox or ledger first")
                exit(64)
            }
        } catch {
            say("\(error)")
            exit(1)
        }
        for (name, value) in figures + [("seed", "\(seed)"), ("faults", "\(faults.count)")] {
            print("\(name)\t\(value)")
        }
        for fault in faults.prefix(20) { say(fault) }
        exit(faults.isEmpty ? 0 : 1)
    }

    private static func outbox(_ rounds: Int, _ seed: UInt64) throws -> ([(String, String)], faults: [String]) {
        let report = try OutboxDrill(folder: TestFolder(), seed: seed, tell: say).run(rounds: rounds)
        let rate = (report.repeatRate * 10_000).rounded() / 100
        let figures = [
            ("rounds", "\(report.rounds)"), ("kills", "\(report.kills)"), ("posted", "\(report.posted)"),
            ("accepted", "\(report.accepted)"), ("delivered", "\(report.delivered)"),
            ("repeats", "\(report.repeats)\t\(rate) %"), ("repeats after a kill", "\(report.repeatsAfterKill)"),
            ("drained in ms", "\(report.drainTime.wholeMilliseconds)"),
            ("took s", "\(report.totalTime.wholeMilliseconds / 1_000)"),
        ]
        return (figures, report.faults)
    }

    private static func ledger(_ rounds: Int, _ seed: UInt64) throws -> ([(String, String)], faults: [String]) {
        let report = try LedgerDrill(folder: TestFolder(), seed: seed, tell: say).run(rounds: rounds)
        let figures = [
            ("rounds", "\(report.rounds)"), ("kills", "\(report.kills)"), ("asked", "\(report.asked)"),
            ("billed", "\(report.billed)"), ("refused for want of money", "\(report.refused)"),
            ("unavailable", "\(report.unavailable)"), ("without an answer", "\(report.unanswered)"),
            ("charged without an answer", "\(report.unansweredCharged)"), ("asked again", "\(report.repeats)"),
            ("replayed", "\(report.replays)"), ("holds left and released", "\(report.holdsLeft)"),
            ("top-ups", "\(report.topUps)"), ("nocli killed", "\(report.nocliKills)"),
            ("ledger entries", "\(report.entries)"), ("took s", "\(report.totalTime.wholeMilliseconds / 1_000)"),
        ]
        return (figures, report.faults)
    }

    private static func say(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        // Nobody is told when standard error takes nothing more.
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
