import CLibSSH2

extension SSHConnection {
    nonisolated func failure(
        _ kind: SSHError.Kind,
        wanted: String,
        seen: String,
        remedy: String = "run again with more memory or fewer hosts at once"
    ) -> SSHError {
        SSHError(kind, host: endpoint.description, wanted: wanted, seen: seen, remedy: remedy)
    }

    /// What libssh2 says about its last error.
    func lastMessage() -> String {
        guard let session else { return "no session" }
        var text: UnsafeMutablePointer<CChar>?
        var length: Int32 = 0
        libssh2_session_last_error(session, &text, &length, 0)
        guard let text, length > 0 else { return "no reason" }
        return String(cString: text)
    }

    /// Whether `code` means that the whole connection is of no use any more; then the wire is marked as lost.
    func noteFatal(_ code: Int) -> Bool {
        let fatal = [
            LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_DISCONNECT,
            LIBSSH2_ERROR_SOCKET_TIMEOUT, LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_PROTO, LIBSSH2_ERROR_DECRYPT,
            LIBSSH2_ERROR_INVALID_MAC, LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE,
            LIBSSH2_ERROR_OUT_OF_BOUNDARY, LIBSSH2_ERROR_ENCRYPT,
        ]
        guard fatal.contains(Int32(code)) else { return false }
        wire?.lose(lastMessage())
        return true
    }
}
