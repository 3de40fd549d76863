import Platform
import Testing

@Suite struct MetricsTests {
    @Test("counters and gauges lose nothing under many writers")
    func concurrent() async {
        let counter = Counter()
        let gauge = Gauge()
        let histogram = Histogram(bounds: [10])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for value in 0..<1_000 {
                        counter.add()
                        gauge.add(value % 2 == 0 ? 3 : -2)
                        histogram.record(UInt64(value % 20))
                    }
                }
            }
        }
        #expect(counter.value == 8_000)
        #expect(gauge.value == 4_000)
        let snapshot = histogram.snapshot
        #expect(snapshot.count == 8_000)
        #expect(snapshot.sum == 8 * 50 * 190)
        #expect(snapshot.cumulative.map(\.count) == [8 * 550])
    }

    @Test(
        "a value belongs to the first bound that is not below it",
        arguments: [
            (0, [1, 1]), (9, [1, 1]), (10, [1, 1]), (11, [0, 1]), (99, [0, 1]), (100, [0, 1]), (101, [0, 0]),
            (.max, [0, 0]),
        ] as [(UInt64, [UInt64])])
    func buckets(value: UInt64, cumulative: [UInt64]) {
        let histogram = Histogram(bounds: [10, 100])
        histogram.record(value)
        #expect(histogram.snapshot.cumulative.map(\.count) == cumulative)
        #expect(histogram.snapshot.count == 1)
        #expect(histogram.snapshot.sum == value)
    }

    @Test("the exposition has one head a name, labels in their order, and values in base units")
    func exposition() {
        var text = MetricsText()
        text.counter("requests_total", help: "Requests.", labels: [("route", "lookup"), ("status", "200")], 7)
        text.counter("requests_total", help: "Requests.", labels: [("route", "cid"), ("status", "402")], 0)
        text.gauge("depth", help: "Waiting.", -3)
        let histogram = Histogram(bounds: [500, 1_000_000])
        for value: UInt64 in [1, 500, 501, 2_500_000] { histogram.record(value) }
        text.histogram("seconds", help: "Time.", labels: [("route", "lookup")], decimals: 6, histogram)
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == """
                # HELP requests_total Requests.
                # TYPE requests_total counter
                requests_total{route="lookup",status="200"} 7
                requests_total{route="cid",status="402"} 0
                # HELP depth Waiting.
                # TYPE depth gauge
                depth -3
                # HELP seconds Time.
                # TYPE seconds histogram
                seconds_bucket{route="lookup",le="0.000500"} 2
                seconds_bucket{route="lookup",le="1.000000"} 3
                seconds_bucket{route="lookup",le="+Inf"} 4
                seconds_sum{route="lookup"} 2.501002
                seconds_count{route="lookup"} 4

                """)
    }

    @Test(
        "a label's value cannot break out of its quotes",
        arguments: [
            ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("\r\n", "\r\\n"), ("plain", "plain"),
            ("é", "é"),
        ])
    func escapes(value: String, written: String) {
        var text = MetricsText()
        text.gauge("g", help: "h", labels: [("l", value)], 1)
        let lines = String(decoding: text.bytes, as: UTF8.self)
        #expect(lines == "# HELP g h\n# TYPE g gauge\ng{l=\"\(written)\"} 1\n")
    }
}
