import Provisioning

/// Replaces a file so that whoever reads it sees the old or the new one, whole.
struct AtomicReplacement: Sendable {
    let path: String
    /// Of the new file.
    let attributes: FileAttributes
    var options = FileReplacement()
    /// Whether the validation's words stay unsaid, since they may quote the content.
    var isSecret = false

    /// - Parameter producer: a command whose standard output is the new content.
    func script(writing producer: String) -> String {
        script([#"\#(producer) >"$new""#])
    }

    /// The new content comes in on the standard input.
    ///
    /// - Parameters:
    ///   - size: in bytes: what a killed run cut off takes nothing's place.
    ///   - isLarge: who sends it digests it, and the host tells which file it became, instead of reading it once more.
    func script(receiving size: Int, isLarge: Bool) -> String {
        // Not wc: BusyBox's reads all of it.
        let receiving = #"""
            cat >"$new"
            [ "$(stat -c %s -- "$new")" -eq \#(size) ] || { echo 'the content was cut off' >&2; exit 1; }
            """#
        let noting = [DigestMemory.tellFunction, #"written=$(stat -c '%s %y' -- "$new")"#]
        return script([receiving] + (isLarge ? noting : []))
    }

    private func script(_ writing: [String]) -> String {
        let before = [
            "set -e", Step.warnFunction, place, TemporaryFiles.preparation, FileAttributes.immutability,
            #"new=$(temporary) || { immutable "$folder"; exit 1; }"#, "written=",
        ]
        let after = [
            attributes.ownerCommand(on: #""$new""#), keeping, attributes.modeCommand(on: #""$new""#),
            #"sync "$new""#, validation, backup, Self.renaming, inPlace,
        ]
        return (before + writing + after.compactMap(\.self)).joined(separator: "\n")
    }

    /// Sets `$path` and `$folder`, without symbolic links in them.
    private var place: String {
        // Not readlink -f: BusyBox's mistakes a relative link to nothing for one beside the current folder.
        let follow = #"""
            links=0
            while [ -L "$path" ]; do
              [ $((links += 1)) -le 40 ] || { echo "$path is a symbolic link that leads in a circle" >&2; exit 1; }
              target=$(readlink -- "$path")
              case $target in /*) path=$target ;; *) path=${path%/*}/$target ;; esac
            done
            """#
        return """
            path=\(shellQuoted(path))
            \(options.symbolicLinks == .follow ? follow : ":")
            folder=${path%/*}; folder=${folder:-/}
            folder=$(cd -P -- "$folder" 2>&1 && pwd -P) || { echo "the folder of $path: $folder" >&2; exit 1; }
            path=${folder%/}/${path##*/}
            [ ! -d "$path" ] || [ -L "$path" ] || { echo "$path is a folder" >&2; exit 1; }
            """
    }

    /// ACL, extended attributes and SELinux context of the file that is replaced.
    ///
    /// BusyBox's tools know nothing of the first two. An ACL is put together on an empty file first, so that nobody may
    /// read the new content before its final mode limits the ACL too.
    private var keeping: String {
        """
        names=1
        if [ -f "$path" ] && [ ! -L "$path" ]; then
          if said=$(cp --attributes-only --preserve=xattr -- "$path" "$new" 2>&1); then
            acl() { case $(ls -ld -- "$1") in ??????????+*) ;; *) return 1 ;; esac; }
          else
            case $said in
              *'unrecognized option'*) ;;
              *) warn "the extended attributes of $path are lost: $said" ;;
            esac
            acl() { [ -n "$(getfacl -cps -- "$1" 2>/dev/null)" ]; }
          fi
          permissions() {
            cp --attributes-only --preserve=mode -- "$1" "$2" 2>/dev/null ||
              { getfacl -cp -- "$1" | setfacl --set-file=- -- "$2"; } || {
                echo "$path has an ACL, and there is neither GNU's cp nor setfacl to keep it" >&2
                exit 1
              }
          }
          if acl "$path" || acl "$new"; then
            shape=$(temporary)
            permissions "$path" "$shape"
            \(attributes.modeCommand(on: "\"$shape\"") ?? ":")
            permissions "$shape" "$new"
            rm -f -- "$shape"
          fi
          if command -v selinuxenabled >/dev/null && selinuxenabled; then
            chcon --reference="$path" -- "$new"
          fi
          names=$(stat -c %h -- "$path")
        fi
        """
    }

    private var validation: String? {
        options.validation.map { validation in
            let output = isSecret ? ">/dev/null 2>&1" : ">&2"
            let silence = isSecret ? "; what it says may quote a secret and is not shown" : ""
            return """
                \(validation.command(candidate: "\"$new\"")) \(output) </dev/null || {
                  status=$?
                  echo "$path stays as it was:" \(shellQuoted(validation.display)) "refuses the new content (status $status)\(silence)" >&2
                  exit 1
                }
                """
        }
    }

    /// The old file itself, under another name; where there can be no second name, a copy.
    private var backup: String? {
        guard options.backups > 0 else { return nil }
        let digits = { String(repeating: "[0-9]", count: $0) }
        let versions = #""$folder/.$name".\#(digits(8))T\#(digits(6))Z.\#(digits(2))~"#
        return """
            if [ -e "$path" ] || [ -L "$path" ]; then
              name=${path##*/}; now=$(date -u +%Y%m%dT%H%M%SZ); kept=; number=0
              for version in \(versions); do
                # A run that was killed had come this far.
                if [ "$version" -ef "$path" ]; then kept=$version; names=$((names - 1)); fi
                case $version in *."$now".??~) number=${version%?}; number=$((1${number##*.} - 99)) ;; esac
              done
              kept=${kept:-$folder/.$name.$now.$(printf %02d $number)~}
              if ! [ "$kept" -ef "$path" ] && ! ln -- "$path" "$kept" 2>/dev/null; then
                copy=$(temporary)
                cp -p -- "$path" "$copy"
                sync "$copy"
                mv -f -- "$copy" "$kept"
              fi
              set -- \(versions)
              while [ $# -gt \(options.backups) ]; do rm -f -- "$1"; shift; done
            fi
            """
    }

    /// Leaves the script where the kernel did it.
    private static let renaming = #"""
        if said=$(mv -fT -- "$new" "$path" 2>&1); then
          [ "$names" -le 1 ] || warn "$path had $names names (hard links); the others keep the old content"
          trap - EXIT
          sync "$folder"
          # Not where a validation, or somebody else, has written to it since.
          [ -z "$written" ] || [ "$(stat -c '%s %y' -- "$path")" != "$written" ] || tell_identity "$path"
          exit 0
        fi
        """#

    /// rename(2) refuses to replace what is mounted: /etc/hosts in a container.
    private var inPlace: String {
        """
        mounted=
        while read -r id parent device root point rest; do
          case $point in *\\\\*) point=$(printf %b "$point") ;; esac
          [ "$point" != "$path" ] || mounted=yes
        done </proc/self/mountinfo
        if [ -z "$mounted" ]; then echo "$said" >&2; immutable "$path"; exit 1; fi
        warn "$path is a mount point of its own, and was written in place; who read it meanwhile may have seen a part"
        cat <"$new" >"$path"
        \(attributes.commands(on: "\"$path\"").joined(separator: "\n"))
        sync "$path"
        """
    }
}
