/// Knows a question for a password when it sees one.
enum PasswordPrompt {
    /// What programs call a password, in the languages that they are translated into.
    private static let words = [
        "password", "passwort", "kennwort", "wachtwoord", "passord", "passphrase", "mot de passe",
        "contraseña",
        "contrasenya", "contrasinal", "pasahitza", "senha", "palavra-passe", "parola", "parole", "parool",
        "parolă",
        "lösenord", "adgangskode", "lykilorð", "salasana", "hasło", "heslo", "jelszó", "geslo", "lozinka",
        "zaporka",
        "slaptažodis", "şifre", "fjalëkalimi", "пароль", "парола", "лозинка", "κωδικός", "συνθηματικό",
        "סיסמה",
        "סיסמא", "كلمة السر", "كلمة المرور", "گذرواژه", "密码", "密碼", "口令", "パスワード", "암호", "비밀번호",
        "รหัสผ่าน", "mật khẩu", "kata sandi", "पासवर्ड",
    ]

    /// Whether the last line asks for one: it has not ended, since it waits for the answer.
    static func ends(_ text: some StringProtocol) -> Bool {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let line = lines.last.map({ String($0).trimmed.lowercased() }), let end = line.last,
            end == ":" || end == "："
        else { return false }
        return words.contains { line.contains($0) }
    }
}
