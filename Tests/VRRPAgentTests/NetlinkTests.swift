import CLinux
import Testing
import VRRP

@testable import apus_vrrpd

@Suite("Netlink")
struct NetlinkTests {
    static let address = IPAddress.v4(IPv4Address(10, 42, 0, 240))

    private func link(_ type: Int32 = LINUX_RTM_NEWLINK, family: UInt8 = 0, flags: Int32) -> NetlinkMessage {
        var request = NetlinkRequest(type: type, flags: 0, sequence: 7)
        request.append(family)
        request.append(UInt8(0))
        request.append(UInt16(1))
        request.append(Int32(5))
        request.append(flags)
        request.append(UInt32(0))
        request.appendAttribute(LINUX_IFLA_IFNAME, Array("eth0".utf8) + [0])
        request.appendAttribute(LINUX_IFLA_ADDRESS, [2, 0, 0, 0, 0, 1])
        return NetlinkMessage.all(in: request.bytes[...])[0]
    }

    private func address(_ type: Int32) -> NetlinkMessage {
        var request = NetlinkRequest(type: type, flags: 0, sequence: 7)
        for value in [UInt8(LINUX_AF_INET), 32, 0, 0] { request.append(value) }
        request.append(Int32(5))
        request.appendAttribute(LINUX_IFA_LOCAL, Self.address.bytes)
        return NetlinkMessage.all(in: request.bytes[...])[0]
    }

    @Test("the table follows the kernel's messages")
    func table() {
        var table = LinkTable()
        table.apply(link(flags: LINUX_IFF_UP | LINUX_IFF_RUNNING))
        table.apply(address(LINUX_RTM_NEWADDR))
        table.apply(address(LINUX_RTM_NEWADDR))
        #expect(table.link(named: "eth0")?.index == 5)
        #expect(table.link(named: "eth0")?.hardwareAddress == [2, 0, 0, 0, 0, 1])
        #expect(
            table.link(named: "eth0")?.addresses == [
                InterfaceAddress(address: Self.address, prefixLength: 32)
            ]
        )
        table.apply(link(flags: LINUX_IFF_UP))
        #expect(table.link(named: "eth0")?.hasCarrier == false)
        #expect(table.link(named: "eth0")?.addresses.count == 1)
        table.apply(address(LINUX_RTM_DELADDR))
        #expect(table.link(named: "eth0")?.addresses.isEmpty == true)
        table.apply(link(LINUX_RTM_DELLINK, flags: 0))
        #expect(table.link(named: "eth0") == nil)
    }

    @Test("an address that was added is there before the kernel reports it, and goes by its report")
    func added() {
        var table = LinkTable()
        table.apply(link(flags: LINUX_IFF_UP))
        let entry = InterfaceAddress(address: Self.address, prefixLength: 32)
        table.add(entry, to: 5)
        table.apply(address(LINUX_RTM_NEWADDR))
        #expect(table.link(named: "eth0")?.addresses == [entry])
        table.apply(address(LINUX_RTM_DELADDR))
        #expect(table.link(named: "eth0")?.addresses == [])
    }

    @Test("a port that leaves its bridge is no interface that vanishes")
    func bridgePort() {
        var table = LinkTable()
        table.apply(link(flags: LINUX_IFF_UP))
        table.apply(link(LINUX_RTM_DELLINK, family: 7, flags: 0))
        #expect(table.link(named: "eth0") != nil)
    }

    @Test("cut or lying messages are no trap")
    func cut() {
        var table = LinkTable()
        var request = NetlinkRequest(type: LINUX_RTM_NEWADDR, flags: 0, sequence: 1)
        for value in 0..<24 { request.append(UInt8(value)) }
        for length in 0...request.bytes.count {
            for lie in [UInt8(0), 3, 15, 17, 39, 41, 255] {
                var bytes = Array(request.bytes.prefix(length))
                if !bytes.isEmpty { bytes[0] = lie }
                for message in NetlinkMessage.all(in: bytes[...]) {
                    table.apply(message)
                    _ = message.attribute(LINUX_IFA_LOCAL, after: 8)
                }
            }
        }
        #expect(table.links.isEmpty)
    }
}
