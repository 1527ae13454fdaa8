import CLinux
import VRRP

/// The interfaces with virtual MAC addresses (`use_vmac`): they come before the instance takes part, and go with it.
///
/// They are up while it is master. A backup's must not say a word, such as that it listens to a multicast group:
/// switches would look for the master there.
extension Agent {
    /// Makes what is missing as soon as the interface below it is there; where that fails, the instance takes no part.
    mutating func prepareVirtualInterface(of index: Int) {
        let plan = instances[index].plan
        guard let name = plan.virtualInterface, links.link(named: name) == nil,
            let base = links.link(named: plan.interface), base.isUp
        else { return }
        do throws(SystemError) {
            let address = plan.settings.virtualRouter.hardwareAddress(plan.family)
            if plan.hasAddresses(of: .v4) { try requireNoFilter(for: name) }
            guard try routing.addVirtualInterface(name, on: base, hardwareAddress: address) else { return }
            if plan.hasAddresses(of: .v4) { try prepareIPv4(on: name, above: plan.interface) }
            try prepareIPv6(on: name, isUsed: plan.hasAddresses(of: .v6))
            instances[index].failedInterfaces = 0
        } catch {
            guard instances[index].failedInterfaces.countReported() else { return }
            Log.error("\(plan.name): \(error.description)")
        }
    }

    mutating func setVirtualInterface(of index: Int, isUp: Bool) {
        guard let link = virtualLink(of: index) else { return }
        do throws(SystemError) {
            try routing.set(link, isUp: isUp)
        } catch {
            Log.error("\(instances[index].plan.name): \(error.description)")
        }
    }

    /// Raises a master's again where somebody lowered it.
    mutating func restoreVirtualInterface(of index: Int) {
        guard virtualLink(of: index)?.isUp == false else { return }
        setVirtualInterface(of: index, isUp: true)
    }

    /// Of this run or of an earlier one.
    mutating func removeVirtualInterface(of index: Int) {
        guard let link = virtualLink(of: index) else { return }
        do throws(SystemError) {
            try routing.removeInterface(link)
        } catch {
            Log.error("\(instances[index].plan.name): \(error.description)")
        }
    }

    /// Only what has the virtual MAC address is ours.
    private func virtualLink(of index: Int) -> Link? {
        let plan = instances[index].plan
        guard let name = plan.virtualInterface, let link = links.link(named: name),
            link.hardwareAddress == plan.settings.virtualRouter.hardwareAddress(plan.family)
        else { return nil }
        return link
    }

    /// It answers for its addresses alone, and the one below it leaves them alone.
    private func prepareIPv4(on name: String, above base: String) throws(SystemError) {
        try setKernel("ipv4", name, "arp_ignore", "1")
        try setKernel("ipv4", base, "arp_ignore", "1")
        try setKernel("ipv4", base, "arp_announce", "2")
        // Packets come in here, and the way back is that of the interface below: the filter would take them for forged.
        try setKernel("ipv4", name, "rp_filter", "0")
        try setKernel("ipv4", name, "accept_local", "1")
    }

    /// It has the virtual addresses alone: a link-local one of the virtual MAC address would be that of every router
    /// here, and one that it makes from a router's announcements would be no virtual one.
    private func prepareIPv6(on name: String, isUsed: Bool) throws(SystemError) {
        try setKernel("ipv6", name, "disable_ipv6", isUsed ? "0" : "1")
        guard isUsed else { return }
        // None is made (IN6_ADDR_GEN_MODE_NONE).
        try setKernel("ipv6", name, "addr_gen_mode", "1")
        try setKernel("ipv6", name, "accept_ra", "0")
    }

    /// The stricter of an interface's own setting and the one for all holds.
    private func requireNoFilter(for name: String) throws(SystemError) {
        guard try FileReader.read("/proc/sys/net/ipv4/conf/all/rp_filter").first != UInt8(ascii: "0") else {
            return
        }
        throw SystemError(
            operation: "take packets on \(name) while net.ipv4.conf.all.rp_filter is on",
            code: LINUX_EINVAL,
            remedy: "sysctl net.ipv4.conf.all.rp_filter=0"
        )
    }

    /// Kernels without IPv6 lack its settings.
    private func setKernel(
        _ family: String,
        _ interface: String,
        _ setting: String,
        _ value: String
    ) throws(SystemError) {
        let path = "/proc/sys/net/\(family)/conf/\(interface)/\(setting)"
        let result = linux_set(path, value)
        if result == -LINUX_ENOENT, family.isSame(as: "ipv6") { return }
        _ = try check(result, "write \(value) to \(path)")
    }
}
