import CLinux

/// Asks a part of the kernel; each call waits for its answer.
struct NetlinkSocket {
    private let descriptor: Int32
    private var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 32768)

    /// - Parameter opened: a descriptor, or a negative errno value.
    init(_ opened: Int32) throws(SystemError) {
        descriptor = Int32(try check(opened, "open a netlink socket"))
    }

    mutating func begin(_ type: Int32, flags: Int32) -> NetlinkRequest {
        sequence &+= 1
        return NetlinkRequest(type: type, flags: flags, sequence: sequence)
    }

    /// Sends a request and gathers what answers it, up to the acknowledgement or the end of a listing.
    mutating func exchange(
        _ request: NetlinkRequest,
        _ operation: String
    ) throws(SystemError) -> [NetlinkMessage] {
        let sent = request.bytes.withUnsafeBytes { linux_send(descriptor, $0.baseAddress, Int64($0.count)) }
        _ = try check(sent, operation)
        var answers: [NetlinkMessage] = []
        while true {
            let result = buffer.withUnsafeMutableBytes {
                linux_receive(descriptor, $0.baseAddress, Int64($0.count))
            }
            if result == -Int64(LINUX_EINTR) { continue }
            let count = try check(result, operation)
            for message in NetlinkMessage.all(in: buffer[..<count]) where message.sequence == sequence {
                if message.type == LINUX_NLMSG_DONE { return answers }
                guard message.type == LINUX_NLMSG_ERROR else {
                    answers.append(message)
                    continue
                }
                guard message.payload.count >= 4 else { continue }
                let code = message.payload[...].native(at: 0, as: Int32.self)
                if code != 0 { throw SystemError(operation: operation, code: -code) }
                return answers
            }
        }
    }
}
