import HostInventory
import Journal
import Vault

/// Whether `error` is about what the person gave us, so that the exit status is 64 and no host was touched.
func isInputError(_ error: any Error) -> Bool {
    error is InventoryError || error is VariableError || error is PatternError || error is ConsoleError
        || error is JournalError || error is VaultError
}
