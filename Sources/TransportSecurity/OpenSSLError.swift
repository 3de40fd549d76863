// What OpenSSL says about its last failure. Its queue of errors belongs to the calling thread.

internal import COpenSSL

enum OpenSSLError {
    /// Forgets what earlier calls of this thread have left: every call that is looked at afterwards starts clean.
    static func clear() { ERR_clear_error() }

    /// The reason of the newest error, in OpenSSL's words (`key values mismatch`), and forgets it.
    static func takeReason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return "OpenSSL gives no reason" }
        guard let reason = ERR_reason_error_string(code) else { return "OpenSSL error \(code)" }
        return String(cString: reason)
    }

    /// The library's own number of the newest error's reason; 0 when there is none.
    static func lastReasonCode() -> Int32 {
        let code = ERR_peek_last_error()
        return code == 0 ? 0 : ERR_GET_REASON(code)
    }
}
