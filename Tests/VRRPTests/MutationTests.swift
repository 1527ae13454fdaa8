import Foundation
import MutationSupport
import Testing
import VRRP

/// Packets that nobody would send, all the way into a master and a backup.
///
/// 20,000 of them; `APUS_MUTATIONS=1000000` asks for more, and then for a memory that stays as it is.
@Suite("Mutated packets")
struct MutationTests {
    private static let allowedGrowth = 8 << 20

    /// IPv4 with version 2, with a password, with version 3, and IPv6.
    private static let packets: [[UInt8]] = {
        let v4 = "45c00028 00000000 ff700000 0a2a0026 e0000012"
        let v6 = "60000000 0028 70 ff fe80" + String(repeating: "0", count: 24) + "0001"
        return [
            v4 + "21336501 00016f03 0a630064 00000000 00000000",
            v4 + "21336501 0101a05a 0a630064 70617373776f7264",
            v4 + "31336501 000a7407 0a630064 0000000000000000",
            v6 + "ff02" + String(repeating: "0", count: 26) + "12" + "31336502 00646e1c"
                + String(repeating: "fe800000000000000000000000000001", count: 2),
        ].map { bytes(hex: $0) }
    }()

    @Test("are no trap, and cost no memory")
    func mutations() throws {
        var generator = SeededGenerator(seed: 112)
        var routers = [VirtualRouter.master(settings()), .started(settings(version: .v3))]
        let rounds = Mutator.askedRounds ?? 20_000
        var before = 0
        var accepted = 0
        for round in 0..<rounds {
            if round == rounds / 10 { before = try Self.residentBytes() }
            let packet = Self.mutated(&generator)
            guard let datagram = try? Datagram(packet: packet),
                let advertisement = try? Advertisement(datagram)
            else { continue }
            accepted += 1
            let now = Instant(.milliseconds(round))
            for index in routers.indices {
                _ = routers[index].actions(after: .received(advertisement, from: datagram.source), at: now)
                _ = routers[index].actions(after: .timer, at: now)
            }
        }
        #expect(accepted > rounds / 20, "most mutations never get beyond the checksum")
        if Mutator.askedRounds != nil {
            let growth = try Self.residentBytes() - before
            #expect(growth < Self.allowedGrowth, "the memory grew by \(growth) bytes")
        }
    }

    /// Some bytes changed, and the end cut off or not; every other one with a checksum that is right nonetheless.
    private static func mutated(_ generator: inout SeededGenerator) -> [UInt8] {
        var packet = packets.randomElement(using: &generator) ?? []
        let header = packet[0] >> 4 == 4 ? 20 : 40
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            packet[Int.random(in: 0..<packet.count, using: &generator)] = .random(
                in: 0...255,
                using: &generator
            )
        }
        if Bool.random(using: &generator) {
            let sum = stride(from: header, to: packet.count, by: 2).reduce(UInt32(0)) { sum, index in
                index == header + 6 ? sum : sum + UInt32(packet[index]) << 8 + UInt32(packet[index + 1])
            }
            let folded = (sum & 0xffff) + sum >> 16
            let checksum = ~UInt16(truncatingIfNeeded: folded + folded >> 16)
            packet[header + 6] = UInt8(checksum >> 8)
            packet[header + 7] = UInt8(checksum & 0xff)
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            packet.removeLast(Int.random(in: 0..<packet.count, using: &generator))
        }
        return packet
    }

    private static func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(pages[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
