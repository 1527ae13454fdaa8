import CLinux

/// Changes the kernel's packet filter (nf_tables), a whole batch of changes or nothing of it.
struct NetfilterSocket {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 8192)
    /// Whether the kernel ties tables to the socket that made them (Linux 5.12): they go with the agent, however it
    /// ends, and `nft flush ruleset` leaves them alone.
    private var ownsTables = true

    init() throws(SystemError) {
        descriptor = Int32(try check(linux_netfilter_socket(), "open a netfilter socket"))
    }

    /// Puts a table in the place of what was there before; only flows stay.
    mutating func replace(_ table: NetfilterTable, _ operation: String) throws(SystemError) {
        do throws(SystemError) {
            try commit(table.batch(isOwned: ownsTables), operation)
        } catch {
            guard ownsTables, error.code == LINUX_EOPNOTSUPP || error.code == LINUX_EINVAL else {
                throw error
            }
            try commit(table.batch(isOwned: false), operation)
            ownsTables = false
        }
    }

    /// - Returns: false when it was not there.
    mutating func remove(family: Int32) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try commit(NetfilterTable.removal(family: family), "remove the table \(NetfilterTable.name)")
            return true
        } catch {
            guard error.code == LINUX_ENOENT else { throw error }
            return false
        }
    }

    /// Sends a batch and waits for the answer to its last message; the first error counts.
    private mutating func commit(_ batch: NetfilterBatch, _ operation: String) throws(SystemError) {
        let bytes = batch.bytes
        let sent = bytes.withUnsafeBytes { linux_send(descriptor, $0.baseAddress, Int64($0.count)) }
        _ = try check(sent, operation)
        var failure: Int32 = 0
        while true {
            let result = buffer.withUnsafeMutableBytes {
                linux_receive(descriptor, $0.baseAddress, Int64($0.count))
            }
            if result == -Int64(LINUX_EINTR) { continue }
            let count = try check(result, operation)
            for message in NetlinkMessage.all(in: buffer[..<count]) {
                guard message.type == LINUX_NLMSG_ERROR, message.payload.count >= 4 else { continue }
                let code = -message.payload[...].native(at: 0, as: Int32.self)
                if failure == 0 { failure = code }
                guard message.sequence == batch.sequence else { continue }
                guard failure == 0 else { throw SystemError(operation: operation, code: failure) }
                return
            }
        }
    }
}
