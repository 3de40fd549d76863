// The other end of TLS for tests: certificates made on the spot, blocking server connections, and clients without a
// socket.
#ifndef NUMBERS_CSTUBTLS_H
#define NUMBERS_CSTUBTLS_H

#include <stddef.h>

typedef struct ssl_st stub_connection;
typedef struct ssl_ctx_st stub_context;

// Makes a key and a certificate for it, both as PEM that the caller frees with free(). `names` is a subjectAltName list
// as openssl.cnf spells it ("IP:127.0.0.1,DNS:crm.test"). Times are seconds from now. Without an issuer it signs itself.
// Returns 1, or 0 when something failed.
int stub_certificate(const char *subject, const char *names, long begins, long ends, int is_authority, int is_rsa,
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

// A client that takes and gives records. It trusts the authority and nothing else, and asks for the name (NULL: for none,
// and any certificate of the authority will do). `protocols` is a list as RFC 7301 writes it, empty for none; `version`
// is 12 or 13 for that one only, 0 for both; `session` is what stub_session gave, or NULL.
stub_connection *stub_client(const char *authority, const char *name, const unsigned char *protocols, unsigned count,
                             int version, void *session);
// Offers what nobody should accept: 1 when the list is known to OpenSSL.
int stub_use_ciphers(stub_connection *client, const char *tls12_list, const char *groups);
// 1 when the handshake is over, 0 when records are needed, -1 when it failed.
int stub_handshake(stub_connection *client);
void stub_put_records(stub_connection *client, const void *bytes, int count);
int stub_take_records(stub_connection *client, void *bytes, int count);
// The number of bytes; 0 when records are needed, -1 at the orderly end (close_notify), -2 when it failed.
int stub_read_records(stub_connection *client, void *bytes, int count);
// close_notify.
void stub_end(stub_connection *client);
// Asks for new keys on both sides (TLS 1.3). 1 when it did.
int stub_update_keys(stub_connection *client);
// Asks for a new handshake (TLS 1.2). 1 when the client did.
int stub_renegotiate(stub_connection *client);
int stub_version(stub_connection *client);
int stub_is_resumed(stub_connection *client);
const char *stub_cipher(stub_connection *client);
int stub_compresses(stub_connection *client);
// The common name of the server's certificate, and how many certificates came with it.
int stub_peer(stub_connection *client, char *name, int count);
// What was agreed on by ALPN; the number of its bytes.
int stub_protocol(stub_connection *client, char *name, int count);
// The number of the alert the server has sent, -1 for none.
int stub_alert(stub_connection *client);
void *stub_session(stub_connection *client);
void stub_session_free(void *session);

#endif
