import Apus
import Roles

let reboot = Playbook(
    "reboot",
    summary: "Reboots the cluster one host at a time; no request to the virtual address fails"
) {
    Play("Reboot the servers", on: "servers", become: .root, serial: 1, anyFailureStopsAll: true) { host in
        RebootServer(
            backend: try host.vars["page"],
            balancers: try host.inventory.hosts(matching: "balancers").map(\.name)
        )
    } gates: { host in
        DockerBalancer.serves(try host.vars["page"], on: "balancers")
    }
    // The preferred one comes last, so that the address moves only twice.
    Play(
        "Reboot the balancers",
        on: "balancers",
        become: .root,
        serial: 1,
        anyFailureStopsAll: true,
        order: .reverse
    ) { host in
        RebootBalancer(
            virtualAddress: try host.vars["virtual_address"],
            standIns: try host.inventory.hosts(matching: "balancers").filter {
                try $0.vars["vrrp_priority", default: 100] < host.vars["vrrp_priority", default: 100]
            }.map(\.name)
        )
    } gates: { host in
        DockerBalancer.answers(on: Pattern(host.name))
        VRRPAgent.isSettled(on: "balancers")
    }
    Play("Reboot the others", on: "all:!servers:!balancers", become: .root, serial: 1) { _ in
        RebootHost()
    }
}

let serverShutdown = Playbook("servershutdown", summary: "Powers all hosts off") {
    Play("Shut down", on: "all", become: .root) { _ in
        ShutdownHost()
    }
}
