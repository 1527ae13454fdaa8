import VRRP

#if hasFeature(Embedded)
import CLinux
#endif

/// A story of two routers, told in lines of text: the same on every architecture. Packets go through the bytes.
struct Replay {
    private struct Node {
        let name: String
        let address: IPAddress
        var router: VirtualRouter
        var isConnected = true
        /// What it sent last, so that only what is new is told.
        var sent: [UInt8] = []
    }

    private var nodes: [Node]
    private var steps: [(at: Duration, node: Int, event: VirtualRouter.Event)]
    private var now = Instant(.zero)
    private var text = ""

    /// Version 2 over IPv4 with a password, then version 3 over IPv6 with another interval.
    static var transcript: String {
        let password = Password([UInt8]("password".utf8))
        let (first, second) = (IPv4Address(10, 42, 0, 73), IPv4Address(10, 42, 0, 38))
        var old = Replay(
            addresses: [.v4(first), .v4(second)],
            virtual: .v4(IPv4Address(10, 42, 0, 240)),
            version: .v2,
            interval: .seconds(1),
            authentication: .password(password)
        )
        let network: UInt64 = 0xfe80_0000_0000_0000
        var new = Replay(
            addresses: [.v6(IPv6Address(high: network, low: 1)), .v6(IPv6Address(high: network, low: 2))],
            virtual: .v6(IPv6Address(high: network, low: 240)),
            version: .v3,
            interval: .milliseconds(250),
            authentication: .none
        )
        return old.run() + new.run()
    }

    private init(
        addresses: [IPAddress],
        virtual: IPAddress,
        version: Advertisement.Version,
        interval: Duration,
        authentication: Authentication
    ) {
        nodes = [(name: "a", priority: Priority(101)), ("b", Priority(100))].enumerated().map { index, node in
            let settings = VirtualRouter.Settings(
                version: version,
                virtualRouter: VirtualRouterID(51)!,
                priority: node.priority,
                interval: interval,
                authentication: authentication,
                addresses: [virtual],
                trackers: [VirtualRouter.Tracker(name: "haproxy", weight: 2)]
            )
            return Node(name: node.name, address: addresses[index], router: VirtualRouter(settings))
        }
        steps = [
            (.zero, 0, .interfaceUp(addresses[0])), (.zero, 1, .interfaceUp(addresses[1])),
            (.zero, 0, .tracker(0, passes: true)), (.zero, 1, .tracker(0, passes: true)),
            (.zero, 0, .start), (.zero, 1, .start),
            (.seconds(10), 0, .tracker(0, passes: false)), (.seconds(20), 0, .tracker(0, passes: true)),
            (.seconds(30), 0, .interfaceDown(.noCarrier)), (.seconds(35), 0, .interfaceUp(addresses[0])),
            (.seconds(40), 0, .addressRemoved(virtual)), (.seconds(45), 0, .shutdown),
        ]
    }

    private mutating func run() -> String {
        while let step = steps.first {
            var due: (at: Instant, node: Int)?
            for node in nodes.indices {
                guard let deadline = nodes[node].router.deadline, deadline < due?.at ?? Instant(step.at)
                else {
                    continue
                }
                due = (deadline, node)
            }
            if let due {
                now = due.at
                handle(.timer, by: due.node)
            } else {
                now = Instant(step.at)
                steps.removeFirst()
                follow(step.event, by: step.node)
            }
        }
        return text
    }

    private mutating func follow(_ event: VirtualRouter.Event, by node: Int) {
        if case .interfaceDown = event { nodes[node].isConnected = false }
        if case .interfaceUp = event { nodes[node].isConnected = true }
        handle(event, by: node)
    }

    private mutating func handle(_ event: VirtualRouter.Event, by node: Int) {
        nodes[node].router.handle(event, at: now)
        while let action = nodes[node].router.nextAction() {
            switch action {
            case .send(let advertisement): send(advertisement, from: node)
            case .addAddresses: tell("adds the address", node)
            case .removeAddresses: tell("removes the address", node)
            case .announce(let times): tell("announces it \(times) times", node)
            case .changed(let change):
                let states = "\(change.from.description) → \(change.to.description)"
                tell("\(states): \(change.reason.description)", node)
            case .note(let note): tell(note.description, node)
            }
        }
    }

    private mutating func send(_ advertisement: Advertisement, from node: Int) {
        let source = nodes[node].address
        let group = Datagram.multicastGroup(source.family)
        let message = advertisement.emit(from: source, to: group)
        if message != nodes[node].sent { tell("sends \(hexadecimal(message))", node) }
        nodes[node].sent = message
        guard nodes[node].isConnected else { return }
        for other in nodes.indices where other != node && nodes[other].isConnected {
            do throws(Rejection) {
                let datagram = Datagram(
                    source: source,
                    destination: group,
                    hopLimit: Datagram.requiredHopLimit,
                    payload: message
                )
                handle(.received(try Advertisement(datagram), from: source), by: other)
            } catch {
                tell("rejects a packet: \(error.description)", other)
            }
        }
    }

    private mutating func tell(_ what: String, _ node: Int) {
        text += "\(now.sinceOrigin.secondsText) \(nodes[node].name): \(what)\n"
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = [UInt8]("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] },
            as: UTF8.self
        )
    }
}

#if hasFeature(Embedded)
@c(main)
func entry(count: Int32, values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    let bytes = Array(Replay.transcript.utf8)
    let written = bytes.withUnsafeBytes { linux_write(1, $0.baseAddress, Int64($0.count)) }
    return written == Int64(bytes.count) ? 0 : 1
}
#endif
