import CLinux

/// A table of nf_tables as it is to be: chains, maps and rules, without what was there before.
struct NetfilterTable {
    static let name = "apus-vrrpd"

    let family: Int32
    private var chains: [[UInt8]] = []
    /// Maps, their elements, and rules, in this order.
    private var contents: [(type: Int32, attributes: [UInt8])] = []
    private var mapCount: Int32 = 0

    /// Whether there is anything to do.
    var isEmpty: Bool { contents.isEmpty }

    /// What makes it so.
    ///
    /// - Parameter isOwned: whether the kernel ties it to the socket.
    func batch(isOwned: Bool) -> NetfilterBatch {
        let name = attribute(LINUX_NFTA_TABLE_NAME, Self.name)
        let flags = isOwned ? LINUX_NFT_TABLE_F_OWNER : 0
        var batch = NetfilterBatch()
        batch.add(LINUX_NFT_MSG_NEWTABLE, family: family, name + attribute(LINUX_NFTA_TABLE_FLAGS, flags))
        for chain in chains { batch.add(LINUX_NFT_MSG_NEWCHAIN, family: family, chain) }
        // Without a chain: those of all.
        batch.add(LINUX_NFT_MSG_DELRULE, family: family, attribute(LINUX_NFTA_RULE_TABLE, Self.name))
        for (index, content) in contents.enumerated() {
            let isLast = index == contents.count - 1
            batch.add(content.type, family: family, isLast: isLast, content.attributes)
        }
        return batch
    }

    /// What removes a table.
    static func removal(family: Int32) -> NetfilterBatch {
        var batch = NetfilterBatch()
        batch.add(
            LINUX_NFT_MSG_DELTABLE,
            family: family,
            isLast: true,
            attribute(LINUX_NFTA_TABLE_NAME, name)
        )
        return batch
    }

    /// Names a map within a batch.
    struct MapReference {
        var name: String
        var id: Int32
    }

    init(family: Int32) {
        self.family = family
    }

    /// Where the kernel calls a chain.
    struct Hook {
        /// nat or filter.
        var type: String
        var number: Int32
        var priority: Int32 = 0
        var device: [UInt8]?
    }

    mutating func addChain(_ name: String, at hook: Hook? = nil) {
        var attributes = attribute(LINUX_NFTA_CHAIN_TABLE, Self.name) + attribute(LINUX_NFTA_CHAIN_NAME, name)
        if let hook {
            let device = hook.device.map { attribute(LINUX_NFTA_HOOK_DEV, $0 + [0]) } ?? []
            attributes += attribute(LINUX_NFTA_CHAIN_TYPE, hook.type)
            attributes += attribute(
                LINUX_NFTA_CHAIN_HOOK,
                attribute(LINUX_NFTA_HOOK_HOOKNUM, hook.number)
                    + attribute(LINUX_NFTA_HOOK_PRIORITY, hook.priority) + device
            )
        }
        chains.append(attributes)
    }

    /// What keys and values are. The numbers are those by which `nft list` knows how to show them.
    enum ElementType: Int32 {
        /// In the machine's byte order.
        case number = 4
        case ipv4Address = 7
        case ipv6Address = 8
        /// An address and a port (13) behind it, in a register of its own.
        case ipv4Endpoint = 461
        case ipv6Endpoint = 525
        /// Where to go on: the kernel's own number, 0xffffff00.
        case verdict = -256

        /// In bytes; of no matter for verdicts.
        var size: Int32 {
            switch self {
            case .number, .ipv4Address, .verdict: 4
            case .ipv4Endpoint: 8
            case .ipv6Address: 16
            case .ipv6Endpoint: 20
            }
        }
    }

    /// A map that keeps what rules put into it, also when the rules are replaced.
    mutating func addFlows(
        _ name: String,
        from key: ElementType,
        to value: ElementType,
        capacity: Int32,
        keptFor time: Duration
    ) -> MapReference {
        addMap(
            name,
            flags: LINUX_NFT_SET_TIMEOUT | LINUX_NFT_SET_EVAL,
            key,
            value,
            attribute(LINUX_NFTA_SET_DESC, attribute(LINUX_NFTA_SET_DESC_SIZE, capacity))
                + attribute(LINUX_NFTA_SET_TIMEOUT, time)
        )
    }

    /// What a key, a value or a rule says.
    static func data(_ bytes: [UInt8]) -> [UInt8] { attribute(LINUX_NFTA_DATA_VALUE, bytes) }

    /// The same where it is to go on in a chain, and to come back.
    static func jump(to chain: String) -> [UInt8] {
        verdict(LINUX_NFT_JUMP, attribute(LINUX_NFTA_VERDICT_CHAIN, chain))
    }

    static func verdict(_ code: Int32, _ more: [UInt8] = []) -> [UInt8] {
        attribute(LINUX_NFTA_DATA_VERDICT, attribute(LINUX_NFTA_VERDICT_CODE, code) + more)
    }

    /// Tells `nft list` how to show keys: NFTNL_UDATA_SET_KEYBYTEORDER, 4 bytes, BYTEORDER_HOST_ENDIAN.
    private static let keyIsInHostOrder: [UInt8] = [0, 4] + UInt32(1).bytes

    /// A map from numbers that goes with the rule that uses it.
    ///
    /// - Parameter elements: keys as they are, values as `data` or `jump` has them.
    mutating func addMap(
        to type: ElementType,
        _ elements: [(key: [UInt8], value: [UInt8])]
    ) -> MapReference {
        let map = addMap(
            "__map%d",
            flags: LINUX_NFT_SET_ANONYMOUS | LINUX_NFT_SET_CONSTANT,
            .number,
            type,
            attribute(LINUX_NFTA_SET_USERDATA, Self.keyIsInHostOrder)
        )
        let list = elements.flatMap {
            attribute(
                LINUX_NFTA_LIST_ELEM,
                attribute(LINUX_NFTA_SET_ELEM_KEY, Self.data($0.key))
                    + attribute(LINUX_NFTA_SET_ELEM_DATA, $0.value)
            )
        }
        let attributes =
            attribute(LINUX_NFTA_SET_ELEM_LIST_TABLE, Self.name)
            + attribute(LINUX_NFTA_SET_ELEM_LIST_SET, map.name)
            + attribute(LINUX_NFTA_SET_ELEM_LIST_SET_ID, map.id)
            + attribute(LINUX_NFTA_SET_ELEM_LIST_ELEMENTS, list)
        contents.append((LINUX_NFT_MSG_NEWSETELEM, attributes))
        return map
    }

    private mutating func addMap(
        _ name: String,
        flags: Int32,
        _ key: ElementType,
        _ value: ElementType,
        _ more: [UInt8]
    ) -> MapReference {
        mapCount += 1
        let attributes =
            attribute(LINUX_NFTA_SET_TABLE, Self.name) + attribute(LINUX_NFTA_SET_NAME, name)
            + attribute(LINUX_NFTA_SET_FLAGS, flags | LINUX_NFT_SET_MAP)
            + attribute(LINUX_NFTA_SET_ID, mapCount)
            + attribute(LINUX_NFTA_SET_KEY_TYPE, key.rawValue)
            + attribute(LINUX_NFTA_SET_KEY_LEN, key.size)
            + attribute(LINUX_NFTA_SET_DATA_TYPE, value.rawValue)
            + attribute(LINUX_NFTA_SET_DATA_LEN, value.size) + more
        contents.append((LINUX_NFT_MSG_NEWSET, attributes))
        return MapReference(name: name, id: mapCount)
    }

    mutating func addRule(to chain: String, _ rule: NetfilterRule) {
        let attributes =
            attribute(LINUX_NFTA_RULE_TABLE, Self.name) + attribute(LINUX_NFTA_RULE_CHAIN, chain)
            + attribute(LINUX_NFTA_RULE_EXPRESSIONS, rule.expressions)
        contents.append((LINUX_NFT_MSG_NEWRULE, attributes))
    }
}
