// Measures the template engine's parts: makes the texts to be read, then reads them for a while and prints how fast.
//
//   EngineBench generate DIR          writes answer.json (2 KB), page.json (1 MB) and text.json (1 MB, mixed strings)
//   EngineBench json FILE SECONDS     megabytes a second, text to tree
//   EngineBench read FILE SECONDS     answers a second: text to tree, one rule, twelve variables of each record
//   EngineBench template FILE SECONDS lookups a second by the first number of the file, each a whole run of a scenario
//   EngineBench memory FILE           bytes that the process holds more with the tree than without

import CRMTemplate
import Glibc
import Platform

@main
enum EngineBench {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "generate" where arguments.count == 2: generate(in: arguments[1])
        case "json" where arguments.count == 3: json(arguments[1], seconds: Double(arguments[2]) ?? 1)
        case "read" where arguments.count == 3: ResponseReading.measure(read(arguments[1]), Double(arguments[2]) ?? 1)
        case "template" where arguments.count == 3: await template(arguments[1], seconds: Double(arguments[2]) ?? 1)
        case "memory" where arguments.count == 2: memory(arguments[1])
        default:
            fail(
                "usage: EngineBench generate DIR | json FILE SECONDS | read FILE SECONDS | template FILE SECONDS | memory FILE"
            )
        }
    }

    private static func generate(in directory: String) {
        var texts = AnswerTexts()
        write(texts.answer(contacts: 4), to: directory + "/answer.json")
        write(texts.answer(contacts: 1_940), to: directory + "/page.json")
        write(texts.messages(count: 2_370), to: directory + "/text.json")
    }

    private static func json(_ path: String, seconds: Double) {
        let bytes = read(path)
        var values = 0
        let rate = Meter.rate(seconds: seconds) {
            do throws(ResponseError) {
                let tree = try ResponseTree(json: bytes)
                values += tree.isEmpty ? 0 : 1
            } catch {
                fail("\(path): \(error.message)")
            }
        }
        guard values > 0 else { fail("nothing was read") }
        print(Int(rate * Double(bytes.count) / 1e6))
    }

    private nonisolated static func template(_ path: String, seconds: Double) async {
        let bytes = read(path)
        // The first telephone number of the first contact: all others are different.
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.firstRange(of: "+1555")?.lowerBound else { fail("\(path) has no number") }
        await LookupRuns.measure(bytes, number: String(text[start...].prefix { $0 != "\"" }), seconds)
    }

    private static func memory(_ path: String) {
        let bytes = read(path)
        let before = residentBytes()
        do throws(ResponseError) {
            let tree = try ResponseTree(json: bytes)
            let after = residentBytes()
            print("text \(bytes.count) tree \(after - before) empty \(tree.isEmpty)")
        } catch {
            let after = residentBytes()
            print("text \(bytes.count) refused: \(error.message), at the peak \(after - before)")
        }
    }

    private static func residentBytes() -> Int {
        let fields = String(decoding: read("/proc/self/statm"), as: UTF8.self).split(separator: " ")
        return (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { fail("cannot read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    private static func write(_ text: String, to path: String) {
        guard let file = fopen(path, "wb") else { fail("cannot write \(path)") }
        defer { fclose(file) }
        _ = fputs(text, file)
    }

    static func fail(_ message: String) -> Never {
        print(message)
        exit(1)
    }
}

/// Runs something again and again.
enum Meter {
    /// Runs a second.
    static func rate(seconds: Double, _ body: () -> Void) -> Double {
        body()
        var runs = 0
        var batch = 1
        let start = MonotonicTime.now()
        while true {
            for _ in 0..<batch { body() }
            runs += batch
            let took = Double(start.duration(to: .now()).nanoseconds) / 1e9
            if took >= seconds { return Double(runs) / took }
            // The clock is asked seldom.
            if took < seconds / 100 { batch *= 2 }
        }
    }
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
