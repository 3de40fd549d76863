// One hop: an easy handle with everything that libcurl tells about it while it runs. Used by the client's thread only;
// the callbacks run inside libcurl's calls on that thread.

internal import CCurl
internal import Glibc
internal import HTTPWire
internal import Platform

/// What a hop needs beside its request.
struct HopPlan {
    let request: CheckedRequest
    let target: TargetURL
    /// Whether this is the first host, which may see credentials and the client's certificate.
    let carriesCredentials: Bool
    /// How often libcurl may begin to send the request; it does so again when a kept connection turns out to be closed.
    let sendsMax: Int
    let limits: BodyLimits
    let headBytesMax: Int
}

/// A request to one address, and the answer as far as it has come.
final class Transfer {
    let plan: HopPlan
    /// Who is waiting for it.
    let call: Call
    let easy: UnsafeMutableRawPointer

    private let networkGuard: NetworkGuard
    private let metrics: ClientMetrics
    private let errorText: UnsafeMutablePointer<CChar>
    private var fieldList: UnsafeMutablePointer<curl_slist>?
    private var addressList: UnsafeMutablePointer<curl_slist>?

    private(set) var response: ResponseReader
    /// Why a callback stopped the transfer.
    private(set) var fault: ClientError?
    /// Addresses that the guard refused, and whether another was tried.
    private(set) var refused: (address: NetworkAddress, refusal: NetworkGuard.Refusal)?
    private(set) var triedAnAddress = false
    /// The address of the connection that the request went to.
    private(set) var address: NetworkAddress?
    /// How often the request was sent, or begun to be.
    private(set) var sendCount = 0

    /// Prepares a handle of the pool, which has been reset.
    init(_ plan: HopPlan, of call: Call, on easy: UnsafeMutableRawPointer, driver: Driver) {
        self.plan = plan
        self.call = call
        self.easy = easy
        networkGuard = driver.networkGuard
        metrics = driver.metrics
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        response = ResponseReader(
            limits: plan.limits, headBytesMax: plan.headBytesMax, hasBody: plan.request.method != .head)
    }

    /// The handle is out of libcurl's hands before its transfer goes.
    deinit {
        curl_slist_free_all(fieldList)
        curl_slist_free_all(addressList)
        errorText.deallocate()
    }

    /// What libcurl says of a failure, fit for a message: part of it may be the other side's words.
    var errorWords: String {
        var text = ""
        for index in 0..<min(Int(CURL_ERROR_SIZE), 200) where errorText[index] != 0 {
            let byte = UInt8(bitPattern: errorText[index])
            text.unicodeScalars.append(byte >= 0x20 && byte < 0x7f ? Unicode.Scalar(byte) : "?")
        }
        return text
    }

    // MARK: - Settings

    /// Tells the handle everything; false when there is no memory for it.
    func configure(_ settings: ClientSettings, _ files: TLSMaterial, driver: Driver, addresses: [NetworkAddress]?)
        -> Bool
    {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var isDone = true
        func long(_ option: CURLoption, _ value: Int) {
            isDone = no_curl_set_long(easy, option, value) == CURLE_OK && isDone
        }
        func text(_ option: CURLoption, _ value: String?) {
            isDone = no_curl_set_text(easy, option, value) == CURLE_OK && isDone
        }
        func done(_ code: CURLcode) { isDone = code == CURLE_OK && isDone }

        // No signals in a process with threads, and a cancelled name resolution is left to end by itself.
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_QUICK_EXIT, 1)
        done(no_curl_set_pointer(easy, CURLOPT_PRIVATE, context))
        done(no_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))

        // Where to, and nowhere else: no other protocol, no redirect of libcurl's own, no proxy, no file of secrets, no
        // environment.
        done(no_curl_set_url(easy, plan.target.handle))
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        text(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        long(CURLOPT_FOLLOWLOCATION, 0)
        text(CURLOPT_PROXY, "")
        text(CURLOPT_NOPROXY, "*")
        long(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        long(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        long(CURLOPT_HTTP09_ALLOWED, 0)
        long(CURLOPT_HTTP_CONTENT_DECODING, 0)
        done(no_curl_set_open(easy, openSocket, context))
        done(no_curl_set_close(easy, closeSocket, Unmanaged.passUnretained(driver).toOpaque()))
        done(no_curl_set_before_request(easy, beforeRequest, context))
        long(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(clamping: settings.connectTimeout.wholeMilliseconds)))
        long(CURLOPT_DNS_CACHE_TIMEOUT, Self.nameSeconds)
        long(CURLOPT_MAXAGE_CONN, settings.idleConnectionSeconds)
        long(CURLOPT_MAXLIFETIME_CONN, Self.connectionSeconds)
        if let addresses { done(setAddresses(addresses)) }

        // TLS.
        long(CURLOPT_SSL_VERIFYPEER, 1)
        long(CURLOPT_SSL_VERIFYHOST, 2)
        long(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let authorities = files.authorities {
            text(CURLOPT_CAINFO, nil)
            text(CURLOPT_CAPATH, nil)
            done(no_curl_set_blob(easy, CURLOPT_CAINFO_BLOB, authorities.baseAddress, authorities.count))
        }
        if plan.carriesCredentials, let chain = files.certificateChain, let key = files.privateKey {
            text(CURLOPT_SSLCERTTYPE, "PEM")
            text(CURLOPT_SSLKEYTYPE, "PEM")
            done(no_curl_set_blob(easy, CURLOPT_SSLCERT_BLOB, chain.baseAddress, chain.count))
            done(no_curl_set_blob(easy, CURLOPT_SSLKEY_BLOB, key.baseAddress, key.count))
        }

        // What is sent and what comes.
        done(setMethod())
        done(setFields(userAgent: settings.userAgent))
        done(no_curl_set_write(easy, CURLOPT_HEADERFUNCTION, takeHead))
        done(no_curl_set_pointer(easy, CURLOPT_HEADERDATA, context))
        done(no_curl_set_write(easy, CURLOPT_WRITEFUNCTION, takeBody))
        done(no_curl_set_pointer(easy, CURLOPT_WRITEDATA, context))
        return isDone
    }

    /// How long an address of a name is remembered. Whatever it changes to passes the guard.
    private static let nameSeconds = 30
    /// How long a connection is used at most: so long a change of addresses may take to be followed.
    private static let connectionSeconds = 300

    private func setMethod() -> CURLcode {
        let method = plan.request.method
        let body = plan.request.body
        if method == .head { return no_curl_set_long(easy, CURLOPT_NOBODY, 1) }
        let carriesBody: Bool
        switch method {
        case .post, .put, .patch: carriesBody = true
        case .get, .head, .delete, .options, .other: carriesBody = !body.isEmpty
        }
        var code = no_curl_set_long(easy, carriesBody ? CURLOPT_POST : CURLOPT_HTTPGET, 1)
        if carriesBody {
            if code == CURLE_OK { code = no_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)) }
            if code == CURLE_OK {
                code =
                    body.isEmpty
                    ? no_curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, "")
                    : body.withUnsafeBytes { no_curl_set_bytes(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
            }
        }
        if code == CURLE_OK, method != .get || carriesBody {
            code = no_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method.name)
        }
        return code
    }

    private func setFields(userAgent: String) -> CURLcode {
        // One buffer for all lines: libcurl copies each.
        var line: [UInt8] = []
        line.reserveCapacity(256)
        var isWhole = true
        func add(_ name: String, _ mark: StaticString, _ value: String) {
            line.removeAll(keepingCapacity: true)
            line.append(contentsOf: name.utf8)
            for offset in 0..<mark.utf8CodeUnitCount { line.append(mark.utf8Start[offset]) }
            line.append(contentsOf: value.utf8)
            line.append(0)
            let longer = line.withUnsafeBytes { text in
                curl_slist_append(fieldList, text.baseAddress?.assumingMemoryBound(to: CChar.self))
            }
            if let longer { fieldList = longer } else { isWhole = false }
        }
        add("Accept-Encoding", ": ", "gzip")
        add("Expect", ":", "")
        var hasContentType = false
        var hasUserAgent = false
        for header in plan.request.headers {
            if !plan.carriesCredentials, header.isCredential { continue }
            if ASCIIText.isSame(header.name, "content-type") { hasContentType = true }
            if ASCIIText.isSame(header.name, "user-agent") { hasUserAgent = true }
            // libcurl takes `Name:` for the wish to send none, and `Name;` for an empty one.
            if header.value.utf8.allSatisfy(ByteClass.isSpace) {
                add(header.name, ";", "")
            } else {
                add(header.name, ": ", header.value)
            }
        }
        // libcurl would call every body a form.
        if !hasContentType { add("Content-Type", ":", "") }
        if !hasUserAgent { add("User-Agent", ": ", userAgent) }
        guard isWhole else { return CURLE_OUT_OF_MEMORY }
        return no_curl_set_list(easy, CURLOPT_HTTPHEADER, fieldList)
    }

    private func setAddresses(_ addresses: [NetworkAddress]) -> CURLcode {
        let texts = addresses.compactMap { address -> String? in
            switch address {
            case .v4: address.description
            case .v6: "[\(address)]"
            case .unix: nil
            }
        }
        let entry = "\(plan.target.host):\(plan.target.port):\(texts.joined(separator: ","))"
        guard let list = curl_slist_append(nil, entry) else { return CURLE_OUT_OF_MEMORY }
        addressList = list
        return no_curl_set_list(easy, CURLOPT_RESOLVE, list)
    }

    // MARK: - What libcurl tells

    /// A socket for an address, or -1 when the guard refuses it: then libcurl goes on to the next address of the name.
    fileprivate func open(_ wanted: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        let address = withUnsafePointer(to: &wanted.pointee.addr) { pointer in
            SocketAddress.read(UnsafeRawPointer(pointer), family: wanted.pointee.family)
        }
        // A family that is not of the Internet is as good as a socket of this machine.
        if let refusal = networkGuard.refusal(of: address ?? .unix) {
            refused = (address ?? .unix, refusal)
            metrics.refusedAddresses.add()
            return -1
        }
        triedAnAddress = true
        let descriptor = socket(
            wanted.pointee.family, wanted.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), wanted.pointee.protocol)
        if descriptor >= 0 {
            metrics.connections.add(1)
            metrics.connectionsOpened.add()
        }
        return descriptor
    }

    /// Called when there is a connection, new or kept, and before a byte of the request goes out.
    fileprivate func mayBegin(_ text: UnsafeMutablePointer<CChar>?) -> Bool {
        let address = text.flatMap { NetworkAddress(String(cString: $0)) }
        // Once more, because a kept connection never passes `open`.
        if let refusal = networkGuard.refusal(of: address ?? .unix) {
            refused = (address ?? .unix, refusal)
            metrics.refusedAddresses.add()
            return false
        }
        guard sendCount < plan.sendsMax else {
            fault = ClientError(
                .connectionLost, "The connection to \(plan.target.place) was closed before an answer came.",
                mayHaveArrived: true)
            return false
        }
        self.address = address
        sendCount += 1
        return true
    }

    fileprivate func take(head line: UnsafeRawBufferPointer) -> Bool {
        do throws(ResponseReader.Fault) {
            try response.take(head: line)
            return true
        } catch {
            fault = Self.error(for: error, at: plan.target.place)
            return false
        }
    }

    fileprivate func take(body piece: UnsafeRawBufferPointer) -> Bool {
        metrics.bodyBytes.add(UInt64(piece.count))
        do throws(ResponseReader.Fault) {
            try response.take(body: piece)
            return true
        } catch {
            fault = Self.error(for: error, at: plan.target.place)
            return false
        }
    }

    /// Says that libcurl has read all of the answer.
    func finishResponse() throws(ResponseReader.Fault) { try response.finish() }

    static func error(for fault: ResponseReader.Fault, at place: String) -> ClientError {
        switch fault {
        case .headTooLarge(let bytesMax):
            ClientError(
                .tooLarge, "The head of the answer of \(place) is larger than \(bytesMax) bytes.", mayHaveArrived: true)
        case .malformedHead(let what):
            ClientError(.protocolError, "The answer of \(place) is malformed: \(what).", mayHaveArrived: true)
        case .unknownCoding:
            ClientError(
                .protocolError, "The answer of \(place) has a content coding that was not asked for; gzip was.",
                mayHaveArrived: true)
        case .body(.tooLarge(let bytesMax)):
            ClientError(.tooLarge, "The answer of \(place) is larger than \(bytesMax) bytes.", mayHaveArrived: true)
        case .body(.expandsTooFar(let expansionMax)):
            ClientError(
                .tooLarge, "The answer of \(place) decompresses to more than \(expansionMax) times its size.",
                mayHaveArrived: true)
        case .body(.malformed):
            ClientError(
                .protocolError, "The compressed answer of \(place) is damaged or incomplete.", mayHaveArrived: true)
        }
    }
}

// MARK: - C callbacks. Their context is a transfer or the driver, which outlive the handle's use.

private func openSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let address else { return -1 }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().open(address)
}

private func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    if let context { Unmanaged<Driver>.fromOpaque(context).takeUnretainedValue().metrics.connections.add(-1) }
    return close(socket)
}

private func beforeRequest(
    _ context: UnsafeMutableRawPointer?, _ address: UnsafeMutablePointer<CChar>?, _ local: UnsafeMutablePointer<CChar>?,
    _ port: Int32, _ localPort: Int32
) -> Int32 {
    guard let context, Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().mayBegin(address) else {
        return CURL_PREREQFUNC_ABORT
    }
    return CURL_PREREQFUNC_OK
}

private func takeHead(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(head: line) ? line.count : -1
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(body: piece) ? piece.count : -1
}
