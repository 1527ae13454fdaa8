import CLinux

/// The kernel's load balancer ip_vs, by generic netlink.
struct IPVSSocket {
    private var netlink: NetlinkSocket
    /// The number by which the kernel knows ip_vs.
    private let family: Int32

    private static let familyName = "IPVS"
    /// struct genlmsghdr.
    private static let headerLength = 4

    /// The kernel loads its module where it has one.
    ///
    /// - Throws: ENOENT where the kernel has no ip_vs.
    init() throws(SystemError) {
        let operation = "find ip_vs in the kernel"
        netlink = try NetlinkSocket(linux_generic_netlink_socket())
        var request = netlink.begin(LINUX_GENL_ID_CTRL, flags: LINUX_NLM_F_ACK)
        request.append(Self.header(LINUX_CTRL_CMD_GETFAMILY))
        request.append(attribute(LINUX_CTRL_ATTR_FAMILY_NAME, Self.familyName))
        let answer = try netlink.exchange(request, operation).first
        let attributes = answer?.payload.dropFirst(Self.headerLength)
        guard let number = attributes?.number(LINUX_CTRL_ATTR_FAMILY_ID, as: UInt16.self) else {
            throw SystemError(operation: operation, code: LINUX_ENOENT)
        }
        family = Int32(number)
    }

    /// Every service with its destinations.
    mutating func services() throws(SystemError) -> [IPVSService] {
        var services: [IPVSService] = []
        for answer in try list(LINUX_IPVS_CMD_GET_SERVICE, []) {
            guard let attributes = answer.attribute(LINUX_IPVS_CMD_ATTR_SERVICE, after: Self.headerLength),
                var service = IPVSService(attributes: attributes[...])
            else { continue }
            let name = attribute(LINUX_IPVS_CMD_ATTR_SERVICE, service.attributes)
            for answer in try list(LINUX_IPVS_CMD_GET_DEST, name) {
                guard let attributes = answer.attribute(LINUX_IPVS_CMD_ATTR_DEST, after: Self.headerLength),
                    let destination = IPVSService.Destination(attributes: attributes[...], of: service.key)
                else { continue }
                service.destinations.append(destination)
            }
            services.append(service)
        }
        return services
    }

    mutating func perform(_ change: IPVSChange) throws(SystemError) {
        var request = netlink.begin(family, flags: LINUX_NLM_F_ACK)
        request.append(Self.header(change.command) + change.attributes)
        do throws(SystemError) {
            _ = try netlink.exchange(request, change.description)
        } catch {
            guard error.code == LINUX_ENOENT, change.destination == nil else { throw error }
            let scheduler = String(decoding: change.service.scheduler, as: UTF8.self)
            let remedy = "modprobe ip_vs_\(scheduler), or another 'lb_algo': the kernel lacks this one"
            throw SystemError(operation: error.operation, code: error.code, remedy: remedy)
        }
    }

    private mutating func list(_ command: Int32, _ attributes: [UInt8]) throws(SystemError)
        -> [NetlinkMessage]
    {
        var request = netlink.begin(family, flags: LINUX_NLM_F_DUMP)
        request.append(Self.header(command) + attributes)
        return try netlink.exchange(request, "list the services of ip_vs")
    }

    private static func header(_ command: Int32) -> [UInt8] {
        [UInt8(command), UInt8(LINUX_IPVS_GENL_VERSION), 0, 0]
    }
}
