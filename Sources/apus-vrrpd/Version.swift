/// What `--version` prints.
let agentVersion = "0.1.0"
