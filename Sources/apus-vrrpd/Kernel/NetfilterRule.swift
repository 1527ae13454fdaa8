import CLinux

/// A rule of nf_tables: steps on registers of 4 bytes that run in order. Where one does not match, the rule ends.
struct NetfilterRule {
    typealias Register = Int32

    /// What was added so far, as a list of attributes.
    private(set) var expressions: [UInt8] = []

    enum Source {
        case networkHeader(at: Int32), transportHeader(at: Int32)
    }

    mutating func load(_ source: Source, count: Int, into register: Register) {
        let (base, offset) =
            switch source {
            case .networkHeader(let offset): (LINUX_NFT_PAYLOAD_NETWORK_HEADER, offset)
            case .transportHeader(let offset): (LINUX_NFT_PAYLOAD_TRANSPORT_HEADER, offset)
            }
        add(
            "payload",
            self.register(LINUX_NFTA_PAYLOAD_DREG, register) + attribute(LINUX_NFTA_PAYLOAD_BASE, base)
                + attribute(LINUX_NFTA_PAYLOAD_OFFSET, offset)
                + attribute(LINUX_NFTA_PAYLOAD_LEN, Int32(count))
        )
    }

    /// The EtherType.
    mutating func requireIPv4() {
        add(
            "meta",
            register(LINUX_NFTA_META_DREG, 0) + attribute(LINUX_NFTA_META_KEY, LINUX_NFT_META_PROTOCOL)
        )
        require(0, [0x08, 0x00])
    }

    mutating func requireTransport(_ number: UInt8) {
        add(
            "meta",
            register(LINUX_NFTA_META_DREG, 0) + attribute(LINUX_NFTA_META_KEY, LINUX_NFT_META_L4PROTO)
        )
        require(0, [number])
    }

    /// Only connections whose destination was translated.
    mutating func requireTranslated() {
        add("ct", register(LINUX_NFTA_CT_DREG, 0) + attribute(LINUX_NFTA_CT_KEY, LINUX_NFT_CT_STATUS))
        mask(0, LINUX_IPS_DST_NAT.bytes)
        require(0, [0, 0, 0, 0], isEqual: false)
    }

    mutating func require(_ register: Register, _ value: [UInt8], isEqual: Bool = true) {
        add(
            "cmp",
            self.register(LINUX_NFTA_CMP_SREG, register)
                + attribute(LINUX_NFTA_CMP_OP, isEqual ? LINUX_NFT_CMP_EQ : LINUX_NFT_CMP_NEQ)
                + attribute(LINUX_NFTA_CMP_DATA, attribute(LINUX_NFTA_DATA_VALUE, value))
        )
    }

    /// Keeps some bits.
    mutating func mask(_ register: Register, _ bits: [UInt8]) {
        let none = [UInt8](repeating: 0, count: bits.count)
        add(
            "bitwise",
            self.register(LINUX_NFTA_BITWISE_SREG, register)
                + self.register(LINUX_NFTA_BITWISE_DREG, register)
                + attribute(LINUX_NFTA_BITWISE_LEN, Int32(bits.count))
                + attribute(LINUX_NFTA_BITWISE_MASK, attribute(LINUX_NFTA_DATA_VALUE, bits))
                + attribute(LINUX_NFTA_BITWISE_XOR, attribute(LINUX_NFTA_DATA_VALUE, none))
        )
    }

    /// 0, 1, 2 … `count` − 1, 0 …, one for each packet that comes so far.
    mutating func takeTurn(of count: Int, into register: Register) {
        add(
            "numgen",
            self.register(LINUX_NFTA_NG_DREG, register) + attribute(LINUX_NFTA_NG_MODULUS, Int32(count))
                + attribute(LINUX_NFTA_NG_TYPE, LINUX_NFT_NG_INCREMENTAL)
        )
    }

    /// A number below `count` that follows from 4 bytes; the same on all machines.
    mutating func hash(_ source: Register, below count: Int, into register: Register) {
        add(
            "hash",
            self.register(LINUX_NFTA_HASH_SREG, source) + self.register(LINUX_NFTA_HASH_DREG, register)
                + attribute(LINUX_NFTA_HASH_LEN, Int32(4)) + attribute(LINUX_NFTA_HASH_MODULUS, Int32(count))
                + attribute(LINUX_NFTA_HASH_SEED, Int32(0))
        )
    }

    /// Ends the rule where the set has no such key; of a map, loads the value.
    mutating func lookUp(_ key: Register, in set: NetfilterTable.SetReference, into register: Register? = nil)
    {
        let value = register.map { self.register(LINUX_NFTA_LOOKUP_DREG, $0) } ?? []
        add("lookup", lookup(key, set) + value)
    }

    /// Ends the rule where the set has such a key.
    mutating func requireAbsence(of key: Register, in set: NetfilterTable.SetReference) {
        add("lookup", lookup(key, set) + attribute(LINUX_NFTA_LOOKUP_FLAGS, LINUX_NFT_LOOKUP_F_INV))
    }

    private func lookup(_ key: Register, _ set: NetfilterTable.SetReference) -> [UInt8] {
        attribute(LINUX_NFTA_LOOKUP_SET, set.name) + attribute(LINUX_NFTA_LOOKUP_SET_ID, set.id)
            + register(LINUX_NFTA_LOOKUP_SREG, key)
    }

    enum Change {
        /// Adds what is not there yet.
        case add(keptFor: Duration)
        /// Begins the time of what is there anew.
        case update(keptFor: Duration)
        case delete
    }

    /// Changes a map that lives longer than the rule.
    mutating func change(
        _ change: Change,
        _ map: NetfilterTable.SetReference,
        key: Register,
        value: Register
    ) {
        let (operation, time): (Int32, Duration?) =
            switch change {
            case .add(let time): (LINUX_NFT_DYNSET_OP_ADD, time)
            case .update(let time): (LINUX_NFT_DYNSET_OP_UPDATE, time)
            case .delete: (LINUX_NFT_DYNSET_OP_DELETE, nil)
            }
        let timeout = time.map { attribute(LINUX_NFTA_DYNSET_TIMEOUT, $0) }
        add(
            "dynset",
            attribute(LINUX_NFTA_DYNSET_SET_NAME, map.name) + attribute(LINUX_NFTA_DYNSET_SET_ID, map.id)
                + attribute(LINUX_NFTA_DYNSET_OP, operation) + register(LINUX_NFTA_DYNSET_SREG_KEY, key)
                + register(LINUX_NFTA_DYNSET_SREG_DATA, value) + (timeout ?? [])
        )
    }

    /// Another destination address, and the port in the register behind it.
    mutating func translate(to address: Register) {
        add(
            "nat",
            attribute(LINUX_NFTA_NAT_TYPE, LINUX_NFT_NAT_DNAT)
                + attribute(LINUX_NFTA_NAT_FAMILY, LINUX_NFPROTO_IPV4)
                + register(LINUX_NFTA_NAT_REG_ADDR_MIN, address)
                + register(LINUX_NFTA_NAT_REG_PROTO_MIN, address + 1)
        )
    }

    /// Another source address: one of this machine's.
    mutating func masquerade() { add("masq", []) }

    /// To this machine itself.
    mutating func redirect() { add("redir", []) }

    /// Out through a device to a neighbour, past the routing.
    mutating func forward(to address: Register, through device: Register) {
        add(
            "fwd",
            register(LINUX_NFTA_FWD_SREG_DEV, device) + register(LINUX_NFTA_FWD_SREG_ADDR, address)
                + attribute(LINUX_NFTA_FWD_NFPROTO, LINUX_NFPROTO_IPV4)
        )
    }

    mutating func accept() { decide(attribute(LINUX_NFTA_VERDICT_CODE, LINUX_NF_ACCEPT)) }

    mutating func jump(to chain: String) {
        decide(
            attribute(LINUX_NFTA_VERDICT_CODE, LINUX_NFT_JUMP) + attribute(LINUX_NFTA_VERDICT_CHAIN, chain)
        )
    }

    private mutating func decide(_ verdict: [UInt8]) {
        add(
            "immediate",
            attribute(LINUX_NFTA_IMMEDIATE_DREG, LINUX_NFT_REG_VERDICT)
                + attribute(LINUX_NFTA_IMMEDIATE_DATA, attribute(LINUX_NFTA_DATA_VERDICT, verdict))
        )
    }

    private func register(_ type: Int32, _ register: Register) -> [UInt8] {
        attribute(type, LINUX_NFT_REG32_00 + register)
    }

    private mutating func add(_ name: String, _ attributes: [UInt8]) {
        let expression = attribute(LINUX_NFTA_EXPR_NAME, name) + attribute(LINUX_NFTA_EXPR_DATA, attributes)
        expressions += attribute(LINUX_NFTA_LIST_ELEM, expression)
    }
}
