public import HostInventory
import SSH
import Synchronization

/// What a login may have to ask a person.
public enum LoginQuestion: Sendable, Hashable {
    /// Of the private key at that path.
    case passphrase(path: String)
    /// Of a user, for all hosts where this user logs in; of a jump host for that one.
    case password(user: String, jumpHost: String?)
    /// What a host asks itself at the login: a code, a new password.
    case prompt(host: String, text: String, echoes: Bool)
}

/// Asks a person; nil where nobody answers.
public typealias LoginAnswerer = @Sendable (LoginQuestion) async -> Secret?

/// The passwords of a run's logins, each asked for once, however many hosts want it.
final class LoginPasswords: Sendable {
    private let ask: LoginAnswerer
    private let asked = Mutex<[LoginQuestion: Task<Secret?, Never>]>([:])

    init(ask: @escaping LoginAnswerer) {
        self.ask = ask
    }

    func password(of user: String, atJumpHost jumpHost: String?) async -> Secret? {
        let question = LoginQuestion.password(user: user, jumpHost: jumpHost)
        let answer = asked.withLock { asked in
            let answer = asked[question] ?? Task { [ask] in await ask(question) }
            asked[question] = answer
            return answer
        }
        return await answer.value
    }

    /// Asks what the host asks, one after the other.
    func answers(to prompts: [Authentication.Prompt], of endpoint: SSHEndpoint) async -> [String]? {
        var answers: [String] = []
        for prompt in prompts {
            let question = LoginQuestion.prompt(
                host: "\(endpoint)",
                text: prompt.text,
                echoes: prompt.echoes
            )
            guard let answer = await ask(question) else { return nil }
            answers.append(answer.revealed)
        }
        return answers
    }
}
