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

    @Test("Ansible's names work, and Apus's win")
    func names() throws {
        let settings = try connection(
            """
            ansible_host=10.0.0.1 ansible_port=22 apus_port=2222 ansible_user=ubuntu ansible_become=yes \
            ansible_become_user=root ansible_become_method=sudo ansible_become_password=0123 ansible_timeout=5 \
            apus_host_key_checking=accept-new ansible_connection=local \
            ansible_ssh_common_args="-o ProxyCommand='ssh -W #%h' -C" ansible_ssh_extra_args="-p 22"
            """
        )
        #expect(settings.address == "10.0.0.1")
        #expect(settings.port == 2222)
        #expect(settings.user == "ubuntu")
        #expect(settings.become == true)
        #expect(settings.becomeUser == "root" && settings.becomeMethod == "sudo")
        #expect(settings.becomePassword?.revealed == "0123")
        #expect(settings.connectTimeout == .seconds(5))
        #expect(settings.hostKeyChecking == .acceptNew)
        #expect(settings.kind == "local")
        #expect(
            settings.sshArguments.map(\.words) == [["-o", "ProxyCommand=ssh -W #%h", "-C"], ["-p", "22"]]
        )
        #expect(settings.sshArguments.first?.variable == "ansible_ssh_common_args")
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
