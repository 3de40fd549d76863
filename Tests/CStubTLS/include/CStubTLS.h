// The other end of TLS for the client's tests: certificates made on the spot, and blocking server connections.
#ifndef NUMBERS_CSTUBTLS_H
#define NUMBERS_CSTUBTLS_H

#include <stddef.h>

typedef struct ssl_st stub_connection;
typedef struct ssl_ctx_st stub_context;

// Makes a key and a certificate for it, both as PEM that the caller frees with free(). `names` is a subjectAltName list
// as openssl.cnf spells it ("IP:127.0.0.1,DNS:crm.test"). Times are seconds from now. Without an issuer it signs itself.
// Returns 1, or 0 when something failed.
int stub_certificate(const char *subject, const char *names, long begins, long ends, int is_authority,
                     const char *issuer_certificate, const char *issuer_key, char **certificate, char **key);

// A server's TLS settings; with `http2` it chooses h2 when that is offered, with `client_authority` it demands a client
// certificate by that authority. NULL when something failed.
stub_context *stub_context_new(const char *certificate, const char *key, int http2, const char *client_authority);
void stub_context_free(stub_context *context);

// The handshake on a connected socket; NULL when it failed.
stub_connection *stub_accept(stub_context *context, int descriptor);
// As recv and send; 0 or less at the end.
int stub_read(stub_connection *connection, void *bytes, int count);
int stub_write(stub_connection *connection, const void *bytes, int count);
int stub_speaks_http2(stub_connection *connection);
void stub_free(stub_connection *connection);

#endif
