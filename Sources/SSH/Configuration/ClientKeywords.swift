/// The options of ssh_config(5), in lower case.
enum ClientKeywords {
    /// Those that `ClientSetting` gives a value.
    private static let followed: Set<String> = [
        "connecttimeout", "globalknownhostsfile", "hostkeyalias", "hostname", "identitiesonly",
        "identityagent",
        "identityfile", "identityfile2", "passwordauthentication", "port", "proxycommand", "proxyjump",
        "pubkeyauthentication", "serveralivecountmax", "serveraliveinterval", "stricthostkeychecking", "user",
        "userknownhostsfile",
    ]

    /// Those that decide about the connection and that libssh2 cannot follow, with the value that asks for nothing.
    static let unsupported = [
        "addressfamily": "any", "bindaddress": "none", "bindinterface": "none", "canonicalizehostname": "no",
        "certificatefile": "none", "knownhostscommand": "none", "pkcs11provider": "none",
        "proxyusefdpass": "no", "refuseconnection": "none", "revokedhostkeys": "none",
        "smartcarddevice": "none",
    ]

    /// Those without a meaning for what Apus does, and those of algorithms and methods, which libssh2 has its own of.
    static let ignored: Set<String> = [
        "addkeystoagent", "batchmode", "canonicaldomains", "canonicalizefallbacklocal",
        "canonicalizemaxdots", "canonicalizepermittedcnames", "casignaturealgorithms",
        "challengeresponseauthentication", "channeltimeout", "checkhostip", "cipher", "ciphers",
        "clearallforwardings", "compression", "compressionlevel", "connectionattempts", "controlmaster",
        "controlpath", "controlpersist", "dsaauthentication", "dynamicforward", "enableescapecommandline",
        "enablesshkeysign", "escapechar", "exitonforwardfailure", "fallbacktorsh", "fingerprinthash",
        "forkafterauthentication", "forwardagent", "forwardx11", "forwardx11timeout", "forwardx11trusted",
        "gatewayports", "globalknownhostsfile2", "gssapiauthentication", "gssapiclientidentity",
        "gssapidelegatecredentials", "gssapikexalgorithms", "gssapikeyexchange",
        "gssapirenewalforcesrekey", "gssapiserveridentity", "gssapitrustdns", "hashknownhosts",
        "hostbasedacceptedalgorithms", "hostbasedauthentication", "hostbasedkeytypes", "hostkeyalgorithms",
        "ipqos", "kbdinteractiveauthentication", "kbdinteractivedevices", "kexalgorithms",
        "localcommand", "localforward", "loglevel", "logverbose", "macs",
        "nohostauthenticationforlocalhost", "numberofpasswordprompts", "obscurekeystroketiming",
        "permitlocalcommand", "permitremoteopen", "preferredauthentications", "protocol",
        "protocolkeepalives", "pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes", "rekeylimit",
        "remotecommand", "remoteforward", "requesttty", "requiredrsasize", "rhostsauthentication",
        "rhostsrsaauthentication", "rsaauthentication", "securitykeyprovider", "sendenv", "sessiontype",
        "setenv", "setuptimeout", "skeyauthentication", "stdinnull", "streamlocalbindmask",
        "streamlocalbindunlink", "syslogfacility", "tag", "tcpkeepalive", "tisauthentication", "tunnel",
        "tunneldevice", "updatehostkeys", "usekeychain", "useprivilegedport", "useroaming", "usersh",
        "userknownhostsfile2", "verifyhostkeydns", "versionaddendum", "visualhostkey", "warnweakcrypto",
        "xauthlocation",
    ]

    static func contains(_ keyword: String) -> Bool {
        followed.contains(keyword) || unsupported[keyword] != nil || ignored.contains(keyword)
    }
}
