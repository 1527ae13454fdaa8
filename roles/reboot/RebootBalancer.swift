public import Apus

/// Restarts a balancer while another one has its virtual address, without a request that fails. Give its play
/// `serial: 1`, and the gates `DockerBalancer.answers` and `VRRPAgent.isSettled`.
///
/// A move of the address breaks the connections that are open. So new ones are held up while it moves, and open ones
/// come to their end first, on the way to another balancer and on the way back.
public struct RebootBalancer: Role {
    public static let name = "reboot"

    /// Without a prefix length.
    public var virtualAddress: String
    /// Hosts of the inventory with a lower VRRP priority, one of which has the address while this host is down.
    public var standIns: [String]

    public init(virtualAddress: String, standIns: [String]) {
        self.virtualAddress = virtualAddress
        self.standIns = standIns
    }

    public var tasks: [Play.Task] {
        let hold = AddressHold(address: virtualAddress)
        Block {
            hold.begin
            VRRPAgent.leave(where: hold.hasAddress)
            hold.seeAnother()
            RebootHost()
        } always: {
            for standIn in standIns { hold.begin.delegate(to: standIn) }
            VRRPAgent.join
            for standIn in standIns {
                VRRPAgent.handBack(where: hold.hasAddress).delegate(to: standIn)
                hold.seeAnother().delegate(to: standIn)
                hold.end.delegate(to: standIn)
            }
            hold.end
        }
    }
}
