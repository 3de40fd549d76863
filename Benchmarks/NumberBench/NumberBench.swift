// Measures the number engine; script/bench runs it beside the C++ library (numbers.cpp), over the same files.
//
//   NumberBench generate FILE COUNT           writes numbers as people write them, a text, a tab and a region each
//   NumberBench answers FILE                  prints what is read from each line: validity, type, E.164, national
//   NumberBench text FILE MEGABYTES           prints prose with the numbers of a file in it
//   NumberBench parse FILE SECONDS            numbers a second: read, valid, type, E.164
//   NumberBench national FILE SECONDS         numbers a second: written in the national form
//   NumberBench find FILE SECONDS             bytes a second, and on standard error how many numbers were found
//   NumberBench ready                         microseconds until the first number is read
//   NumberBench growth FILE MILLIONS          kilobytes of memory after so many numbers, less those after the first million

import Glibc
import NumbersCore

@main
enum NumberBench {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst().map { String($0) }
        switch (arguments.first, arguments.count) {
        case ("generate", 3): generate(arguments[1], count: Int(arguments[2]) ?? 0)
        case ("answers", 2): answers(SampleNumbers(file: arguments[1]))
        case ("text", 3): prose(SampleNumbers(file: arguments[1]), megabytes: Int(arguments[2]) ?? 1)
        case ("parse", 3): parse(SampleNumbers(file: arguments[1]), seconds: Double(arguments[2]) ?? 1)
        case ("national", 3): national(SampleNumbers(file: arguments[1]), seconds: Double(arguments[2]) ?? 1)
        case ("find", 3): find(Files.read(arguments[1]), seconds: Double(arguments[2]) ?? 1)
        case ("ready", 1): ready()
        case ("growth", 3): growth(SampleNumbers(file: arguments[1]), millions: Int(arguments[2]) ?? 1)
        default:
            Files.fail(
                "usage: NumberBench generate FILE COUNT | answers FILE | text FILE MEGABYTES | parse FILE SECONDS"
                    + " | national FILE SECONDS | find FILE SECONDS | ready | growth FILE MILLIONS")
        }
    }

    private static func generate(_ path: String, count: Int) {
        var source = NumberSpellings(plan: .builtIn)
        var lines: [UInt8] = []
        for _ in 0..<count { lines += source.next().utf8 }
        Files.write(lines, to: path)
    }

    private static func answers(_ samples: SampleNumbers) {
        let plan = NumberingPlan.builtIn
        var output: [UInt8] = []
        for index in 0..<samples.count {
            if let number = samples.read(index, plan) {
                let type = number.type?.rawValue ?? "unknown"
                let fields = [
                    number.isValid ? "valid" : "invalid", type, number.e164Text, number.formatted(.national, in: plan),
                ]
                output += fields.joined(separator: "\t").utf8
            } else {
                output += "refused".utf8
            }
            output.append(UInt8(ascii: "\n"))
        }
        Files.write(output, to: "/dev/stdout")
    }

    private static func prose(_ samples: SampleNumbers, megabytes: Int) {
        let words = [
            "the", "office", "called", "about", "your", "order", "of", "12", "May", "and", "will", "be", "back", "at",
            "9:30,", "please", "ask", "for", "Mrs.", "Lovelace", "or", "write", "to", "room", "4.", "Thank", "you",
        ]
        var random = SplitMix(state: 7)
        var output: [UInt8] = []
        while output.count < megabytes << 20 {
            for _ in 0..<random.below(40) + 5 {
                output += words[random.below(words.count)].utf8
                output.append(UInt8(ascii: " "))
            }
            output += samples.text(random.below(samples.count)).utf8
            output += (random.below(4) == 0 ? ".\n" : " ").utf8
        }
        Files.write(output, to: "/dev/stdout")
    }

    private static func parse(_ samples: SampleNumbers, seconds: Double) {
        let plan = NumberingPlan.builtIn
        var valid = 0
        var bytes = 0
        let rate = Meter.rate(seconds: seconds) {
            withTemporaryText { output in
                for index in 0..<samples.count {
                    guard let number = samples.read(index, plan) else { continue }
                    if number.isValid { valid &+= 1 }
                    if number.type == .mobile { valid &+= 1 }
                    output.removeAll()
                    number.write(.e164, to: &output, in: plan)
                    bytes &+= output.count
                }
            }
        }
        guard valid > 0, bytes > 0 else { Files.fail("nothing was read") }
        print(Int(rate * Double(samples.count)))
    }

    private static func national(_ samples: SampleNumbers, seconds: Double) {
        let plan = NumberingPlan.builtIn
        let numbers = (0..<samples.count).compactMap { samples.read($0, plan) }
        var bytes = 0
        let rate = Meter.rate(seconds: seconds) {
            withTemporaryText { output in
                for number in numbers {
                    output.removeAll()
                    number.write(.national, to: &output, in: plan)
                    bytes &+= output.count
                }
            }
        }
        guard bytes > 0 else { Files.fail("nothing was written") }
        print(Int(rate * Double(numbers.count)))
    }

    private static func withTemporaryText(_ body: (inout OutputSpan<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberFormat.bytesMax) { memory in
            var output = OutputSpan(buffer: memory, initializedCount: 0)
            body(&output)
            output.removeAll()
            _ = output.finalize(for: memory)
        }
    }

    private static func find(_ text: [UInt8], seconds: Double) {
        var found = 0
        // Line by line, as on the other side, whose time grows faster than its text.
        var lines: [Range<Int>] = []
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            lines.append(start..<end)
            start = end + 1
        }
        let rate = Meter.rate(seconds: seconds) {
            found = 0
            let span = text.span
            for line in lines {
                // Nothing is given up, on neither side.
                var finder = PhoneNumberFinder(region: Region("US"), tries: Int(Int32.max))
                let bytes = span.extracting(line)
                while finder.next(in: bytes) != nil { found += 1 }
            }
        }
        Files.tell("\(found) numbers found")
        print(Int(rate * Double(text.count)))
    }

    private static func ready() {
        let start = Meter.now()
        guard (try? PhoneNumber(parsing: "+14155552671", region: nil))?.isValid == true else { Files.fail("not read") }
        print(Int((Meter.now() - start) * 1e6))
    }

    private static func growth(_ samples: SampleNumbers, millions: Int) {
        let plan = NumberingPlan.builtIn
        var valid = 0
        var index = 0
        var before = 0
        for million in 0..<max(millions, 2) {
            for _ in 0..<1_000_000 {
                if let number = samples.read(index, plan), number.isValid { valid &+= number.e164Text.utf8.count }
                index = index + 1 == samples.count ? 0 : index + 1
            }
            if million == 0 { before = Files.residentKilobytes() }
        }
        guard valid > 0 else { Files.fail("nothing was read") }
        print(Files.residentKilobytes() - before)
    }
}
