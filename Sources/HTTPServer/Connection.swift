// One client connection: its descriptor, its unread and unsent bytes, and where in an exchange it is.
//
// Every connection belongs to one loop for life, and only that loop's thread touches it; it has no lock.

internal import HTTPWire
internal import Platform

/// A request whose head has arrived and whose answer has not left.
struct Exchange {
    /// What will become of the request once its body is in.
    enum Verdict {
        case route(index: Int, parameters: HTTPRequest.PathParameters)
        /// `OPTIONS *`: what the server as a whole can do (RFC 9110 §9.3.7).
        case capabilities
        /// Refused, but politely: the body is read and thrown away, and the connection stays.
        case fault(HTTPFault)
    }

    let head: RequestHead
    let id: String
    let client: NetworkAddress
    /// `none` while nobody has asked for it.
    var trace: TraceParent
    let received: MonotonicTime
    let verdict: Verdict
    /// The route's place among the routes; behind the last one for none.
    let route: Int
}

/// How the rest of a body is to be read.
enum BodyReader {
    case length(remaining: Int)
    case chunked(ChunkedBodyDecoder)
}

final class Connection {
    enum Phase {
        /// Between requests, or within a head.
        case head
        /// Within a body.
        case body
        /// A handler's task is at work on the answer.
        case pending
        /// Content is sent while it is made.
        case streaming
        /// The last answer has been put into the output; nothing more is read as a request.
        case closing
        /// The last answer is sent and our side is closed; what still comes is thrown away (RFC 9112 §9.6).
        case lingering
    }

    let descriptor: FileDescriptor
    let ticket: UInt64
    let peer: NetworkAddress
    /// TLS between the bytes below and the socket; nil where there is none.
    var channel: SecureChannel?
    var phase = Phase.head
    var parser: RequestHeadParser
    var exchange: Exchange?
    /// The content that is being made; nil in every other phase than `streaming`.
    var stream: OutgoingStream?
    /// The connection ends in the middle of an answer, and nothing may look like the answer's end.
    var isCutOff = false
    var reader: BodyReader?
    /// What of the body has arrived.
    var body: [UInt8] = []
    /// Whether the body is kept, or read only to get past it.
    var wantsBody = true
    /// Bytes that have arrived and belong to no finished message.
    var input: [UInt8] = []
    /// Bytes the client has not taken yet, from `outputStart` on; empty nearly always.
    var output: [UInt8] = []
    var outputStart = 0
    /// Whether answers wait because the kernel had no memory for them; the loop tries again after a pause.
    var isStarved = false
    /// Since when the client has let answers wait, without a pause; nil while none does.
    var blockedSince: MonotonicTime?
    /// What the client has taken since then.
    var blockedTaken = 0
    /// When the body being read began, and what of it has come.
    var bodyBegan = Connection.never
    var bodyTaken = 0
    /// Answers given so far.
    var served = 0
    /// The client has closed its side.
    var inputEnded = false
    /// What epoll watches for at this moment.
    var interest = Poller.readable
    /// Whether the connection waits for the next turn because it has had its share of this one.
    var isDeferred = false
    /// Counted among those over the limit, not among the open ones.
    let isRefused: Bool
    var lingeredBytes = 0
    /// The body that a handler has been given, until it has answered.
    var handedBytes = 0
    /// What the loop has counted for this connection.
    var heldBytes = 0
    /// When the loop must act if nothing happens; `never` while a handler is at work.
    var deadline = Connection.never
    /// The deadline of the head or body being read, from its first byte on.
    var messageDeadline = Connection.never
    /// Whether `messageDeadline` is already that of the head being read, not that of the pause before it.
    var headHasDeadline = false
    /// The tick of the newest entry in the wheel; nil when there is none.
    var armedTick: UInt64?

    static let never = MonotonicTime(nanoseconds: .max)

    init(
        descriptor: consuming FileDescriptor, ticket: UInt64, peer: NetworkAddress, parser: RequestHeadParser,
        channel: SecureChannel?, isRefused: Bool
    ) {
        self.descriptor = descriptor
        self.ticket = ticket
        self.peer = peer
        self.parser = parser
        self.channel = channel
        self.isRefused = isRefused
    }

    var hasOutput: Bool { outputStart < output.count || channel?.hasUnsent == true }

    /// Keeps bytes for when the client takes more.
    func keepOutput(_ bytes: UnsafeRawBufferPointer) {
        var output = output
        self.output = []
        output.append(contentsOf: bytes)
        self.output = output
    }

    /// What the connection costs in memory beyond itself.
    var heldBytesNow: Int {
        input.count + output.count + body.count + handedBytes + (channel?.heldBytes ?? 0)
            + (stream == nil ? 0 : BodyWriter.waitingBytesMax)
    }
}

/// The connections of one loop by slot. A ticket is a slot with the generation it was given out in, so that a late
/// event or answer for a closed connection finds nothing, even when its slot has a new owner.
struct ConnectionTable {
    private struct Slot {
        var connection: Connection?
        var generation: UInt32
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private(set) var count = 0

    /// Slots at the upper end are never given out: their tickets belong to the loop itself.
    static let reservedFrom: UInt64 = 0xffff_ff00

    /// The ticket for the next connection.
    func nextTicket() -> UInt64 {
        if let slot = free.last { return UInt64(slots[slot].generation) << 32 | UInt64(slot) }
        return UInt64(slots.count)
    }

    mutating func insert(_ connection: Connection) {
        let slot = Int(connection.ticket & 0xffff_ffff)
        if slot == slots.count {
            slots.append(Slot(connection: connection, generation: 0))
        } else {
            free.removeLast()
            slots[slot].connection = connection
        }
        count += 1
    }

    func connection(_ ticket: UInt64) -> Connection? {
        let slot = Int(ticket & 0xffff_ffff)
        guard slot < slots.count, UInt64(slots[slot].generation) == ticket >> 32 else { return nil }
        return slots[slot].connection
    }

    mutating func remove(_ ticket: UInt64) {
        let slot = Int(ticket & 0xffff_ffff)
        slots[slot].connection = nil
        slots[slot].generation &+= 1
        free.append(slot)
        count -= 1
    }

    /// Everything open at this moment, as a copy that stays valid while connections close.
    var all: [Connection] { slots.compactMap(\.connection) }
}
