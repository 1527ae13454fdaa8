import Foundation
import HostInventory
import Testing

@Suite("Connection variables")
struct ConnectionTests {
    private func connection(_ assignments: String, file: String = "inventories/ha.ini") throws
        -> ConnectionSettings
    {
        try Inventory(parsing: "pi1 \(assignments)", file: file).hosts[0].connection
    }

    @Test("nothing said gives the host's name and leaves the rest open")
    func defaults() throws {
        let settings = try connection("")
        #expect(settings.address == "pi1")
        #expect(settings.kind == "ssh")
        #expect(settings.port == nil && settings.user == nil && settings.connectTimeout == nil)
        #expect(settings.hostKeyChecking == nil && settings.becomePassword?.revealed == nil)
    }

    struct Setting: CustomTestStringConvertible, Sendable {
        /// The first wins; the others are Ansible's, older ones behind.
        let names: String
        let value: String
        let other: String
        let read: @Sendable (ConnectionSettings) -> String?

        var testDescription: String { names }
    }

    static let settings = [
        Setting(names: "apus_host ansible_host ansible_ssh_host", value: "10.0.0.1", other: "x") {
            $0.address
        },
        Setting(names: "apus_port ansible_port ansible_ssh_port", value: "2222", other: "22") {
            $0.port.map { "\($0)" }
        },
        Setting(names: "apus_user ansible_user ansible_ssh_user", value: "ubuntu", other: "pi") { $0.user },
        Setting(
            names: "apus_password ansible_password ansible_ssh_pass ansible_ssh_password",
            value: "0123",
            other: "x"
        ) { $0.password?.revealed },
        Setting(
            names: "apus_private_key_file ansible_private_key_file ansible_ssh_private_key_file",
            value: "/id",
            other: "/x"
        ) { $0.privateKeyFile },
        Setting(names: "apus_known_hosts_file", value: "/known", other: "") { $0.knownHostsFile },
        Setting(
            names: "apus_host_key_checking ansible_host_key_checking ansible_ssh_host_key_checking",
            value: "accept-new",
            other: "yes"
        ) { $0.hostKeyChecking?.rawValue },
        Setting(
            names: "apus_connect_timeout ansible_ssh_timeout ansible_timeout",
            value: "5",
            other: "7"
        ) { $0.connectTimeout.map { "\($0 / .seconds(1))".replacing(".0", with: "") } },
        Setting(names: "apus_become ansible_become", value: "true", other: "no") {
            $0.become.map { "\($0)" }
        },
        Setting(names: "apus_become_user ansible_become_user", value: "app", other: "x") { $0.becomeUser },
        Setting(names: "apus_become_method ansible_become_method", value: "doas", other: "su") {
            $0.becomeMethod
        },
        Setting(
            names: "apus_become_password ansible_become_password ansible_become_pass",
            value: "0123",
            other: "x"
        ) { $0.becomePassword?.revealed },
        Setting(names: "apus_connection ansible_connection", value: "docker:web", other: "ssh") { $0.kind },
        Setting(names: "apus_ssh_common_args ansible_ssh_common_args", value: "-C", other: "-v") {
            $0.sshArguments.first?.words.joined()
        },
        Setting(names: "apus_ssh_extra_args ansible_ssh_extra_args", value: "-C", other: "-v") {
            $0.sshArguments.last?.words.joined()
        },
    ]

    @Test("each has its names, of which Apus's wins", arguments: settings)
    func names(setting: Setting) throws {
        let names = setting.names.split(separator: " ").map(String.init)
        for name in names {
            #expect(try setting.read(connection("\(name)=\(setting.value)")) == setting.value)
        }
        let others = names.dropFirst().map { "\($0)=\(setting.other)" }
        let all = (others + ["\(names[0])=\(setting.value)"]).joined(separator: " ")
        #expect(try setting.read(connection(all)) == setting.value)
    }

    @Test("arguments for ssh are split as a shell would, common ones first")
    func arguments() throws {
        let settings = try connection(
            """
            ansible_ssh_extra_args="-p 22" ansible_ssh_common_args="-o ProxyCommand='ssh -W #%h' -C"
            """
        )
        #expect(
            settings.sshArguments.map(\.words) == [["-o", "ProxyCommand=ssh -W #%h", "-C"], ["-p", "22"]]
        )
        #expect(settings.sshArguments.first?.variable == "ansible_ssh_common_args")
    }

    @Test("those for Ansible's own needs are nobody's business")
    func ignored() throws {
        let text =
            "pi1 ansible_python_interpreter=/usr/bin/python3 ansible_shell_type=sh ansible_pipelining=yes"
        let inventory = try Inventory(parsing: text, file: "hosts.ini")
        #expect(inventory.warnings.isEmpty)
        #expect("\(try inventory.hosts[0].connection)" == "\(try connection(""))")
    }

    @Test(
        "relative paths start at the inventory's directory",
        arguments: [
            ("../lab/key", "inventories/ha.ini", "lab/key"), ("key", "/srv/x/ha.ini", "/srv/x/key"),
            ("./a/../key", "ha.ini", "key"), ("../key", "ha.ini", "../key"), ("/k", "ha.ini", "/k"),
            ("../../../k", "/a/ha.ini", "/k"),
        ]
    )
    func paths(path: String, file: String, resolved: String) throws {
        let settings = try connection(
            "ansible_ssh_private_key_file=\(path) apus_known_hosts_file=\(path)",
            file: file
        )
        #expect(settings.privateKeyFile == resolved)
        #expect(settings.knownHostsFile == resolved)
    }

    @Test("a tilde is the home directory")
    func home() throws {
        let home = try #require(ProcessInfo.processInfo.environment["HOME"])
        #expect(
            try connection("ansible_private_key_file=~/.ssh/id_rsa").privateKeyFile == "\(home)/.ssh/id_rsa"
        )
    }

    @Test("all that is wrong comes at once, and no password is shown")
    func errors() {
        let shown = message {
            try connection(
                "ansible_port=0 ansible_become=perhaps ansible_become_method=magic ansible_become_password=[1] "
                    + "ansible_timeout=-1 apus_host_key_checking=maybe ansible_ssh_common_args=\"-o 'x\""
            )
        }
        let place = "inventories/ha.ini:1: host pi1: variable"
        #expect(
            shown == """
                \(place) 'ansible_port': wanted a port (1…65535), found '0'
                \(place) 'apus_host_key_checking': wanted strict or accept-new, found 'maybe'
                \(place) 'ansible_timeout': wanted Duration (seconds, or with a unit: 500ms, 2s, 5m, 1h) above 0, found '-1'
                \(place) 'ansible_become': wanted Bool (true or false, yes or no, on or off, 1 or 0), found 'perhaps'
                \(place) 'ansible_become_method': wanted sudo, su or doas, found 'magic'
                \(place) 'ansible_become_password': wanted String, found «hidden»
                \(place) 'ansible_ssh_common_args': wanted arguments whose quotes are closed, found '-o 'x'
                """
        )
    }

    @Test("a secret has no printable form")
    func secret() throws {
        let settings = try connection("ansible_become_password=hunter2 ansible_password=hunter2")
        var shown = "\(settings) \(String(reflecting: settings))"
        dump(settings, to: &shown)
        #expect(!shown.contains("hunter2"))
    }
}
