import Platform
import Testing

@testable import CRMMiddleware

@Suite struct DeliveryMetricsTests {
    @Test func `attempts are counted by kind and outcome, and nothing names a customer`() {
        let metrics = DeliveryMetrics()
        metrics.note(.delivered, kind: .template)
        metrics.note(.delivered, kind: .template)
        metrics.note(.failed, kind: .template)
        metrics.note(.dropped, kind: nil)
        metrics.note(.milliseconds(7), kind: .template)
        metrics.setRunning(3)
        let now = UnixTime(seconds: 1_767_323_045)
        metrics.set(DeliveryCounts(pending: 9, dead: 2, oldestPending: now - .seconds(61)), now: now)
        var text = MetricsText()
        metrics.append(to: &text)
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        for line in [
            "numbers_delivery_attempts_total{kind=\"template\",outcome=\"delivered\"} 2",
            "numbers_delivery_attempts_total{kind=\"template\",outcome=\"failed\"} 1",
            "numbers_delivery_attempts_total{kind=\"none\",outcome=\"dropped\"} 1",
            "numbers_delivery_attempt_seconds_bucket{kind=\"template\",le=\"0.005000\"} 0",
            "numbers_delivery_attempt_seconds_bucket{kind=\"template\",le=\"0.010000\"} 1",
            "numbers_delivery_attempt_seconds_sum{kind=\"template\"} 0.007000",
            "numbers_deliveries_running 3", "numbers_deliveries_pending 9", "numbers_deliveries_dead 2",
            "numbers_delivery_oldest_pending_seconds 61",
        ] {
            #expect(lines.contains { $0 == line }, "\(line)")
        }
        #expect(metrics.count(of: .delivered) == 2 && metrics.count(of: .dropped) == 1)
    }

    @Test func `without a pending delivery its age is zero`() {
        let metrics = DeliveryMetrics()
        metrics.set(DeliveryCounts(pending: 0, dead: 0, oldestPending: nil), now: UnixTime(seconds: 5))
        var text = MetricsText()
        metrics.append(to: &text)
        #expect(String(decoding: text.bytes, as: UTF8.self).contains("numbers_delivery_oldest_pending_seconds 0\n"))
    }
}
