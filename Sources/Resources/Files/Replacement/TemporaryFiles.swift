import Provisioning

/// Shell around the temporary files of a change. They lie in `$folder`, beside what they will replace, and begin with a
/// dot, so that no pattern of a "conf.d" catches them. Their names say which shell they are of.
enum TemporaryFiles {
    /// Defines `temporary`, and removes what a run left in `$folder` that was killed in the middle. What a shell that
    /// lives may still need stays; of its own there is none, since a shell does one step after the other.
    static let preparation = """
        \(ProcessBirth.function)
        for left in "$folder"/.apus.*.*.*; do
          [ -e "$left" ] || continue
          owner=${left#"$folder"/.apus.}; owner=${owner%.*}; born "${owner%.*}"
          [ "$owner" != "${owner%.*}.$since" ] || [ "${owner%.*}" = $$ ] || continue
          rm -rf -- "$left" || :
        done
        born $$
        own=$folder/.apus.$$.$since
        temporary() { ( umask 077; mktemp "$@" "$own.XXXXXX" ); }
        trap 'rm -rf -- "$own".*' EXIT
        \(endOnSignals)
        """

    /// A shell that a signal ends runs no EXIT trap, and a killed controller is a closed pipe to whoever still writes.
    static let endOnSignals = "trap 'exit 1' HUP INT TERM PIPE"
}
