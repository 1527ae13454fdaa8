import CLinux
import KeepalivedConfiguration
import VRRP

/// What is on this machine while an instance is master. One entry that fails must not keep the others away.
extension Agent {
    mutating func addAddresses(instance index: Int) {
        for entry in instances[index].plan.addresses {
            do throws(SystemError) {
                guard let link = links.link(named: entry.device) else {
                    throw SystemError(
                        operation: "add \(entry.address.description) to \(entry.device)",
                        code: LINUX_ENODEV
                    )
                }
                if try routing.add(entry, to: link), !instances[index].added.contains(entry) {
                    instances[index].added.append(entry)
                }
            } catch {
                complain(of: error, instance: index)
            }
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
                instances[index].failedRoutes += 1
                let count = instances[index].failedRoutes
                if count.isReported { complain(of: error, instance: index) }
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
