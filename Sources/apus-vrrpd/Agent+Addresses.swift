import CLinux
import VRRP

/// What is on this machine while an instance is master. One entry that fails must not keep the others away.
extension Agent {
    mutating func addAddresses(instance index: Int) {
        for (number, entry) in instances[index].plan.addresses.enumerated() {
            do throws(SystemError) {
                guard let link = links.link(named: entry.device) else {
                    throw SystemError(
                        operation: "add \(entry.address.description) to \(entry.device)",
                        code: LINUX_ENODEV
                    )
                }
                if try routing.add(entry, to: link), !instances[index].added.contains(number) {
                    instances[index].added.append(number)
                }
            } catch {
                complain(of: error, instance: index)
            }
        }
    }

    mutating func removeAddresses(instance index: Int) {
        for number in instances[index].added {
            let entry = instances[index].plan.addresses[number]
            // With its interface, an address is gone too.
            guard let link = links.link(named: entry.device) else { continue }
            do throws(SystemError) {
                _ = try routing.remove(entry, from: link)
            } catch {
                complain(of: error, instance: index)
            }
        }
        instances[index].added = []
    }

    mutating func addRoutes(instance index: Int) {
        for (number, route) in instances[index].plan.routes.enumerated() {
            do throws(SystemError) {
                if try routing.add(route, links), !instances[index].addedRoutes.contains(number) {
                    instances[index].addedRoutes.append(number)
                }
            } catch {
                complain(of: error, instance: index)
            }
        }
    }

    mutating func removeRoutes(instance index: Int) {
        for number in instances[index].addedRoutes {
            do throws(SystemError) {
                _ = try routing.remove(instances[index].plan.routes[number], links)
            } catch {
                complain(of: error, instance: index)
            }
        }
        instances[index].addedRoutes = []
    }

    private func complain(of error: SystemError, instance index: Int) {
        Log.error("\(instances[index].plan.name): \(error.description)")
    }
}
