/* Preloaded into h2load, which has no option for it: gives each TLS context the client's certificate. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

extern int SSL_CTX_use_certificate_file(void *, const char *, int);
extern int SSL_CTX_use_PrivateKey_file(void *, const char *, int);

void *SSL_CTX_new(const void *method) {
    void *(*real)(const void *) = (void *(*)(const void *)) dlsym(RTLD_NEXT, "SSL_CTX_new");
    void *context = real(method);
    const char *certificate = getenv("CLIENT_CERTIFICATE"), *key = getenv("CLIENT_KEY");
    if (context && certificate && key
            && (SSL_CTX_use_certificate_file(context, certificate, 1) != 1 || SSL_CTX_use_PrivateKey_file(context, key, 1) != 1)) {
        abort();
    }
    return context;
}
