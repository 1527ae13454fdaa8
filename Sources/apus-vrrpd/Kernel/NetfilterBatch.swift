import CLinux

/// Messages to nf_tables that the kernel carries out together.
struct NetfilterBatch {
    /// Of the last message, which is the one that is acknowledged.
    private(set) var sequence: UInt32 = 0
    private var messages: [UInt8] = []

    /// With what begins and ends a batch around it.
    var bytes: [UInt8] {
        boundary(LINUX_NFNL_MSG_BATCH_BEGIN) + messages + boundary(LINUX_NFNL_MSG_BATCH_END)
    }

    /// - Parameter isLast: whether the kernel is to say that it has done all.
    mutating func add(_ type: Int32, family: Int32, isLast: Bool = false, _ attributes: [UInt8]) {
        sequence += 1
        var message = NetlinkRequest(
            type: LINUX_NFNL_SUBSYS_NFTABLES << 8 | type,
            flags: LINUX_NLM_F_CREATE | LINUX_NLM_F_APPEND | (isLast ? LINUX_NLM_F_ACK : 0),
            sequence: sequence
        )
        message.append(header(family: family, resource: 0) + attributes)
        messages += message.bytes
    }

    private func boundary(_ type: Int32) -> [UInt8] {
        var message = NetlinkRequest(type: type, flags: 0, sequence: 0)
        message.append(header(family: LINUX_NFPROTO_UNSPEC, resource: UInt16(LINUX_NFNL_SUBSYS_NFTABLES)))
        return message.bytes
    }

    /// struct nfgenmsg: family, version, resource.
    private func header(family: Int32, resource: UInt16) -> [UInt8] {
        [UInt8(family), 0] + resource.bigEndian.bytes
    }
}

/// An attribute that holds a number: nf_tables has them in network byte order.
func attribute(_ type: Int32, _ number: Int32) -> [UInt8] { attribute(type, number.bigEndian.bytes) }

/// Milliseconds.
func attribute(_ type: Int32, _ time: Duration) -> [UInt8] {
    attribute(type, (time.nanoseconds / 1_000_000).bigEndian.bytes)
}

func attribute(_ type: Int32, _ text: String) -> [UInt8] { attribute(type, text.terminated) }
