import Apus
import Roles

let vrrp = Playbook(
    "vrrp",
    summary: "Runs the VRRP agent, so that one balancer always holds the virtual address"
) {
    Play("Let VRRP through the firewall", on: "balancers", become: .root) { host in
        Firewall(interface: try host.vars["vrrp_interface", default: "eth0"])
    }
    Play("Run the VRRP agent", on: "balancers", become: .root) { host in
        VRRPAgent(
            virtualAddress: try host.vars["virtual_address"],
            priority: try host.vars["vrrp_priority", default: 100],
            interface: try host.vars["vrrp_interface", default: "eth0"],
            virtualRouterID: try host.vars["vrrp_router_id", default: 51],
            password: try host.vars["vrrp_password", default: nil],
            tracking: [.process("haproxy", weight: 2)],
            architecture: try host.facts.supportedArchitecture
        )
    }
}
