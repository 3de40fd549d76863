import Foundation
import FuzzTargets
import TestSupport
import Testing

@Suite struct FuzzCorpusTests {
    /// `Tests/Corpus`: seeds, and every input that ever broke something.
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

    private static func corpus(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appending(path: target.rawValue)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            ($0, Array(try Data(contentsOf: folder.appending(path: $0))))
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `No input of the corpus breaks a promise, whole or cut at any place`(target: FuzzTarget) throws {
        let corpus = try Self.corpus(target)
        #expect(!corpus.isEmpty)
        for (name, bytes) in corpus {
            #expect(target.failure(bytes) == nil, "\(name)")
            // Every place of short inputs, some of long ones.
            for end in stride(from: 0, to: bytes.count, by: 1 + bytes.count / 64) {
                #expect(target.failure(Array(bytes[..<end])) == nil, "\(name), its first \(end) bytes")
            }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `No input near the corpus breaks a promise`(target: FuzzTarget) throws {
        let mutator = FuzzMutator(corpus: try Self.corpus(target).map(\.bytes))
        var random = SplitMix64(seed: 0x6E75_6D62_6572_73)
        for round in 0..<300 {
            let bytes = mutator.next(using: &random)
            #expect(target.failure(bytes) == nil, "round \(round): \(Data(bytes).base64EncodedString())")
        }
    }
}
