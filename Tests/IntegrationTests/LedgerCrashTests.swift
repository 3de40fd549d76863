import CrashDrill
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct LedgerCrashTests {
    /// script/crash does the same for longer.
    @Test
    func `a server killed under billed load has charged every answer once, overdrawn nobody, and holds nothing after`()
        throws
    {
        let seed = UInt64.random(in: 1...999_999)
        let report = try LedgerDrill(folder: TestFolder(), seed: seed) { _ in }.run(rounds: 10)
        #expect(report.faults == [], "seed \(seed)")
        // Six customers were answered in each round before the kill.
        #expect(report.kills == 10 && report.billed > 10 && report.topUps > 0, "seed \(seed)")
        #expect(report.billed + report.refused + report.unavailable >= 60, "seed \(seed)")
    }
}
