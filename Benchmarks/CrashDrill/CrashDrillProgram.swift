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
        while let name = arguments.popFirst() {
            switch (name, arguments.popFirst().flatMap { UInt64($0) }) {
            case ("--rounds", let value?) where (1...100_000).contains(value): rounds = Int(value)
            case ("--seed", let value?): seed = value
            default:
                say("expected --rounds N or --seed N")
                exit(64)
            }
        }
        let report: OutboxReport
        do {
            let drill = try OutboxDrill(folder: TestFolder(), seed: seed, tell: say)
            report = try drill.run(rounds: rounds)
        } catch {
            say("\(error)")
            exit(1)
        }
        let rate = (report.repeatRate * 10_000).rounded() / 100
        print(
            """
            rounds\t\(report.rounds)
            kills\t\(report.kills)
            posted\t\(report.posted)
            accepted\t\(report.accepted)
            delivered\t\(report.delivered)
            repeats\t\(report.repeats)\t\(rate) %
            repeats after a kill\t\(report.repeatsAfterKill)
            drained in ms\t\(report.drainTime.wholeMilliseconds)
            took s\t\(report.totalTime.wholeMilliseconds / 1_000)
            seed\t\(seed)
            faults\t\(report.faults.count)
            """)
        for fault in report.faults.prefix(20) { say(fault) }
        exit(report.faults.isEmpty ? 0 : 1)
    }

    private static func say(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        // Nobody is told when standard error takes nothing more.
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
