// The entry point of libFuzzer. Which target is fed stands in NUMBERS_FUZZ_TARGET; script/fuzz sets it.

internal import FuzzTargets
internal import Glibc

/// The target of this process; nothing else is ever fed by it.
private let target: FuzzTarget = {
    guard let name = getenv("NUMBERS_FUZZ_TARGET"), let target = FuzzTarget(rawValue: String(cString: name)) else {
        fatalError("NUMBERS_FUZZ_TARGET names no target; script/fuzz sets it")
    }
    return target
}()

/// Feeds one input. A broken promise ends the process, which is how libFuzzer learns of it.
@c(LLVMFuzzerTestOneInput)
public func feed(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` readable bytes for the length of this call.
    if let failure = target.failure(Array(UnsafeBufferPointer(start: data, count: count))) { fatalError(failure) }
    return 0
}
