import Testing

@testable import HostInventory

@Suite("Variables that nobody reads")
struct MisspellingTests {
    private static let asked: Set<String> = [
        "vrrp_priority", "virtual_address", "interface", "http_port", "page", "pages", "ansible_user",
        "ansible_host", "ansible_become_password", "server1_name",
    ]

    @Test(
        "are pointed out where their names look like a typing error",
        arguments: [
            ("vrrp_prority", "vrrp_priority"), ("vrrp_piroirty", "vrrp_priority"),
            ("vrrppriority", "vrrp_priority"), ("VRRP_Priority", "vrrp_priority"),
            ("virtual_adress", "virtual_address"), ("virtual_addres", "virtual_address"),
            ("interfcae", "interface"), ("ansible_hots", "ansible_host"),
            ("ansible_become_pasword", "ansible_become_password"), ("ansible_usr", "ansible_user"),
        ]
    )
    func errors(name: String, original: String) throws {
        let inventory = try Inventory(parsing: "[g]\na\nb\n[g:vars]\n\(name)=1\n", file: "hosts.ini")
        let messages = inventory.misspellings(asked: Self.asked).map(\.description)
        #expect(
            messages == ["hosts.ini:5: nobody reads the variable '\(name)'; did you mean '\(original)'?"]
        )
    }

    @Test(
        "are left alone where their names are other words",
        arguments: [
            "https_port", "http_ports", "interfaces", "priority", "vrrp_state", "virtual_routers",
            "server2_name",
            "http_post_max", "ansible_python_interpreter", "ansible_become_exe", "ansible_become_flags",
            "ansible_ssh_pipelining", "ansible_shell_type", "ansible_host_key_checking", "ansible_facts",
            "sage",
            "page_title", "vrrp_page",
        ]
    )
    func others(name: String) throws {
        let inventory = try Inventory(parsing: "h \(name)=1\n", file: "hosts.ini")
        #expect(inventory.misspellings(asked: Self.asked).map(\.description) == [])
    }

    @Test("are left alone where their host has the variable that is read")
    func both() throws {
        let text = "a vrrp_prority=1 vrrp_priority=2\nb vrrp_priority=1\n"
        #expect(try Inventory(parsing: text, file: "hosts.ini").misspellings(asked: Self.asked).isEmpty)
    }

    @Test("are those that no reading asked for, however it read")
    func reads() throws {
        struct Settings: Decodable { let weight: Int? }
        let variables = try #require(try Inventory(parsing: "h page=1\n", file: "hosts.ini").hosts.first).vars
        let (page, names) = try VariableReads.during {
            _ = try variables.decode(Settings.self)
            _ = variables.map(\.name)
            _ = try variables["level", default: 0]
            return try variables["page"] as Int
        }
        #expect(page == 1)
        #expect(names == ["weight", "level", "page"])
    }
}
