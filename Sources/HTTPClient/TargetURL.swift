// Where a hop goes, read by the same parser that libcurl connects with, so that there is no second opinion on what the
// host is. Immutable.

internal import CCurl
internal import HTTPWire

/// An http or https URL without user information.
final class TargetURL: @unchecked Sendable {
    // Sendable: the handle is written in the initializers and only read from then on; libcurl copies it (CURLOPT_CURLU).

    /// Longer ones are refused by most servers with 414.
    static let bytesMax = 16 << 10

    enum Fault: Error, Hashable {
        case malformed, tooLong, scheme, userInformation
    }

    let handle: OpaquePointer
    /// `http` or `https`.
    let scheme: String
    /// In lower case, IPv6 in brackets.
    let host: String
    let port: String

    /// What slots, credentials and messages go by: `https://host:port`.
    var origin: String { "\(scheme)://\(host):\(port)" }
    /// For messages: `host:port`.
    var place: String { "\(host):\(port)" }

    /// Reads an absolute URL of visible ASCII.
    convenience init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.bytesMax else { throw .tooLong }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }) else { throw .malformed }
        guard let form = Self.absoluteForm(of: text) else { throw .scheme }
        guard form == .plain else { throw .malformed }
        guard let handle = curl_url() else { throw .malformed }
        try self.init(owning: handle, text, flags: 0)
    }

    /// What `Location` points to from here. Spaces and bytes above 0x7E in it are percent-encoded, as browsers do.
    func following(_ location: String) throws(Fault) -> TargetURL {
        guard location.utf8.count <= Self.bytesMax else { throw .tooLong }
        guard !location.isEmpty,
            location.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") })
        else { throw .malformed }
        if let form = Self.absoluteForm(of: location), form != .plain { throw .malformed }
        guard let copy = curl_url_dup(handle) else { throw .malformed }
        return try TargetURL(owning: copy, location, flags: UInt32(CURLU_URLENCODE))
    }

    private init(owning handle: OpaquePointer, _ text: String, flags: UInt32) throws(Fault) {
        self.handle = handle
        let code = curl_url_set(handle, CURLUPART_URL, text, flags | UInt32(CURLU_DISALLOW_USER))
        guard code == CURLUE_OK, let scheme = Self.part(handle, CURLUPART_SCHEME),
            let host = Self.part(handle, CURLUPART_HOST),
            let port = Self.part(handle, CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT))
        else {
            // `deinit` runs only once every property is set.
            curl_url_cleanup(handle)
            switch code {
            case CURLUE_USER_NOT_ALLOWED: throw .userInformation
            case CURLUE_UNSUPPORTED_SCHEME: throw .scheme
            default: throw .malformed
            }
        }
        self.scheme = ASCIIText.lowered(scheme)
        self.host = ASCIIText.lowered(host)
        self.port = port
        guard self.scheme == "http" || self.scheme == "https" else {
            throw .scheme
        }
        guard self.host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), port != "0" else { throw .malformed }
    }

    deinit { curl_url_cleanup(handle) }

    private enum AbsoluteForm { case plain, odd }

    /// Whether a text that names http or https is written in full; nil when it names neither. libcurl would put a scheme
    /// before a text that has none, and take one slash or three for two.
    private static func absoluteForm(of text: String) -> AbsoluteForm? {
        let bytes = text.utf8.prefix(9).map(ByteClass.lowered)
        for scheme in ["https:", "http:"] where bytes.starts(with: scheme.utf8) {
            let rest = bytes.dropFirst(scheme.utf8.count)
            return rest.starts(with: "//".utf8) && rest.count > 2 && rest.dropFirst(2).first != UInt8(ascii: "/")
                ? .plain : .odd
        }
        return nil
    }

    private static func part(_ handle: OpaquePointer, _ part: CURLUPart, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
