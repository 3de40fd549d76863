import Platform
import Testing

@testable import CRMMiddleware

@Suite struct DeliveryPolicyTests {
    private static let now = UnixTime(seconds: 1_767_323_045)
    private static let down = ConnectorFailure(code: "http-500", message: "m")

    /// A source whose every integer is this one.
    private static func random(_ value: UInt64) -> RandomSource {
        RandomSource { buffer in withUnsafeBytes(of: value) { buffer.copyMemory(from: $0) } }
    }

    @Test(arguments: [
        (1, 1), (2, 2), (3, 4), (4, 8), (11, 1_024), (12, 2_048), (13, 3_600), (14, 3_600), (60, 3_600), (1_000, 3_600),
    ]) func `the longest wait doubles from a second to an hour`(attempts: Int, seconds: Int64) {
        #expect(DeliveryPolicy.backoffMax(after: attempts) == .seconds(seconds))
    }

    @Test func `every wait up to the longest is as likely`() {
        #expect(DeliveryPolicy.backoff(after: 5, random: Self.random(0)) == .zero)
        #expect(DeliveryPolicy.backoff(after: 5, random: Self.random(1 << 63)) == .seconds(8))
        let most = DeliveryPolicy.backoff(after: 5, random: Self.random(.max))
        #expect(most < .seconds(16) && most > .milliseconds(15_999))
    }

    @Test func `with the default number of attempts trying lasts about a day`() {
        // The mean of a wait is half its longest.
        let mean = (1..<DeliveryPolicy.attemptsDefault).reduce(Duration.zero) {
            $0 + DeliveryPolicy.backoffMax(after: $1) / 2
        }
        #expect(mean > .seconds(22 * 3_600) && mean < .seconds(26 * 3_600))
    }

    @Test func `the last attempt is the limit's, and the limit is held in its range`() {
        let policy = DeliveryPolicy(attemptsMax: 3)
        for (attempts, isDead) in [(1, false), (2, false), (3, true), (4, true)] {
            let settlement = policy.settlement(
                .failed(Self.down), attempts: attempts, now: Self.now, random: Self.random(0))
            #expect(settlement == (isDead ? .dead(Self.down) : .failed(Self.down, dueAt: Self.now)))
        }
        for (given, held) in [(-1, 1), (0, 1), (1, 1), (1_000, 1_000), (1_001, 1_000)] {
            #expect(DeliveryPolicy(attemptsMax: given).attemptsMax == held)
        }
    }

    @Test(arguments: [
        ("http-400", 11, false), ("http-400", 12, true), ("http-422", 12, true), ("http-409", 12, true),
        ("http-401", 12, false), ("http-404", 12, false), ("http-429", 59, false), ("http-500", 59, false),
        ("http-500", 60, true),
    ])
    func `a record that the CRM rejects is given up sooner`(_ code: String, _ attempts: Int, _ isDead: Bool) {
        let failure = ConnectorFailure(code: code, message: "")
        let settlement = DeliveryPolicy(attemptsMax: DeliveryPolicy.attemptsDefault).settlement(
            .failed(failure), attempts: attempts, now: Self.now, random: Self.random(0))
        #expect(settlement == (isDead ? .dead(failure) : .failed(failure, dueAt: Self.now)))
        // The operator's own limit holds all the same.
        #expect(
            DeliveryPolicy(attemptsMax: 3).settlement(
                .failed(failure), attempts: 3, now: Self.now, random: Self.random(0)) == .dead(failure))
    }

    @Test func `what the CRM has or does not want is not tried again`() {
        let policy = DeliveryPolicy(attemptsMax: 1)
        let contact = UniqueID(random: .system)
        #expect(
            policy.settlement(.delivered(contact: contact), attempts: 9, now: Self.now, random: .system)
                == .delivered(contact: contact))
        #expect(
            policy.settlement(.skipped, attempts: 1, now: Self.now, random: .system)
                == .skipped(reason: "no_scenario"))
    }
}
