import Apus
import Roles
import Testing

@Suite("The roles of the system say what they do, in order")
struct SystemRolesTests {
    @Test(
        "tasks follow from parameters",
        arguments: [
            (
                Install() as any Role,
                [
                    "PackageUpgrade[upgrade]", "Package[docker.io psmisc]", "Service[docker.service]",
                ]
            ),
            (
                Install(packages: ["docker.io"], dockerUsers: ["ubuntu", "pi"]),
                [
                    "PackageUpgrade[upgrade]", "Package[docker.io]", "Service[docker.service]",
                    "User[ubuntu]",
                    "User[pi]",
                ]
            ),
            (
                Firewall(interface: "wlan0"),
                [
                    "Package[iptables]", "IPTablesRule[filter INPUT -d 224.0.0.0/8 -i wlan0 -j ACCEPT]",
                    "IPTablesRule[filter INPUT -i wlan0 -p vrrp -j ACCEPT]", "Sysctl[net.ipv4.ip_forward]",
                ]
            ),
            (RebootHost(), ["Reboot[host]"]),
            (ShutdownHost(), ["Shutdown[host]"]),
        ]
    )
    func tasks(role: any Role, resources: [String]) throws {
        #expect(try role.tasks.map(\.resourceID.description) == resources)
    }

    @Test func namesAreThoseOfTheSeedAndTitlesAreForPeople() throws {
        let roles: [any Role] = [Install(), Firewall(), RebootHost(), ShutdownHost()]
        #expect(roles.map { type(of: $0).name } == ["install", "firewall", "reboot", "shutdown"])
        #expect(
            try roles.flatMap { try $0.tasks.map(\.title) } == [
                "Update and upgrade", "Install docker.io, psmisc", "Start the Docker daemon",
                "Install iptables", "Accept multicast on eth0", "Accept VRRP on eth0", "Forward packets",
                "Reboot", "Shut down",
            ]
        )
    }
}
