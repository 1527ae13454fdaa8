import Apus
import Roles

let reboot = Playbook(
    "reboot",
    summary: "Reboots the hosts one at a time, each when the one before it is back"
) {
    Play("Reboot", on: "all", become: .root, serial: 1) { _ in
        RebootHost()
    }
}

let serverShutdown = Playbook("servershutdown", summary: "Powers all hosts off") {
    Play("Shut down", on: "all", become: .root) { _ in
        ShutdownHost()
    }
}
