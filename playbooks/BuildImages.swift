import Apus
import Roles

let buildImages = Playbook(
    "buildimages",
    summary: "Builds and runs nginx on the servers, HAProxy on the balancers"
) {
    Play("Build and run nginx", on: "servers", become: .root) { host in
        DockerServer(page: try host.vars["page"])
    }
    Play("Build and run HAProxy", on: "balancers", become: .root) { host in
        DockerBalancer(
            backends: try host.inventory.hosts(matching: "servers").map { server in
                .init(name: try server.vars["page"], address: try server.connection.address)
            }
        )
    }
}
