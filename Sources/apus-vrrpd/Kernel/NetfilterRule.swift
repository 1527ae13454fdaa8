import CLinux
import VRRP

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

    mutating func requireEtherType(of family: IPAddress.Family) {
        add(
            "meta",
            register(LINUX_NFTA_META_DREG, 0) + attribute(LINUX_NFTA_META_KEY, LINUX_NFT_META_PROTOCOL)
        )
        require(0, family == .v4 ? [0x08, 0x00] : [0x86, 0xdd])
    }

    mutating func requireDestination(_ address: IPAddress) {
        load(.networkHeader(at: address.family == .v4 ? 16 : 24), count: address.bytes.count, into: 0)
        require(0, address.bytes)
    }

    mutating func requireTransport(_ number: UInt8) {
        add(
            "meta",
            register(LINUX_NFTA_META_DREG, 0) + attribute(LINUX_NFTA_META_KEY, LINUX_NFT_META_L4PROTO)
        )
        require(0, [number])
    }

    mutating func requireMark(_ mark: UInt32) {
        add(
            "meta",
            register(LINUX_NFTA_META_DREG, 0) + attribute(LINUX_NFTA_META_KEY, LINUX_NFT_META_MARK)
        )
        require(0, mark.bytes)
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
                + attribute(LINUX_NFTA_CMP_DATA, NetfilterTable.data(value))
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
                + attribute(LINUX_NFTA_BITWISE_MASK, NetfilterTable.data(bits))
                + attribute(LINUX_NFTA_BITWISE_XOR, NetfilterTable.data(none))
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

    /// A number below `count` that follows from so many bytes; the same on all machines.
    mutating func hash(_ source: Register, size: Int, below count: Int, into register: Register) {
        add(
            "hash",
            self.register(LINUX_NFTA_HASH_SREG, source) + self.register(LINUX_NFTA_HASH_DREG, register)
                + attribute(LINUX_NFTA_HASH_LEN, Int32(size))
                + attribute(LINUX_NFTA_HASH_MODULUS, Int32(count))
                + attribute(LINUX_NFTA_HASH_SEED, Int32(0))
        )
    }

    /// Loads the value of a key; ends the rule where the map has none.
    mutating func lookUp(_ key: Register, in map: NetfilterTable.MapReference, into register: Register) {
        lookUp(key, in: map, self.register(LINUX_NFTA_LOOKUP_DREG, register))
    }

    /// Calls the chain that the map has for a key.
    mutating func jump(by key: Register, in map: NetfilterTable.MapReference) {
        lookUp(key, in: map, attribute(LINUX_NFTA_LOOKUP_DREG, LINUX_NFT_REG_VERDICT))
    }

    private mutating func lookUp(_ key: Register, in map: NetfilterTable.MapReference, _ result: [UInt8]) {
        add(
            "lookup",
            attribute(LINUX_NFTA_LOOKUP_SET, map.name) + attribute(LINUX_NFTA_LOOKUP_SET_ID, map.id)
                + register(LINUX_NFTA_LOOKUP_SREG, key) + result
        )
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
        _ map: NetfilterTable.MapReference,
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

    /// Another destination address, and, where it has one, the port in the register behind it.
    mutating func translate(to address: Register, family: IPAddress.Family, hasPort: Bool) {
        let port = register(LINUX_NFTA_NAT_REG_PROTO_MIN, address + (family == .v4 ? 1 : 4))
        add(
            "nat",
            attribute(LINUX_NFTA_NAT_TYPE, LINUX_NFT_NAT_DNAT)
                + attribute(LINUX_NFTA_NAT_FAMILY, family.number)
                + register(LINUX_NFTA_NAT_REG_ADDR_MIN, address)
                + (hasPort ? port : [])
        )
    }

    /// Another source address: one of this machine's.
    mutating func masquerade() { add("masq", []) }

    /// To this machine itself.
    mutating func redirect() { add("redir", []) }

    /// Out through a device to a neighbour, past the routing.
    mutating func forward(to address: Register, through device: Register, family: IPAddress.Family) {
        add(
            "fwd",
            register(LINUX_NFTA_FWD_SREG_DEV, device) + register(LINUX_NFTA_FWD_SREG_ADDR, address)
                + attribute(LINUX_NFTA_FWD_NFPROTO, family.number)
        )
    }

    mutating func accept() { set(number: LINUX_NFT_REG_VERDICT, NetfilterTable.verdict(LINUX_NF_ACCEPT)) }

    mutating func drop() { set(number: LINUX_NFT_REG_VERDICT, NetfilterTable.verdict(LINUX_NF_DROP)) }

    /// To the rule that called the chain.
    mutating func `return`() {
        set(number: LINUX_NFT_REG_VERDICT, NetfilterTable.verdict(LINUX_NFT_RETURN))
    }

    mutating func jump(to chain: String) {
        set(number: LINUX_NFT_REG_VERDICT, NetfilterTable.jump(to: chain))
    }

    mutating func set(_ register: Register, _ value: [UInt8]) {
        set(number: LINUX_NFT_REG32_00 + register, NetfilterTable.data(value))
    }

    private mutating func set(number: Int32, _ data: [UInt8]) {
        add(
            "immediate",
            attribute(LINUX_NFTA_IMMEDIATE_DREG, number) + attribute(LINUX_NFTA_IMMEDIATE_DATA, data)
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
