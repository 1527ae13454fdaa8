import CLinux
import KeepalivedConfiguration
import VRRP

/// What is on this machine while an instance is master. One entry that fails must not keep the others away.
extension Agent {
    mutating func addAddresses(instance index: Int) {
        instances[index].missing = []
        let attempt = instances[index].failedAddresses + 1
        for entry in instances[index].plan.addresses {
            do throws(SystemError) {
                guard let link = links.link(named: entry.device) else {
                    throw SystemError(
                        operation: "add \(entry.address.description) to \(entry.device)",
                        code: LINUX_ENODEV
                    )
                }
                guard try routing.add(entry, to: link) else { continue }
                links.add(entry.address, to: link.index)
                if !instances[index].added.contains(entry) { instances[index].added.append(entry) }
            } catch {
                instances[index].missing.append(entry)
                // Tried again whenever something happens, so said ever more rarely.
                if attempt.isReported { complain(of: error, instance: index) }
            }
        }
        instances[index].failedAddresses = instances[index].missing.isEmpty ? 0 : attempt
    }

    /// Puts back addresses that somebody removed, and tries those again that could not be added.
    mutating func restoreAddresses(instance index: Int) {
        let plan = instances[index].plan
        let absent = plan.addresses.filter { entry in
            guard let link = links.link(named: entry.device) else { return false }
            return !link.addresses.contains { $0.address == entry.address.address }
        }
        let missing = instances[index].missing
        // Our own changes were reported before this look, so what was there was removed by somebody.
        if let removed = absent.first(where: { !missing.contains($0) }) {
            handle(.addressRemoved(removed.address.address), instance: index)
        } else if !absent.isEmpty {
            addAddresses(instance: index)
            guard instances[index].missing.count < missing.count else { return }
            announce(times: plan.settings.announcements.burst, instance: index)
        }
    }

    /// - Parameter kept: those of them that stay.
    mutating func removeAddresses(instance index: Int, except kept: [Plan.Address] = []) {
        for entry in instances[index].added where !kept.contains(entry) {
            // With its interface, an address is gone too.
            guard let link = links.link(named: entry.device) else { continue }
            do throws(SystemError) {
                _ = try routing.remove(entry, from: link)
            } catch {
                complain(of: error, instance: index)
            }
        }
        instances[index].added.removeAll { !kept.contains($0) }
    }

    /// - Parameter areExpected: whether they should be there, so that one that is not was removed by somebody.
    mutating func addRoutes(instance index: Int, areExpected: Bool = false) {
        for route in instances[index].plan.routes {
            do throws(SystemError) {
                guard try routing.add(route, links) else { continue }
                if areExpected {
                    let route: Message = "the route to \(route.destination.description)"
                    let name: Message = "\(instances[index].plan.name): "
                    Log.info((name + route + " was removed by somebody: added again").text)
                }
                if !instances[index].addedRoutes.contains(route) {
                    instances[index].addedRoutes.append(route)
                }
            } catch {
                // Tried again with each change of routes, so said ever more rarely.
                if instances[index].failedRoutes.countReported() { complain(of: error, instance: index) }
            }
        }
    }

    /// - Parameter kept: those of them that stay.
    mutating func removeRoutes(instance index: Int, except kept: [Plan.Route] = []) {
        for route in instances[index].addedRoutes where !kept.contains(route) {
            do throws(SystemError) {
                _ = try routing.remove(route, links)
            } catch {
                complain(of: error, instance: index)
            }
        }
        instances[index].addedRoutes.removeAll { !kept.contains($0) }
    }

    private func complain(of error: SystemError, instance index: Int) {
        Log.error("\(instances[index].plan.name): \(error.description)")
    }
}
