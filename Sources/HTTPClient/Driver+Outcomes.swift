// libcurl's results in the words of this module. On the client's thread.

internal import CCurl
internal import Platform

extension Driver {
    /// What a transfer that has ended came to, retries and redirects not yet considered.
    func outcome(of transfer: Transfer, _ result: CURLcode) -> Submission.Outcome {
        let place = transfer.plan.target.place
        if let fault = transfer.fault { return .failure(fault) }
        // No address that may be reached: either none was tried, or the kept connection was to one.
        if let (address, refusal) = transfer.refused, result != CURLE_OK,
            !transfer.triedAnAddress || result == CURLE_ABORTED_BY_CALLBACK
        {
            return .failure(
                ClientError(
                    .refusedAddress,
                    "\(place) is at \(address), which is not a public address (\(refusal.rawValue)); the operator can "
                        + "open it with --allow-network."))
        }
        guard result == CURLE_OK else { return .failure(failure(of: transfer, result)) }
        do throws(ResponseReader.Fault) {
            return .success(try transfer.answer(retryCount: transfer.call.retryCount))
        } catch {
            return .failure(Transfer.error(for: error, at: place))
        }
    }

    private func failure(of transfer: Transfer, _ result: CURLcode) -> ClientError {
        let place = transfer.plan.target.place
        let mayHaveArrived = transfer.sendCount > 0
        func error(_ kind: ClientError.Kind, _ message: String) -> ClientError {
            ClientError(kind, message, mayHaveArrived: mayHaveArrived)
        }
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: return error(.cannotResolve, "The name of \(place) has no address.")
        case CURLE_COULDNT_CONNECT: return error(.cannotConnect, "\(place) takes no connection.")
        // The deadline is watched here, so this is the time for connecting.
        case CURLE_OPERATION_TIMEDOUT:
            return error(
                .cannotConnect, "There was no connection to \(place) within \(settings.connectTimeout).")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
            CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_SHUTDOWN_FAILED:
            return error(.tls, "TLS with \(place) failed: \(transfer.errorWords).")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2_STREAM:
            return error(.connectionLost, "The connection to \(place) broke before the answer was whole.")
        case CURLE_OUT_OF_MEMORY: return error(.overloaded, "There is no memory for a request.")
        default:
            return error(.protocolError, "What \(place) sent is no answer by the rules of HTTP (\(result.rawValue)).")
        }
    }
}

extension Transfer {
    /// The answer, taken out of a transfer that succeeded.
    func answer(retryCount: Int) throws(ResponseReader.Fault) -> ClientResponse {
        try finishResponse()
        var version = 0
        _ = no_curl_get_long(easy, CURLINFO_HTTP_VERSION, &version)
        let known: ClientResponse.Version =
            switch version {
            case Int(CURL_HTTP_VERSION_1_0): .http10
            case Int(CURL_HTTP_VERSION_2_0): .http2
            default: .http11
            }
        return ClientResponse(
            status: response.status, fields: response.fields, body: response.body, version: known, address: address,
            redirectCount: call.redirectCount, retryCount: retryCount + max(0, sendCount - 1))
    }
}
