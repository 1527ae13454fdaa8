extension Advertisement {
    private enum Field {
        static let versionAndType = 0
        static let virtualRouter = 1
        static let priority = 2
        static let addressCount = 3
        static let authenticationType = 4
        static let interval = 5
        static let addresses = 8
    }

    /// Checks what every receiver must check whatever its configuration (RFC 3768 §7.1, RFC 9568 §7.1), and
    /// reads the advertisement. Bytes behind it are ignored.
    ///
    /// A version 3 checksum over IPv4 is accepted with and without the pseudo-header: the RFCs and the
    /// implementations in the field disagree. What was sent to one router alone may have come from another
    /// network, so that only a multicast must have a TTL of 255.
    public init(_ datagram: Datagram) throws(Rejection) {
        let bytes = datagram.payload
        guard datagram.hopLimit == Datagram.requiredHopLimit || !datagram.destination.isMulticast else {
            throw .hopLimit
        }
        guard bytes.count >= Field.addresses else { throw .truncated }
        guard let version = Version(rawValue: bytes[Field.versionAndType] >> 4) else { throw .version }
        guard bytes[Field.versionAndType] & 0x0f == 1 else { throw .type }

        let addressLength: Int
        switch datagram.source {
        case .v4: addressLength = 4
        case .v6: addressLength = 16
        }
        guard version == .v3 || addressLength == 4 else { throw .version }
        let addressesEnd = Field.addresses + Int(bytes[Field.addressCount]) * addressLength
        let end = addressesEnd + (version == .v2 ? Password.length : 0)
        guard bytes.count >= end else { throw .truncated }
        guard Advertisement.hasValidChecksum(bytes[..<end], version: version, datagram) else {
            throw .checksum
        }
        guard bytes[Field.addressCount] > 0 else { throw .noAddresses }
        guard let virtualRouter = VirtualRouterID(bytes[Field.virtualRouter]) else {
            throw .unknownVirtualRouter
        }

        var addresses: [IPAddress] = []
        for start in stride(from: Field.addresses, to: addressesEnd, by: addressLength) {
            guard let address = IPAddress(bytes: bytes[start..<start + addressLength]) else {
                throw .truncated
            }
            addresses.append(address)
        }

        let interval: Duration
        var authentication = Authentication.none
        switch version {
        case .v2:
            interval = .seconds(Int(bytes[Field.interval]))
            switch bytes[Field.authenticationType] {
            case 0: break
            case 1: authentication = .password(Password(bytes[addressesEnd..<end]))
            default: throw .authenticationType
            }
        case .v3:
            let centiseconds = Int(bytes[Field.interval - 1] & 0x0f) << 8 | Int(bytes[Field.interval])
            interval = .milliseconds(centiseconds * 10)
        }
        guard interval > .zero else { throw .zeroInterval }
        self.init(
            version: version,
            virtualRouter: virtualRouter,
            priority: Priority(bytes[Field.priority]),
            interval: interval,
            authentication: authentication,
            addresses: addresses
        )
    }

    private static func hasValidChecksum(
        _ message: ArraySlice<UInt8>,
        version: Version,
        _ datagram: Datagram
    ) -> Bool {
        var plain = Checksum()
        plain.add(message)
        guard version == .v3 else { return plain.value == 0 }
        if case .v4 = datagram.source, plain.value == 0 { return true }
        plain.add(
            pseudoHeaderBytes(
                source: datagram.source,
                destination: datagram.destination,
                nextHeader: Datagram.protocolNumber,
                length: message.count
            )
        )
        return plain.value == 0
    }
}
