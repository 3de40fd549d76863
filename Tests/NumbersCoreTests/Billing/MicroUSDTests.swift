import NumbersCore
import Testing

@Suite struct MicroUSDTests {
    @Test(
        "dollars are read exactly",
        arguments: [
            ("0", 0), ("0.0", 0), ("-0", 0), ("25", 25_000_000), ("25.00", 25_000_000), ("0.004", 4_000),
            ("0.000001", 1), ("-3.5", -3_500_000), ("00025", 25_000_000), ("1000000000", 1_000_000_000_000_000),
            ("-1000000000.000000", -1_000_000_000_000_000), ("999999999.999999", 999_999_999_999_999),
        ] as [(String, Int64)])
    func reads(text: String, micros: Int64) {
        #expect(MicroUSD(usd: text)?.micros == micros)
    }

    @Test(
        "other text is no amount",
        arguments: [
            "", "-", ".", "-.", ".5", "5.", "-.5", "+5", "--5", "5-", " 5", "5 ", "5\n", "1,5", "1,000", "1.000.000",
            "1e3",
            "0x10", "NaN", "inf", "five", "$5", "5 USD", "0.0000001", "1.1234567", "1000000000.000001", "1000000001",
            "9999999999", "10000000000", "99999999999999999999", "-1000000000.000001", "５", "٥", "1.５", "1_000",
            "5\u{0}",
        ])
    func refuses(text: String) {
        #expect(MicroUSD(usd: text) == nil)
    }

    @Test(
        "an amount is written with two to six decimals and reads back",
        arguments: [
            (0, "0.00"), (1, "0.000001"), (10, "0.00001"), (4_000, "0.004"), (10_000, "0.01"), (100_000, "0.10"),
            (1_000_000, "1.00"), (1_500_000, "1.50"), (25_000_000, "25.00"), (-1, "-0.000001"), (-3_500_000, "-3.50"),
            (1_000_000_000_000_000, "1000000000.00"),
        ] as [(Int64, String)])
    func writes(micros: Int64, text: String) {
        #expect(MicroUSD(micros: micros).usd == text)
        #expect(MicroUSD(micros: micros).description == text + " USD")
        #expect(MicroUSD(usd: text)?.micros == micros)
    }

    @Test(
        "a sum leaves the range neither up nor down",
        arguments: [
            (1, 2, 3), (-1, 1, 0), (999_999_999_999_999, 1, 1_000_000_000_000_000), (1_000_000_000_000_000, 1, nil),
            (-1_000_000_000_000_000, -1, nil), (1_000_000_000_000_000, -1, 999_999_999_999_999), (.max, 1, nil),
            (.min, -1, nil), (.max, .min, -1), (.max, 0, nil),
        ] as [(Int64, Int64, Int64?)])
    func sums(left: Int64, right: Int64, sum: Int64?) {
        #expect(MicroUSD(micros: left).adding(MicroUSD(micros: right))?.micros == sum)
    }

    @Test(
        "a product leaves the range neither up nor down",
        arguments: [
            (4_000, 0, 0), (4_000, 1, 4_000), (4_000, 100, 400_000), (-5, 3, -15),
            (10_000_000_000_000, 100, 1_000_000_000_000_000), (10_000_000_000_000, 101, nil), (.max, 2, nil),
            (1_000_000_000_000_001, 1, nil), (-1_000_000_000_000_000, 1, -1_000_000_000_000_000),
        ] as [(Int64, Int, Int64?)])
    func products(micros: Int64, count: Int, product: Int64?) {
        #expect(MicroUSD(micros: micros).times(count)?.micros == product)
    }

    @Test("the cover of a price list is its dearest price")
    func cover() {
        #expect(PriceList.standard.cover.micros == 4_000)
        #expect(PriceList.standard.price(.lookup).micros == 4_000)
        #expect(PriceList.standard.price(.lookupEnriched).micros == 2_000)
        #expect(PriceList(dip: MicroUSD(micros: 1), enriched: MicroUSD(micros: 3)).cover.micros == 3)
    }
}
