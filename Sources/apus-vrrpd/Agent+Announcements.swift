import VRRP

extension Agent {
    mutating func announce(times: Int, instance index: Int) {
        announcements.add(times: times, of: index, addresses: instances[index].plan.addresses.count)
        announceWaiting()
    }

    /// Tells the neighbours as much as may be told now.
    mutating func announceWaiting() {
        while let (owner, number) = announcements.next(at: Clock.now) {
            let instance = instances[owner].plan
            let entry = instance.addresses[number]
            guard let link = links.link(named: entry.device), !instances[owner].missing.contains(entry)
            else { continue }
            do throws(SystemError) {
                let isRouter = entry.address.address.family == .v6 ? try forwardsIPv6() : false
                try frames.announce(entry.address.address, on: link, isRouter: isRouter)
            } catch {
                Log.error("\(instance.name): \(error.description)")
            }
        }
    }

    private func forwardsIPv6() throws(SystemError) -> Bool {
        try FileReader.read("/proc/sys/net/ipv6/conf/all/forwarding").first == UInt8(ascii: "1")
    }
}
