import Apus
import Roles

let install = Playbook("install", summary: "Upgrades every host, and installs and starts Docker") {
    Play("Install dependencies", on: "all", become: .root) { _ in
        Install()
    }
}
