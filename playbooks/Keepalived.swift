import Apus
import Roles

let keepalived = Playbook(
    "keepalived",
    summary: "Runs the VRRP agent with keepalived.conf files of your own; directors may be servers too"
) {
    Play("Let directors take packets for virtual addresses", on: "directors", become: .root) { host in
        DirectRouting(interface: try host.vars["vrrp_interface", default: "eth0"])
    }
    Play("Run the VRRP agent with a ready-made configuration", on: "directors", become: .root) { host in
        VRRPAgent(
            configurationFile: try host.vars.localPath("vrrp_configuration"),
            usesIPVS: try host.vars["vrrp_ipvs", default: true],
            architecture: try host.facts.supportedArchitecture
        )
    }
}
