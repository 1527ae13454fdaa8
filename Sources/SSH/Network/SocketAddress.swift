#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An address to connect to, with its port.
struct SocketAddress: Sendable {
    let family: Int32
    /// A `sockaddr` of that family.
    let bytes: [UInt8]
    /// As people write it: `10.42.0.73`, `::1`.
    let text: String

    /// Why a name could not be resolved, as the resolver says it.
    struct ResolutionError: Error {
        let text: String
    }

    /// All stream addresses of a name, in the order of preference (RFC 6724). Blocks.
    ///
    /// - Parameter onlyNumeric: accepts nothing but an address in writing, and does not block.
    /// - Throws: `ResolutionError`.
    static func resolve(_ host: String, port: UInt16, onlyNumeric: Bool) throws(ResolutionError)
        -> [SocketAddress]
    {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Darwin)
        hints.ai_socktype = SOCK_STREAM
        #else
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        hints.ai_flags = AI_NUMERICSERV | (onlyNumeric ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { throw ResolutionError(text: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            let raw = UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen))
            addresses.append(
                SocketAddress(family: info.ai_family, bytes: [UInt8](raw), text: numericText(info) ?? host)
            )
            next = info.ai_next
        }
        return addresses
    }

    private static func numericText(_ info: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: 256)
        let length = socklen_t(text.count)
        guard getnameinfo(info.ai_addr, info.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
