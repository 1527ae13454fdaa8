import HostInventory
import Provisioning
import Testing

@testable import Resources

@Suite("Commands, reboots and shutdowns")
struct CommandTests {
    @Test(
        "runs unless a guard says that it need not",
        arguments: [
            (Command(["make"]), nil, nil, nil, true),
            (Command(["make"], creates: "/x"), nil, nil, nil, true),
            (Command(["make"], creates: "/x"), FileState(), nil, nil, false),
            (Command(["make"], unless: ["true"]), nil, 0, nil, false),
            (Command(["make"], unless: ["false"]), nil, 1, nil, true),
            (Command(["make"], onlyIf: ["true"]), nil, nil, 0, true),
            (Command(["make"], onlyIf: ["false"]), nil, nil, 1, false),
        ] as [(Command, FileState?, Int32?, Int32?, Bool)]
    )
    func guards(command: Command, created: FileState?, unless: Int32?, onlyIf: Int32?, runs: Bool) throws {
        try command.validate()
        let plan = command.plan(from: .init(created: created, unless: unless, onlyIf: onlyIf))
        #expect(plan.titles == (runs ? ["make"] : []))
    }

    @Test func onlyWhatCreatesSomethingIsSeenAfterwards() {
        #expect(Command(["make"]).isAction)
        #expect(!Command(["make"], creates: "/x").isAction)
    }

    @Test func guardsAreAskedInTheCommandsSurroundings() throws {
        let command = Command(
            ["make"],
            unless: ["sh", "-c", "[ \"$A\" = 'b c' ] && [ \"$PWD\" = / ]"],
            environment: ["A": "b c"],
            directory: "/"
        )
        let statuses = try look(
            at: [command.unless!, Invocation(["false"]), Invocation(["no-such-program"])]
                .map { CommandObservation(invocation: $0) }
        )
        #expect(statuses == [0, 1, 127])
    }

    @Test(
        "refuses what cannot be run",
        arguments: [
            Command([]), Command([""]), Command(["make"], creates: "relative"), Command(["make"], unless: []),
            Command(["make"], environment: ["A-B": "c"]), Command(["a\0b"]),
        ]
    )
    func validation(command: Command) { #expect(throws: (any Error).self) { try command.validate() } }

    @Test func aHostIsRestartedOnlyIfRequired() {
        #expect(Reboot().plan(from: true).titles == ["restart the host"])
        #expect(Reboot(onlyIfRequired: true).plan(from: false).shown == "unchanged")
        #expect(Reboot().probe.observations.isEmpty)
        #expect(Reboot(onlyIfRequired: true).probe.observations.count == 1)
        #expect(Shutdown().plan(from: ()).titles == ["power the host off"])
    }
}
