import CLinux
import KeepalivedConfiguration
import Testing
import VRRP

@testable import apus_vrrpd

@Suite("IPVS")
struct IPVSTests {
    private static let service = IPVSService(
        key: key(80),
        scheduler: Array("wlc".utf8),
        flags: UInt32(LINUX_IP_VS_SVC_F_PERSISTENT),
        timeout: 60,
        netmask: .max,
        destinations: [destination(11), destination(12)]
    )

    private static func key(_ port: UInt16) -> ServiceKey {
        .endpoint(Plan.Target(address: .v4(IPv4Address(10, 1, 0, 50)), port: port), transport: 6)
    }

    private static func destination(_ host: UInt8, weight: Int32 = 2) -> IPVSService.Destination {
        IPVSService.Destination(
            address: .v4(IPv4Address(10, 0, 0, host)),
            port: 80,
            method: UInt32(LINUX_IP_VS_CONN_F_DROUTE),
            weight: weight
        )
    }

    /// As linux/ip_vs.h has them, on a little-endian machine: length, type, value.
    private static let serviceBytes: [UInt8] = [
        6, 0, 1, 0, 2, 0, 0, 0,  // IPVS_SVC_ATTR_AF
        6, 0, 2, 0, 6, 0, 0, 0,  // IPVS_SVC_ATTR_PROTOCOL
        8, 0, 3, 0, 10, 1, 0, 50,  // IPVS_SVC_ATTR_ADDR
        6, 0, 4, 0, 0, 80, 0, 0,  // IPVS_SVC_ATTR_PORT
        8, 0, 6, 0, 0x77, 0x6c, 0x63, 0,  // IPVS_SVC_ATTR_SCHED_NAME
        12, 0, 7, 0, 1, 0, 0, 0, 255, 255, 255, 255,  // IPVS_SVC_ATTR_FLAGS
        8, 0, 8, 0, 60, 0, 0, 0,  // IPVS_SVC_ATTR_TIMEOUT
        8, 0, 9, 0, 255, 255, 255, 255,  // IPVS_SVC_ATTR_NETMASK
    ]
    private static let destinationBytes: [UInt8] = [
        8, 0, 1, 0, 10, 0, 0, 11,  // IPVS_DEST_ATTR_ADDR
        6, 0, 2, 0, 0, 80, 0, 0,  // IPVS_DEST_ATTR_PORT
        8, 0, 3, 0, 3, 0, 0, 0,  // IPVS_DEST_ATTR_FWD_METHOD
        8, 0, 4, 0, 2, 0, 0, 0,  // IPVS_DEST_ATTR_WEIGHT
        8, 0, 5, 0, 0, 0, 0, 0,  // IPVS_DEST_ATTR_U_THRESH
        8, 0, 6, 0, 0, 0, 0, 0,  // IPVS_DEST_ATTR_L_THRESH
    ]

    @Test("messages have the kernel's layout")
    func messages() {
        var change = IPVSChange(command: LINUX_IPVS_CMD_NEW_SERVICE, service: Self.service)
        let service = [72, 0, 1, 0] + Self.serviceBytes
        #expect(change.attributes == service)
        change.destination = Self.destination(11)
        #expect(change.attributes == service + [52, 0, 2, 0] + Self.destinationBytes)
    }

    @Test("what the kernel lists is read back, but for the flag that is its own")
    func lists() {
        var bytes = Self.serviceBytes
        bytes[44] |= UInt8(LINUX_IP_VS_SVC_F_HASHED)
        var service = IPVSService(attributes: bytes[...])
        // A union of both families' addresses.
        let padded = [20, 0, 1, 0, 10, 0, 0, 11] + [UInt8](repeating: 0, count: 12)
        for address in [Array(Self.destinationBytes.prefix(8)), padded] {
            let bytes = address + Self.destinationBytes.dropFirst(8)
            let destination = IPVSService.Destination(attributes: bytes[...], of: Self.key(80))
            #expect(destination == Self.destination(11))
        }
        service?.destinations = Self.service.destinations
        #expect(service == Self.service)
    }

    @Test("services of marked packets have their mark and family", arguments: [IPAddress.Family.v4, .v6])
    func marks(family: IPAddress.Family) {
        var service = Self.service
        service.key = .mark(0x8000_0007, family)
        service.destinations = []
        let change = IPVSChange(command: LINUX_IPVS_CMD_NEW_SERVICE, service: service)
        let number: UInt8 = family == .v4 ? 2 : 10
        let mark: [UInt8] = [6, 0, 1, 0, number, 0, 0, 0, 8, 0, 5, 0, 7, 0, 0, 0x80]
        #expect(Array(change.attributes[4..<20]) == mark)
        #expect(IPVSService(attributes: change.attributes[4...]) == service)
    }

    @Test("cut messages are left out")
    func cut() {
        for length in 0..<Self.serviceBytes.count {
            #expect(IPVSService(attributes: Self.serviceBytes.prefix(length)) == nil)
        }
        for length in 0..<Self.destinationBytes.count - 16 {
            let bytes = Self.destinationBytes.prefix(length)
            #expect(IPVSService.Destination(attributes: bytes, of: Self.key(80)) == nil)
        }
    }

    /// A command, with the host of its destination.
    private typealias Told = (command: Int32, host: UInt8?)

    private func told(from old: [IPVSService], to new: [IPVSService]) -> [String] {
        IPVSChange.changes(from: old, to: new).map {
            describe(($0.command, $0.destination?.address.bytes.last))
        }
    }

    private func describe(_ told: Told) -> String { "\(told.command) \(told.host ?? 0)" }

    @Test("the kernel is told of what differs, new destinations before old ones go")
    func reconciliation() {
        let service = Self.service
        var (other, moved, changed) = (service, service, service)
        other.scheduler = Array("rr".utf8)
        moved.key = Self.key(81)
        changed.destinations = [Self.destination(12, weight: 0), Self.destination(13)]
        let all: [Told] = [
            (LINUX_IPVS_CMD_NEW_SERVICE, nil), (LINUX_IPVS_CMD_NEW_DEST, 11), (LINUX_IPVS_CMD_NEW_DEST, 12),
        ]
        let cases: [(old: [IPVSService], new: [IPVSService], told: [Told])] = [
            ([], [], []),
            ([], [service], all),
            ([service], [service], []),
            ([service], [], [(LINUX_IPVS_CMD_DEL_SERVICE, nil)]),
            ([service], [other], [(LINUX_IPVS_CMD_SET_SERVICE, nil)]),
            ([service], [moved], [(LINUX_IPVS_CMD_DEL_SERVICE, nil)] + all),
            (
                [service], [changed],
                [(LINUX_IPVS_CMD_SET_DEST, 12), (LINUX_IPVS_CMD_NEW_DEST, 13), (LINUX_IPVS_CMD_DEL_DEST, 11)]
            ),
        ]
        for (old, new, wanted) in cases { #expect(told(from: old, to: new) == wanted.map(describe)) }
    }

    private func virtualService(
        _ way: VirtualService.Way,
        _ scheduler: VirtualServer.Scheduler = .roundRobin,
        _ flags: VirtualServer.Flags = []
    ) -> VirtualService {
        VirtualService(key: Self.key(80), way: way, scheduler: scheduler, flags: flags)
    }

    @Test("ip_vs does what it can where it is preferred, else what nf_tables cannot")
    func choice() {
        let (ip, netdev) = (BackEnd.netfilter(family: LINUX_NFPROTO_IPV4), LINUX_NFPROTO_NETDEV)
        let routing = VirtualService.Way.directRouting(device: Array("eth0".utf8))
        let cases: [(service: VirtualService, preferred: BackEnd, otherwise: BackEnd)] = [
            (virtualService(.translation), .ipvs, ip),
            (virtualService(.translation, .sourceHashing), .ipvs, ip),
            (virtualService(.translation, .sourceHashing, .second), .ipvs, .ipvs),
            (virtualService(routing), .ipvs, .netfilter(family: netdev)),
            (virtualService(routing, .weightedLeastConnections), .ipvs, .ipvs),
            (virtualService(.tunneling), .ipvs, .ipvs),
            // Of marked packets, before whom no filter was.
            (virtualService(.directRouting(device: nil)), .ipvs, .ipvs),
            // What another director sends must become local: there is nothing to spread.
            (virtualService(.answering, .weightedLeastConnections), ip, ip),
        ]
        for (service, preferred, otherwise) in cases {
            #expect(service.backEnd(prefersIPVS: true) == preferred)
            #expect(service.backEnd(prefersIPVS: false) == otherwise)
        }
    }

    @Test("a virtual server becomes a service with whole seconds, rounded up")
    func services() {
        var web = virtualService(.tunneling, .maglevHashing, .second)
        web.persistence = .milliseconds(59_001)
        web.destinations = [.init(address: Self.destination(11).address, port: 80, reach: .far, weight: 0)]
        let service = IPVSService(web)
        #expect(service.scheduler == Array("mh".utf8) && service.timeout == 60)
        #expect(service.flags == UInt32(0x10 | LINUX_IP_VS_SVC_F_PERSISTENT))
        #expect(service.destinations.map { $0.method } == [UInt32(LINUX_IP_VS_CONN_F_TUNNEL)])
        web.persistence = nil
        #expect(IPVSService(web).flags == 0x10 && IPVSService(web).timeout == 0)
    }

    @Test("what makes a client is a mask, for IPv6 its length")
    func netmask() {
        var web = virtualService(.translation)
        #expect(IPVSService(web).netmask == .max)
        web.clientPrefix = 20
        #expect(IPVSService(web).netmask.bytes == [255, 255, 240, 0])
        web.key = .mark(1, .v6)
        #expect(IPVSService(web).netmask == 20)
        web.clientPrefix = nil
        #expect(IPVSService(web).netmask == 128)
    }
}
