import Provisioning

/// Shell that starts units and makes sure of what came of it.
enum UnitScript {
    /// Runs `systemctl VERB UNIT`. A unit that is not active all through the next half second, or is started anew
    /// within it, has failed, and the end of its journal says why.
    ///
    /// `systemctl start` itself is content with a simple service as soon as it was forked (systemd.service(5)).
    ///
    /// - Parameter verbs: of systemctl; each is for where the one before it fails.
    static func activate(_ unit: String, by verbs: [String]) -> String {
        let attempts = verbs.map { "systemctl \($0) -- \"$unit\"" }.joined(separator: " || ")
        return """
            unit=\(shellQuoted(unit))
            property() { systemctl show --no-pager --value -p "$1" -- "$unit"; }
            tell() {
              { echo "$unit $1; its journal ends:"; journalctl --no-pager -q -o cat -n 15 -u "$unit"; } >&2
              exit 1
            }
            systemctl reset-failed -- "$unit" 2>/dev/null || :
            \(attempts) || tell "did not start"
            restarts=$(property NRestarts)
            for look in 1 2 3 4 5; do
              state=$(property ActiveState)
              case $state in
                active | reloading) sleep 0.1 ;;
                *) tell "was started, and is $state (result: $(property Result))" ;;
              esac
            done
            [ "$(property NRestarts)" = "$restarts" ] || tell "ends and is started again and again"
            """
    }
}
