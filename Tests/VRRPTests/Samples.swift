import VRRP

let addressA = IPAddress.v4(IPv4Address(10, 42, 0, 73))
let addressB = IPAddress.v4(IPv4Address(10, 42, 0, 38))
let addressC = IPAddress.v4(IPv4Address(10, 42, 0, 99))
let virtualAddress = IPAddress.v4(IPv4Address(10, 42, 0, 240))

/// "2133 6501" as bytes; spaces are for the eye.
func bytes(hex: String) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }
    return stride(from: 0, to: digits.count, by: 2).map { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!
    }
}

func seconds(_ seconds: Double) -> Instant { Instant(.seconds(seconds)) }

func settings(
    priority: UInt8 = 100,
    version: Advertisement.Version = .v2,
    interval: Duration = .seconds(1),
    authentication: Authentication = .none,
    addresses: [IPAddress] = [virtualAddress],
    unicastPeers: [VirtualRouter.UnicastPeer] = [],
    preempts: Bool = true,
    preemptDelay: Duration = .zero,
    trackers: [VirtualRouter.Tracker] = [],
    isGrouped: Bool = false
) -> VirtualRouter.Settings {
    VirtualRouter.Settings(
        version: version,
        virtualRouter: VirtualRouterID(51)!,
        priority: Priority(priority),
        interval: interval,
        authentication: authentication,
        addresses: addresses,
        unicastPeers: unicastPeers,
        preempts: preempts,
        preemptDelay: preemptDelay,
        trackers: trackers,
        isGrouped: isGrouped
    )
}

func advertisement(
    priority: UInt8,
    virtualRouter: UInt8 = 51,
    version: Advertisement.Version = .v2,
    interval: Duration = .seconds(1),
    authentication: Authentication = .none,
    addresses: [IPAddress] = [virtualAddress]
) -> Advertisement {
    Advertisement(
        version: version,
        virtualRouter: VirtualRouterID(virtualRouter)!,
        priority: Priority(priority),
        interval: interval,
        authentication: authentication,
        addresses: addresses
    )
}

extension VirtualRouter {
    /// Handles an event and returns what follows from it.
    mutating func actions(after event: Event, at now: Instant) -> [Action] {
        handle(event, at: now)
        return actions()
    }

    /// Takes other settings and returns what follows from them.
    mutating func actions(afterReconfigurationTo new: Settings, at now: Instant) -> [Action] {
        reconfigure(new, at: now)
        return actions()
    }

    private mutating func actions() -> [Action] {
        var actions: [Action] = []
        while let action = nextAction() { actions.append(action) }
        return actions
    }

    /// A router that was started at 0 s with its interface up at `address`.
    static func started(
        _ settings: Settings,
        at address: IPAddress = addressA
    ) -> VirtualRouter {
        var router = VirtualRouter(settings)
        _ = router.actions(after: .interfaceUp(address), at: seconds(0))
        _ = router.actions(after: .start, at: seconds(0))
        return router
    }

    /// A router that has become master at its first deadline.
    static func master(_ settings: Settings, at address: IPAddress = addressA) -> VirtualRouter {
        var router = started(settings, at: address)
        if let deadline = router.deadline, router.state == .backup {
            _ = router.actions(after: .timer, at: deadline)
        }
        return router
    }
}
