import CLinux
import KeepalivedConfiguration
import LoadBalancing
import VRRP

extension Agent {
    /// Sees to it that the kernel spreads connections as the services' health and this node's part want it, and keeps
    /// out what is for addresses that accept nothing.
    mutating func balance() {
        let now = Clock.now
        guard isBalancingStale || balancer.deadline.map({ $0 <= now }) ?? false else { return }
        isBalancingStale = false
        var desired: [VirtualService] = []
        var standby: [VirtualService] = []
        for service in services {
            for key in service.plan.keys {
                let (owner, device) = holder(of: key)
                let isMaster = serves(owner)
                if let one = service.desired(key, isMaster: isMaster, device: device, links) {
                    desired.append(one)
                }
                guard !isMaster,
                    let one = service.desired(key, isMaster: true, device: device, links)
                else { continue }
                standby.append(one)
            }
        }
        var closed: [IPAddress] = []
        for index in instances.indices where !instances[index].plan.accepts {
            // A backup's too: where there is no such address, there is nothing to keep out.
            closed += instances[index].plan.addresses.map { $0.address.address }
        }
        balancer.apply(desired, standby: standby, closing: closed, at: now)
    }

    /// The virtual router that has its address, if one does, and the interface where.
    @inline(never)
    func holder(of key: ServiceKey) -> (owner: Int?, device: [UInt8]?) {
        guard case .endpoint(let target, _) = key else { return (nil, nil) }
        for index in instances.indices {
            guard let device = instances[index].holder(of: target.address) else { continue }
            return (index, device)
        }
        return (nil, nil)
    }

    /// Whether this node spreads the connections to an address of that virtual router; nil: of none.
    func serves(_ owner: Int?) -> Bool {
        owner.map { instances[$0].router.state == .master } ?? true
    }

    /// At the end: with `omega`, it counts as losing all servers.
    mutating func stopBalancing() {
        balancer.remove()
        for service in services where isEnding && service.plan.notifiesAtEnd {
            let plan = service.plan
            for index in plan.servers.indices where service.pool.isUp(index) {
                notify(plan.servers[index].notifyDown, ofService: plan.name)
            }
            if service.pool.hasQuorum { notify(plan.quorumDown, ofService: plan.name) }
        }
    }

    /// Tells the service whose server a check looks at, if it is one of those.
    mutating func reportToServices(_ check: Int, passes: Bool) {
        for service in services.indices {
            let servers = services[service].plan.servers
            for server in servers.indices {
                guard let number = servers[server].checks.firstIndex(of: check) else { continue }
                let changes = services[service].pool.report(check: number, of: server, passes: passes)
                if !changes.isEmpty { isBalancingStale = true }
                for change in changes { tell(of: change, because: checks[check].failure, service: service) }
            }
        }
    }

    private mutating func tell(of change: ServerPool.Change, because failure: String?, service index: Int) {
        let service = services[index].plan
        switch change {
        case .server(let server, let isUp):
            services[index].since[server] = Clock.now
            let server = service.servers[server]
            var text: Message = "\(service.name): \(server.target.description) is \(isUp ? "up" : "down")"
            if !isUp, let failure { text = text + ": \(failure)" }
            Log.info(text.text)
            notify(isUp ? server.notifyUp : server.notifyDown, ofService: service.name)
        case .quorum(let isReached):
            let text: Message = "\(service.name): \(isReached ? "has a quorum" : "lost its quorum")"
            let isSorry = !isReached && service.sorryServer != nil
            Log.info((isSorry ? text + ": the sorry server takes over" : text).text)
            notify(isReached ? service.quorumUp : service.quorumDown, ofService: service.name)
        }
    }

    /// Translated packets have to be forwarded, which the administrator allows, not the agent.
    func requireForwarding() {
        requireForwarding(.v4, setting: "net.ipv4.ip_forward")
        requireForwarding(.v6, setting: "net.ipv6.conf.all.forwarding")
    }

    private func requireForwarding(_ family: IPAddress.Family, setting: String) {
        let translated = services.first {
            $0.plan.forwarding == .translation && $0.plan.keys.first?.family == family
        }
        guard let service = translated else { return }
        do throws(SystemError) {
            let path = setting.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }
            let file = "/proc/sys/" + String(decoding: path, as: UTF8.self)
            guard try FileReader.read(file).first != UInt8(ascii: "1") else { return }
            let what: Message = "\(service.plan.name): 'lb_kind NAT' reaches no other machine while "
            Log.error((what + "\(setting) is 0\n  try: sysctl \(setting)=1").text)
        } catch {
            Log.error(error.description)
        }
    }
}
