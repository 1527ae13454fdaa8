import CLibSSH2

extension SSHConnection {
    /// The methods that the server offers; none where it wants no authentication at all.
    func offeredMethods() async throws -> [String] {
        let user = endpoint.user
        stage = .authenticating("the question for its methods")
        return try await perform(.session) { [self] session in
            if let list = libssh2_userauth_list(session, user, UInt32(user.utf8.count)) {
                return String(cString: list).split(separator: ",").map(String.init)
            }
            if libssh2_userauth_authenticated(session) == 1 { return [] }
            let code = libssh2_session_last_errno(session)
            if code == LIBSSH2_ERROR_EAGAIN { return nil }
            guard let wire else { return nil }
            wire.lose(lastMessage())
            throw lost(wire)
        }
    }

    /// - Returns: whether that logged in.
    func tryPassword(
        _ authentication: Authentication,
        methods: [String],
        attempts: inout Attempts,
        limit: Duration
    ) async throws -> Bool {
        let usable = methods.filter { ["password", "keyboard-interactive"].contains($0) }.sorted().reversed()
        if authentication.password == nil, authentication.prompts == nil { return false }
        guard !usable.isEmpty else {
            attempts.add("password", "not offered by the server")
            return false
        }
        let password = try await waitForPeople(limit: limit) { await authentication.password?() }
        if password == nil { attempts.add("password", "none given") }
        for method in usable {
            stage = .authenticating("the \(method)")
            let code: Int32
            if method == "password" {
                guard let password else { continue }
                code = try await sendPassword(password)
            } else {
                guard password != nil || authentication.prompts != nil else { continue }
                code = try await converse(password, authentication.prompts, limit: limit)
            }
            if code == 0 { return true }
            attempts.add(method, "refused by the server")
        }
        return false
    }

    private func sendPassword(_ password: String) async throws -> Int32 {
        let user = endpoint.user
        return try await perform(.session) { [self] session in
            let code = libssh2_userauth_password_ex(
                session,
                user,
                UInt32(user.utf8.count),
                password,
                UInt32(password.utf8.count),
                nil
            )
            return try authenticationCode(code)
        }
    }

    // MARK: Keyboard-interactive

    /// Answers what the server asks, until it is content or refuses.
    private func converse(
        _ password: String?,
        _ person: PromptAnswerer?,
        limit: Duration
    ) async throws -> Int32 {
        let conversation = PromptConversation(password: password)
        wire?.conversation = conversation
        defer { endConversation() }
        var answers: [String]?
        while true {
            switch try await step(of: conversation, answers) {
            case .returned(let code): return code
            case .asks(let prompts):
                answers = try await waitForPeople(limit: limit) { await person?(prompts) } ?? []
            }
        }
    }

    private func step(of conversation: PromptConversation, _ answers: [String]?) async throws
        -> PromptConversation.Step
    {
        let user = endpoint.user
        var answers = answers
        return try await perform(.session, isDroppable: { false }) { [self] session in
            let step: PromptConversation.Step
            if let given = answers {
                answers = nil
                step = conversation.answer(given)
            } else {
                step = conversation.run {
                    libssh2_userauth_keyboard_interactive_ex(
                        session,
                        user,
                        UInt32(user.utf8.count),
                        PromptConversation.callback
                    )
                }
            }
            guard case .returned(let code) = step else { return step }
            return try authenticationCode(code).map { .returned($0) }
        }
    }

    /// Also where a person is still being asked.
    func endConversation() {
        wire?.conversation?.end()
        wire?.conversation = nil
    }

    private func authenticationCode(_ code: Int32) throws -> Int32? {
        if code == LIBSSH2_ERROR_EAGAIN { return nil }
        if code != 0, noteFatal(Int(code)), let wire { throw lost(wire) }
        return code
    }
}
