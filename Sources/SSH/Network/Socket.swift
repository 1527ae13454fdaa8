#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// TCP sockets as an event loop wants them.
enum Socket {
    #if canImport(Darwin)
    static let sendFlags: Int32 = 0
    #else
    static let sendFlags = Int32(MSG_NOSIGNAL)
    #endif

    /// A non-blocking socket whose connection is under way or done; its descriptor becomes writable then.
    /// - Throws: `SystemError`.
    static func startConnecting(to address: SocketAddress) throws(SystemError) -> Int32 {
        #if canImport(Darwin)
        let descriptor = socket(address.family, SOCK_STREAM, 0)
        #else
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw SystemError(call: "socket", code: errno) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        setOptions(descriptor)
        let code = address.bytes.withUnsafeBytes {
            connect(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard code == 0 || errno == EINPROGRESS || errno == EINTR else {
            let error = SystemError(call: "connect", code: errno)
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// How an attempt to connect ended: 0, or the error number.
    static func connectResult(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return errno }
        return code
    }

    /// The kernel delays acknowledgements again whenever it likes, so this is said before each wait.
    static func acknowledgeAtOnce(_ descriptor: Int32) {
        #if os(Linux)
        set(descriptor, Int32(IPPROTO_TCP), TCP_QUICKACK, 1)
        #endif
    }

    private static func setOptions(_ descriptor: Int32) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        // A host that lost its power is noticed after 15 + 3 × 10 s of silence, or 45 s without acknowledgement.
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        #if os(Linux)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 15)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 45_000)
        #else
        set(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1)
        set(descriptor, IPPROTO_TCP, TCP_KEEPALIVE, 15)
        #endif
    }

    /// These options only make things better: a kernel that refuses one still carries the connection.
    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
