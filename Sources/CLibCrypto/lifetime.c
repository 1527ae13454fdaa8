#include "CLibCrypto.h"

// Connections may still close in other threads while the process exits: they must find the library whole.
__attribute__((constructor)) static void keepUntilTheProcessIsGone(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
}
