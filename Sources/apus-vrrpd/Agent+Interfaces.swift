import VRRP

extension Agent {
    /// Takes in what changed on the interfaces, and puts back addresses that somebody removed.
    mutating func observeInterfaces() throws(SystemError) {
        if try monitor.update(&links, rereading: &routing) { isBalancingStale = true }
        tellInterfaces()
        for index in instances.indices where instances[index].router.state == .master {
            restoreVirtualInterface(of: index)
            restoreAddresses(instance: index)
        }
        guard monitor.takeLostRoutes() else { return }
        for index in instances.indices where instances[index].router.state == .master {
            addRoutes(instance: index, areExpected: true)
        }
    }

    /// Opens and closes sockets as interfaces come and go, and tells the virtual routers.
    mutating func tellInterfaces() {
        for index in sockets.indices.reversed() {
            let socket = sockets[index]
            guard !links.links.contains(where: { $0.index == socket.index }) else { continue }
            socket.close()
            sockets.remove(at: index)
        }
        for (index, name) in plan.interfaces.enumerated() {
            let link = links.link(named: name)
            let passes = link.map { $0.isUp && $0.hasCarrier } ?? false
            guard interfaces[index] != passes else { continue }
            interfaces[index] = passes
            report(.interface(index), passes: passes)
        }
        for index in instances.indices {
            prepareVirtualInterface(of: index)
            let status = instances[index].status(in: links)
            guard status != instances[index].interface else { continue }
            switch status {
            case .up(let address):
                guard prepareSockets(for: index) else {
                    instances[index].interface = nil
                    handle(.interfaceDown(.noSocket), instance: index)
                    continue
                }
                instances[index].interface = status
                isGuardianStale = true
                handle(.interfaceUp(address), instance: index)
            case .down(let fault):
                instances[index].interface = status
                handle(.interfaceDown(fault), instance: index)
            }
        }
    }

    private mutating func prepareSockets(for instance: Int) -> Bool {
        let plan = instances[instance].plan
        do throws(SystemError) {
            for wire in plan.wires where socket(on: wire, plan.family) == nil {
                guard let link = links.link(named: wire) else { return false }
                let hears = wire.isSame(as: plan.interface)
                sockets.append(try AdvertisementSocket(on: link, family: plan.family, hears: hears))
            }
            instances[instance].failedSockets = 0
            return true
        } catch {
            // Tried again whenever something happens, so said ever more rarely.
            if instances[instance].failedSockets.countReported() {
                Log.error("\(plan.name): \(error.description)")
            }
            return false
        }
    }

    func socket(on interface: String, _ family: IPAddress.Family) -> AdvertisementSocket? {
        guard let link = links.link(named: interface) else { return nil }
        return sockets.first { $0.index == link.index && $0.family == family }
    }
}
