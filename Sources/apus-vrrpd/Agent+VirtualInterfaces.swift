import CLinux
import VRRP

/// The interfaces with virtual MAC addresses (`use_vmac`): they come before the instance takes part, and go with it.
extension Agent {
    /// Makes what is missing as soon as the interface below it is there; the monitor says when it is ready.
    mutating func prepareVirtualInterface(of index: Int) {
        let plan = instances[index].plan
        guard let name = plan.virtualInterface, links.link(named: name) == nil,
            let base = links.link(named: plan.interface), base.isUp
        else { return }
        do throws(SystemError) {
            let address = plan.settings.virtualRouter.hardwareAddress(plan.family)
            guard try routing.addVirtualInterface(name, on: base, hardwareAddress: address) else { return }
            if plan.hasAddresses(of: .v4) { try prepareIPv4(on: name, above: plan.interface) }
            try prepareIPv6(on: name, isUsed: plan.hasAddresses(of: .v6))
            try routing.raise(name)
            instances[index].failedInterfaces = 0
        } catch {
            instances[index].failedInterfaces += 1
            let count = instances[index].failedInterfaces
            if count.isReported { Log.error("\(plan.name): \(error.description)") }
        }
    }

    /// It answers for its addresses alone, and the one below it leaves them alone.
    private func prepareIPv4(on name: String, above base: String) throws(SystemError) {
        try setKernel("ipv4", name, "arp_ignore", "1")
        try setKernel("ipv4", base, "arp_ignore", "1")
        try setKernel("ipv4", base, "arp_announce", "2")
        // A backup's has no address: the filter would take every advertisement for forged.
        try setKernel("ipv4", name, "rp_filter", "0")
        try requireNoFilter(for: name)
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

    /// Of this run or of an earlier one; only what has the virtual MAC address is ours.
    mutating func removeVirtualInterface(of index: Int) {
        let plan = instances[index].plan
        guard let name = plan.virtualInterface, let link = links.link(named: name),
            link.hardwareAddress == plan.settings.virtualRouter.hardwareAddress(plan.family)
        else { return }
        do throws(SystemError) {
            try routing.removeInterface(link)
        } catch {
            Log.error("\(plan.name): \(error.description)")
        }
    }

    /// The stricter of an interface's own setting and the one for all holds.
    private func requireNoFilter(for name: String) throws(SystemError) {
        guard try FileReader.read("/proc/sys/net/ipv4/conf/all/rp_filter").first != UInt8(ascii: "0") else {
            return
        }
        throw SystemError(
            operation: "hear advertisements on \(name) while net.ipv4.conf.all.rp_filter is on",
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
