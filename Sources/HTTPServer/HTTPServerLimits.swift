// Every bound of the server in one place, each with its reason. A value, fixed at start.

internal import HTTPWire

/// What one client, one connection and one turn of a loop may take.
package struct HTTPServerLimits: Hashable, Sendable {
    /// Header section: 32 KiB holds every cookie and token seen in practice; beyond it 431.
    package var headerBytes = 32_768
    /// Header fields: browsers send about 20, proxies add ten; beyond it 431.
    package var headerFields = 100
    /// Request target: what common proxies pass on; beyond it 414.
    package var targetBytes = 8_192
    /// Body of one request where its route says nothing else: a batch of 100 numbers takes 5 KiB; beyond it 413.
    package var bodyBytes = 262_144
    /// From the first byte of a head (on a new connection: from its acceptance) to its last; then 408.
    /// A TLS handshake has as long, before the head; then the connection is closed.
    package var headerTimeout: Duration = .seconds(10)
    /// From the end of a head to the end of its body, and a second more for each `bodyBytesPerSecond` that has come;
    /// then 408.
    package var bodyTimeout: Duration = .seconds(30)
    /// What a body must bring on average once its time-out is over: far less than a bad mobile connection does. Without
    /// it a client could take `bodyBytes` a byte at a time, or a large body could never come over a slow line.
    package var bodyBytesPerSecond = 16_384
    /// Between two requests on a kept connection; then it is closed.
    package var idleTimeout: Duration = .seconds(60)
    /// Without any progress while an answer waits to be taken; then the connection is reset. Also the time in which
    /// nothing is expected of a client that has begun to wait; after it `writeBytesPerSecond` are.
    package var writeTimeout: Duration = .seconds(20)
    /// What a client must take on average of an answer that waits for it: below this it is not reading but holding on.
    package var writeBytesPerSecond = 1_024
    /// After the last answer, until the client closes its side; then the connection is closed.
    package var lingerTimeout: Duration = .seconds(2)
    /// What is read and thrown away from a client that goes on sending after its last answer.
    package var lingerBytes = 1_048_576
    /// Open connections over all loops; a further one is answered 503 and closed.
    package var connections = 20_000
    /// Open connections of one address (IPv6: one /64), loopback and trusted proxies excepted; a further one is answered
    /// 503 and closed. A company behind one address has tens; twenty addresses are needed to take all of `connections`.
    package var connectionsPerAddress = 1_000
    /// Connections over the limit that are being told so; beyond them a further one is closed without a word.
    package var refusedConnections = 256
    /// Requests on one connection before it is closed: spreads long-lived clients over the loops again.
    package var requestsPerConnection = 1_000_000
    /// Bytes of pipelined requests kept while an earlier one is answered; beyond them the client waits in TCP.
    package var pipelinedBytes = 65_536
    /// Requests, and answers not taken yet, held in memory over all connections. Beyond it bodies still arriving are
    /// answered 503 and clients that do not read are cut off, so that slow clients together cost no more than this.
    package var heldBytes = 268_435_456
    /// Requests of one connection answered in one turn of its loop, so that a flood delays nobody else.
    package var requestsPerTurn = 64
    /// Bytes of answers gathered before they are written; a client that does not read them gets no further ones.
    package var outputBytes = 262_144
    /// New connections taken in one turn of a loop.
    package var acceptsPerTurn = 64
    /// Jobs of tasks run in one turn of a loop, so that sockets are looked at in between.
    package var jobsPerTurn = 1_024

    /// The defaults.
    package init() {}

    /// The part that bounds a request head.
    var head: RequestHeadLimits {
        RequestHeadLimits(headerBytes: headerBytes, headerFields: headerFields, targetBytes: targetBytes)
    }
}
