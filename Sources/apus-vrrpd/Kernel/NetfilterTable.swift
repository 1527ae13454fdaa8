import CLinux

/// A table of nf_tables as it is to be: chains, maps and rules, without what was there before.
struct NetfilterTable {
    static let name = "apus-vrrpd"

    let family: Int32
    private var chains: [[UInt8]] = []
    /// Sets, their elements, and rules, in this order.
    private var contents: [(type: Int32, attributes: [UInt8])] = []
    private var setCount: Int32 = 0

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

    /// Names a set within a batch.
    struct SetReference {
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
        case integer = 4
        case address = 7
        case link = 20
        /// An address (7) and a port (13), in two registers.
        case endpoint = 461

        var size: Int32 { self == .endpoint ? 8 : 4 }
    }

    /// A map that keeps what rules put into it, also when the rules are replaced.
    mutating func addFlows(
        _ name: String,
        from key: ElementType,
        to value: ElementType,
        capacity: Int32,
        keptFor time: Duration
    ) -> SetReference {
        addSet(
            name,
            flags: LINUX_NFT_SET_MAP | LINUX_NFT_SET_TIMEOUT | LINUX_NFT_SET_EVAL,
            key,
            value,
            attribute(LINUX_NFTA_SET_DESC, attribute(LINUX_NFTA_SET_DESC_SIZE, capacity))
                + attribute(LINUX_NFTA_SET_TIMEOUT, time)
        )
    }

    /// A set that goes with the rule that uses it.
    mutating func addSet(of type: ElementType, _ keys: [[UInt8]]) -> SetReference {
        let set = addSet("__set%d", flags: LINUX_NFT_SET_ANONYMOUS | LINUX_NFT_SET_CONSTANT, type, nil)
        add(keys.map { value(LINUX_NFTA_SET_ELEM_KEY, $0) }, to: set)
        return set
    }

    /// The same with values.
    mutating func addMap(
        from key: ElementType,
        to type: ElementType,
        _ elements: [(key: [UInt8], value: [UInt8])]
    ) -> SetReference {
        let flags = LINUX_NFT_SET_ANONYMOUS | LINUX_NFT_SET_CONSTANT | LINUX_NFT_SET_MAP
        let map = addSet("__map%d", flags: flags, key, type)
        add(
            elements.map {
                value(LINUX_NFTA_SET_ELEM_KEY, $0.key) + value(LINUX_NFTA_SET_ELEM_DATA, $0.value)
            },
            to: map
        )
        return map
    }

    private func value(_ type: Int32, _ bytes: [UInt8]) -> [UInt8] {
        attribute(type, attribute(LINUX_NFTA_DATA_VALUE, bytes))
    }

    private mutating func add(_ elements: [[UInt8]], to set: SetReference) {
        let list = elements.flatMap { attribute(LINUX_NFTA_LIST_ELEM, $0) }
        let attributes =
            attribute(LINUX_NFTA_SET_ELEM_LIST_TABLE, Self.name)
            + attribute(LINUX_NFTA_SET_ELEM_LIST_SET, set.name)
            + attribute(LINUX_NFTA_SET_ELEM_LIST_SET_ID, set.id)
            + attribute(LINUX_NFTA_SET_ELEM_LIST_ELEMENTS, list)
        contents.append((LINUX_NFT_MSG_NEWSETELEM, attributes))
    }

    private mutating func addSet(
        _ name: String,
        flags: Int32,
        _ key: ElementType,
        _ value: ElementType?,
        _ more: [UInt8] = []
    ) -> SetReference {
        setCount += 1
        var attributes =
            attribute(LINUX_NFTA_SET_TABLE, Self.name) + attribute(LINUX_NFTA_SET_NAME, name)
            + attribute(LINUX_NFTA_SET_FLAGS, flags) + attribute(LINUX_NFTA_SET_ID, setCount)
            + attribute(LINUX_NFTA_SET_KEY_TYPE, key.rawValue)
            + attribute(LINUX_NFTA_SET_KEY_LEN, key.size)
        if let value {
            attributes += attribute(LINUX_NFTA_SET_DATA_TYPE, value.rawValue)
            attributes += attribute(LINUX_NFTA_SET_DATA_LEN, value.size)
        }
        contents.append((LINUX_NFT_MSG_NEWSET, attributes + more))
        return SetReference(name: name, id: setCount)
    }

    mutating func addRule(to chain: String, _ rule: NetfilterRule) {
        let attributes =
            attribute(LINUX_NFTA_RULE_TABLE, Self.name) + attribute(LINUX_NFTA_RULE_CHAIN, chain)
            + attribute(LINUX_NFTA_RULE_EXPRESSIONS, rule.expressions)
        contents.append((LINUX_NFT_MSG_NEWRULE, attributes))
    }
}
