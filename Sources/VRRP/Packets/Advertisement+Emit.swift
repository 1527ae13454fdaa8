extension Advertisement {
    /// The message as it goes behind the IP header.
    ///
    ///     0                   1                   2                   3
    ///     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    ///     +-------+-------+---------------+---------------+---------------+
    ///     |Version| Type 1| Virtual router|   Priority    |   Addresses   |
    ///     +-------+-------+---------------+---------------+---------------+
    /// v2: |   Auth type   | Interval, s   |           Checksum            |
    /// v3: |   0   |  Interval, 1/100 s    |           Checksum            |
    ///     +---------------+---------------+-------------------------------+
    ///     |                    Address 1 … address n                      |
    ///     +---------------------------------------------------------------+
    /// v2: |                  Authentication data (8 bytes)                |
    ///     +---------------------------------------------------------------+
    ///
    /// - Parameter pseudoHeader: whether the checksum of version 3 over IPv4 covers it, as keepalived and FRR do by
    ///   default and RFC 9568 §5.2.8 does not. Over IPv6 it always does.
    public func emit(
        from source: IPAddress,
        to destination: IPAddress,
        pseudoHeader: Bool = true
    ) -> [UInt8] {
        var bytes: [UInt8] = [
            version.rawValue << 4 | 1,
            virtualRouter.rawValue,
            priority.rawValue,
            UInt8(truncatingIfNeeded: addresses.count),
        ]
        switch version {
        case .v2: bytes += [authentication.wireType, UInt8(wireInterval)]
        case .v3: bytes += bigEndianBytes(UInt64(wireInterval), count: 2)
        }
        bytes += [0, 0]
        for address in addresses { bytes += address.bytes }
        if version == .v2 { bytes += authentication.wireData }
        var checksum = Checksum()
        if source.family == .v6 || version == .v3 && pseudoHeader {
            checksum.add(
                pseudoHeaderBytes(
                    source: source,
                    destination: destination,
                    nextHeader: Datagram.protocolNumber,
                    length: bytes.count
                )
            )
        }
        checksum.add(bytes)
        bytes[6] = UInt8(checksum.value >> 8)
        bytes[7] = UInt8(checksum.value & 0xff)
        return bytes
    }
}

/// What a checksum over IP covers beside the message: RFC 793 §3.1 for IPv4, RFC 8200 §8.1 for IPv6.
func pseudoHeaderBytes(
    source: IPAddress,
    destination: IPAddress,
    nextHeader: UInt8,
    length: Int
) -> [UInt8] {
    let addresses = source.bytes + destination.bytes
    switch source {
    case .v4: return addresses + [0, nextHeader] + bigEndianBytes(UInt64(length), count: 2)
    case .v6: return addresses + bigEndianBytes(UInt64(length), count: 4) + [0, 0, 0, nextHeader]
    }
}
