import CLinux
import VRRP

/// A virtual service of ip_vs, as the kernel has it (linux/ip_vs.h).
struct IPVSService: Equatable {
    var key: ServiceKey
    /// Its name.
    var scheduler: [UInt8]
    var flags: UInt32
    /// How long a client keeps its destination, in seconds; 0: each connection has its own.
    var timeout: UInt32
    /// The part of a client's address that has its destination: a mask in network byte order, for IPv6 the number of
    /// bits.
    var netmask: UInt32
    var destinations: [Destination] = []

    struct Destination: Equatable {
        var address: IPAddress
        var port: UInt16
        /// How packets reach it: LINUX_IP_VS_CONN_F_MASQ and others.
        var method: UInt32
        /// Its part of new connections; 0: none.
        var weight: Int32
    }
}

/// Attributes in both directions; numbers are in the machine's byte order, addresses and ports in the network's.
extension IPVSService {
    var attributes: [UInt8] {
        let list: [(type: Int32, value: [UInt8])] = [
            (LINUX_IPVS_SVC_ATTR_SCHED_NAME, scheduler + [0]),
            // struct ip_vs_flags: all of them are set.
            (LINUX_IPVS_SVC_ATTR_FLAGS, flags.bytes + UInt32.max.bytes),
            (LINUX_IPVS_SVC_ATTR_TIMEOUT, timeout.bytes),
            (LINUX_IPVS_SVC_ATTR_NETMASK, netmask.bytes),
        ]
        return key.attributes + list.flatMap { attribute($0.type, $0.value) }
    }

    init?(attributes: ArraySlice<UInt8>) {
        guard let key = ServiceKey(attributes: attributes),
            let scheduler = attributes.attribute(LINUX_IPVS_SVC_ATTR_SCHED_NAME),
            let flags = attributes.number(LINUX_IPVS_SVC_ATTR_FLAGS, as: UInt32.self),
            let timeout = attributes.number(LINUX_IPVS_SVC_ATTR_TIMEOUT, as: UInt32.self),
            let netmask = attributes.number(LINUX_IPVS_SVC_ATTR_NETMASK, as: UInt32.self)
        else { return nil }
        self.key = key
        self.scheduler = Array(scheduler.prefix { $0 != 0 })
        self.flags = flags & ~UInt32(LINUX_IP_VS_SVC_F_HASHED)
        self.timeout = timeout
        self.netmask = netmask
    }
}

extension ServiceKey {
    fileprivate var attributes: [UInt8] {
        let family = attribute(LINUX_IPVS_SVC_ATTR_AF, UInt16(self.family.number).bytes)
        switch self {
        case .endpoint(let target, let transport):
            return family + attribute(LINUX_IPVS_SVC_ATTR_PROTOCOL, UInt16(transport).bytes)
                + attribute(LINUX_IPVS_SVC_ATTR_ADDR, target.address.bytes)
                + attribute(LINUX_IPVS_SVC_ATTR_PORT, target.port.bigEndian.bytes)
        case .mark(let mark, _): return family + attribute(LINUX_IPVS_SVC_ATTR_FWMARK, mark.bytes)
        }
    }

    fileprivate init?(attributes: ArraySlice<UInt8>) {
        guard let family = attributes.number(LINUX_IPVS_SVC_ATTR_AF, as: UInt16.self) else { return nil }
        if let mark = attributes.number(LINUX_IPVS_SVC_ATTR_FWMARK, as: UInt32.self) {
            self = .mark(mark, family == LINUX_AF_INET ? .v4 : .v6)
            return
        }
        guard let address = attributes.address(LINUX_IPVS_SVC_ATTR_ADDR, ofFamily: Int32(family)),
            let port = attributes.number(LINUX_IPVS_SVC_ATTR_PORT, as: UInt16.self),
            let transport = attributes.number(LINUX_IPVS_SVC_ATTR_PROTOCOL, as: UInt16.self)
        else { return nil }
        let target = Plan.Target(address: address, port: UInt16(bigEndian: port))
        self = .endpoint(target, transport: UInt8(truncatingIfNeeded: transport))
    }
}

extension IPVSService.Destination {
    var attributes: [UInt8] {
        let unlimited = UInt32(0).bytes
        let list: [(type: Int32, value: [UInt8])] = [
            (LINUX_IPVS_DEST_ATTR_ADDR, address.bytes),
            (LINUX_IPVS_DEST_ATTR_PORT, port.bigEndian.bytes),
            (LINUX_IPVS_DEST_ATTR_FWD_METHOD, method.bytes),
            (LINUX_IPVS_DEST_ATTR_WEIGHT, weight.bytes),
            (LINUX_IPVS_DEST_ATTR_U_THRESH, unlimited),
            (LINUX_IPVS_DEST_ATTR_L_THRESH, unlimited),
        ]
        return list.flatMap { attribute($0.type, $0.value) }
    }

    /// - Parameter service: whose destination it is.
    init?(attributes: ArraySlice<UInt8>, of service: ServiceKey) {
        let family = service.family.number
        guard let address = attributes.address(LINUX_IPVS_DEST_ATTR_ADDR, ofFamily: family),
            let port = attributes.number(LINUX_IPVS_DEST_ATTR_PORT, as: UInt16.self),
            let method = attributes.number(LINUX_IPVS_DEST_ATTR_FWD_METHOD, as: UInt32.self),
            let weight = attributes.number(LINUX_IPVS_DEST_ATTR_WEIGHT, as: Int32.self)
        else { return nil }
        self.address = address
        self.port = UInt16(bigEndian: port)
        self.method = method & UInt32(LINUX_IP_VS_CONN_F_FWD_MASK)
        self.weight = weight
    }
}

extension ArraySlice<UInt8> {
    /// union nf_inet_addr: an address of IPv4 is at its beginning.
    fileprivate func address(_ type: Int32, ofFamily family: Int32) -> IPAddress? {
        attribute(type).flatMap { IPAddress(bytes: $0.prefix(family == LINUX_AF_INET ? 4 : 16)) }
    }
}
