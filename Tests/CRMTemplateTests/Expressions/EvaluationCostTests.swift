// Work that the texts it makes do not tell of counts as well.

import CRMTemplate
import Testing

@Suite("Costs of evaluations", .timeLimit(.minutes(1)))
struct EvaluationCostTests {
    private func failure(_ piece: String, times: Int, bytes: Int) -> String {
        let text = String(repeating: "a", count: bytes)
        let context = EvaluationContext(
            scope: Fixture.scope(["A": .text(text), "B": .text(text + "")]), limits: .standard)
        return Fixture.failure(String(repeating: piece, count: times), context)
    }

    @Test(arguments: [
        ("[IIf([A]==[B],,)]", 1, 1_000_000, "no error: "), ("[IIf([A]==[B],,)]", 100, 1_000_000, "too-many-steps"),
        ("[IIf([A]>[B],,)]", 100, 1_000_000, "too-many-steps"), ("[IIf([A]==x,,)]", 10_000, 1_000_000, "no error: "),
        ("[IIf([EscapedA]==x,,)]", 1, 1_000_000, "no error: "),
        ("[IIf([EscapedA]==x,,)]", 100, 1_000_000, "too-many-steps"),
        ("[IIf([EscapedA]==x,,)]", 1, 16_000_000, "too-many-steps"),
    ])
    func `comparing and escaping long texts costs steps`(piece: String, times: Int, bytes: Int, expected: String) {
        #expect(failure(piece, times: times, bytes: bytes) == expected)
    }
}
