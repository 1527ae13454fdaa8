import KeepalivedConfiguration
import Testing

@Suite("Lenient reading")
struct LenientTests {
    @Test(
        "leaves out, with a warning, what keepalived leaves out",
        arguments: [
            ("priorty 100", "7:5: unknown keyword 'priorty' in vrrp_instance"),
            ("priority 256", "7:14: 'priority' wants a number from 1 to 255, found '256'"),
            ("state SLAV", "7:11: 'state' wants MASTER or BACKUP, found 'SLAV'"),
            ("advert_int 0", "7:16: 'advert_int' wants seconds from 0.01 to 255, found '0'"),
            ("priority 100 101", "7:18: unexpected word '101' after 'priority'"),
            ("track_script {\n gone\n}", "8:2: vrrp_instance 'VI_1' tracks the undefined script 'gone'"),
            (
                "virtual_ipaddress {\n 10.0.0.999\n}",
                "8:2: wanted a virtual address such as 10.0.0.1/24, found '10.0.0.999'"
            ),
        ]
    )
    func tolerated(line: String, message: String) throws {
        let configuration = try Configuration(parsing: instance(line), file: "k.conf", isLenient: true)
        let instance = try #require(configuration.instances.first)
        let warnings = configuration.warnings.map(\.description)
        #expect(warnings.contains("k.conf:\(message); left out, as keepalived does"), "\(warnings)")
        #expect(instance.priority == 100 && instance.initialState == .backup)
        #expect(instance.virtualAddresses.map(\.address.description) == ["10.0.0.1"])
        #expect(instance.trackedScripts.isEmpty && instance.advertisementInterval == .seconds(1))
        #expect(errors(in: KeepalivedConfigurationTests.instance(line)).contains(message))
    }

    @Test(
        "keeps as errors what the agent cannot do, and what leaves nothing to do",
        arguments: ["virtual_rules {\n}", "}", "authentication {\n auth_type AH\n auth_pass x\n}"]
    )
    func refused(line: String) {
        #expect(throws: ConfigurationErrors.self) {
            try Configuration(parsing: instance(line), file: "k.conf", isLenient: true)
        }
        #expect(throws: ConfigurationErrors.self) {
            try Configuration(parsing: "vrrp_instnce a {\n}", file: "k.conf", isLenient: true)
        }
    }
}
