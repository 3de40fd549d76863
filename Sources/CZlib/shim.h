// zlib. Its initialisers are macros, which Swift does not import.
#ifndef NUMBERS_CZLIB_SHIM_H
#define NUMBERS_CZLIB_SHIM_H

#include <zlib.h>

// 15: the largest window; 16: a gzip wrapper and no other (zlib.h).
static inline int no_inflate_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
static inline int no_deflate_gzip(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
static inline int no_deflate_gzip_level(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
