import CrashDrill
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct DeliveryCrashTests {
    /// script/crash does the same for longer.
    @Test
    func `whatever was accepted before a kill reaches the CRM, in order, and again only where it could not be known`()
        throws
    {
        let seed = UInt64.random(in: 1...999_999)
        let drill = try OutboxDrill(folder: TestFolder(), seed: seed) { _ in }
        let report = try drill.run(rounds: 5)
        #expect(report.faults == [], "seed \(seed)")
        #expect(report.kills == 5 && report.accepted > 20)
        #expect(report.delivered >= report.accepted)
    }
}
