// Addresses of sockets as values. Pure functions.

internal import Glibc
internal import Platform

enum SocketAddress {
    /// The address in a `sockaddr` of the family; nil for any other family than the Internet's two.
    ///
    /// `pointer` is to a structure of the family's full size.
    static func read(_ pointer: UnsafeRawPointer, family: Int32) -> NetworkAddress? {
        // Offsets as ip(7) and ipv6(7) lay the structures out.
        switch family {
        case AF_INET:
            return .v4(UInt32(bigEndian: pointer.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        case AF_INET6:
            return NetworkAddress(
                high: UInt64(bigEndian: pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                low: UInt64(bigEndian: pointer.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
        default: return nil
        }
    }
}
