import HostInventory
import Provisioning
import Testing

@testable import Resources

@Suite("Users")
struct UserTests {
    private static let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabc alice@laptop"
    private static let other = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABxyz"
    private static let account = """
        user deploy:x:1001:1001:Deploys,,,:/home/deploy:/bin/bash
        group deploy:x:1001:
        group docker:x:998:deploy
        group sudo:x:27:

        """
    private static let home = """
        path deploy 41ed 1001 1001
        path deploy 41c0 1001 1001
        path deploy 8180 1001 1001

        """

    private func state(of user: User, _ output: String) throws -> UserState {
        let subject = UserObservation(
            user: user.user,
            password: user.passwordHash != nil,
            keys: user.wantsKeys
        )
        return try UserObservation.answers(from: ShellOutput(output), for: [subject])[0]
    }

    @Test(
        "plans only what differs",
        arguments: [
            (User("deploy"), account, "unchanged", ""),
            (User("deploy", groups: ["docker"]), account, "unchanged", ""),
            (User("deploy", comment: "Deploys"), account, "unchanged", ""),
            (
                User("deploy", groups: ["sudo"]), account, "change: groups: docker → docker sudo",
                "usermod --append --groups sudo -- deploy"
            ),
            (
                User("deploy", groups: ["sudo"], exclusiveGroups: true), account,
                "change: groups: docker → sudo",
                "usermod --groups sudo -- deploy"
            ),
            (
                User("deploy", shell: "/bin/sh", home: "/srv/deploy"), account,
                "change: shell: /bin/bash → /bin/sh, home: /home/deploy → /srv/deploy",
                "usermod --shell /bin/sh --home /srv/deploy -- deploy"
            ),
            (User("deploy", groups: ["kvm"]), account, "unknown: the group kvm is not there yet", ""),
            (
                User("ops", groups: ["sudo"], system: true), "group sudo:x:27:\n",
                "change: state: absent → present",
                "useradd --system --groups sudo --shell /usr/sbin/nologin -- ops"
            ),
            (User("deploy", state: .absent), account, "change: state: present → absent", "userdel -- deploy"),
            (User("deploy", state: .absent), "group sudo:x:27:\n", "unchanged", ""),
            (
                User("deploy", passwordHash: "$y$j9T$abc"), account + "shadow deploy:$y$j9T$abc:1::::::\n",
                "unchanged", ""
            ),
            (
                User("deploy", passwordHash: "$y$j9T$abc"), account + "shadow deploy:!:1::::::\n",
                "change: password: another → «hidden»", "chpasswd -e"
            ),
            (User("deploy", authorizedKeys: [key]), account + home + "key deploy \(key)\n", "unchanged", ""),
            (
                User("deploy", authorizedKeys: [key]),
                account + home + "key deploy # mine\nkey deploy \(other)\n",
                "change: key: absent → ssh-ed25519 …AAIabc alice@laptop", "write ~deploy/.ssh/authorized_keys"
            ),
            (
                User("deploy", authorizedKeys: [key], exclusiveKeys: true),
                account + home + "key deploy \(key)\nkey deploy \(other)\n",
                "change: key: ssh-rsa …QABxyz → absent", "write ~deploy/.ssh/authorized_keys"
            ),
            (
                User("deploy", authorizedKeys: [key]),
                account + home.replacing("8180", with: "81a4") + "key deploy \(key)\n",
                "change: mode of ~/.ssh/authorized_keys: 0644 → 0600", "write ~deploy/.ssh/authorized_keys"
            ),
            (
                User("deploy", authorizedKeys: [key]),
                account + home.replacing("8180 1001", with: "8180 0") + "key deploy \(key)\n",
                "change: owner of ~/.ssh/authorized_keys: uid 0 → deploy",
                "write ~deploy/.ssh/authorized_keys"
            ),
            (
                User("deploy", authorizedKeys: [key]),
                account + home.replacing("41c0 1001 1001", with: "link - - -"),
                "unknown: ~/.ssh of deploy is a symbolic link, which is not followed; replace it by what it leads to",
                ""
            ),
        ] as [(User, String, String, String)]
    )
    func plan(user: User, output: String, plan: String, title: String) throws {
        try user.validate()
        let result = user.plan(from: try state(of: user, output))
        #expect(result.shown == plan)
        #expect(result.titles.joined(separator: "; ") == title)
    }

    @Test(
        "refuses what could be taken for something else",
        arguments: [
            User("-x"), User("a b"), User("root:x"), User("x", passwordHash: "plain"),
            User("x", authorizedKeys: ["nokey"]),
            User("x", authorizedKeys: ["a b\nc d"]),
            User("x", authorizedKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----"]),
            User("x", home: "relative"), User("x", comment: "a:b"),
        ]
    )
    func validation(user: User) { #expect(throws: ResourceError.self) { try user.validate() } }

    @Test("sees this machine's users")
    func reality() throws {
        let states = try look(
            at: ["root", "nobody-here"].map { UserObservation(user: $0, password: false, keys: true) }
        )
        #expect(states[0].account?.userID == 0)
        #expect(states[0].groupName(0) == "root")
        #expect(states[1].account == nil)
    }
}
