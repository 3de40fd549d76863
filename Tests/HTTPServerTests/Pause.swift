// Sleeping in tests, where a real server's clock is what is tested.

import Glibc
import Platform

/// Sleeps on the calling thread.
func pause(_ duration: Duration) { usleep(UInt32(clamping: duration.wholeNanoseconds / 1_000)) }
