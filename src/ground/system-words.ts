/** What the system's codes and those of Node and undici mean, in words that fit into parentheses. */
const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    EACCES: 'permission denied',
    EADDRINUSE: 'the port is in use',
    EADDRNOTAVAIL: 'the address is not available',
    EAI_AGAIN: 'the name server did not answer',
    EBADF: 'the file is not open',
    EBUSY: 'the file is in use',
    ECONNABORTED: 'the connection was broken off',
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was closed by the other side',
    EDQUOT: 'the disk quota is used up',
    EEXIST: 'it exists already',
    EFBIG: 'the file would be too large',
    EHOSTUNREACH: 'there is no route to the host',
    EINVAL: 'the system does not support this',
    EIO: 'the disk reports an error',
    EISDIR: 'it is a directory',
    ELOOP: 'the symbolic links lead in a circle',
    EMFILE: 'too many files are open',
    ENAMETOOLONG: 'the name is too long',
    ENETDOWN: 'the network is down',
    ENETUNREACH: 'there is no route to the network',
    ENFILE: 'too many files are open on this machine',
    ENODEV: 'no such device',
    ENOENT: 'no such file or directory',
    ENOEXEC: 'it is not a program for this system',
    ENOMEM: 'there is not enough memory',
    ENOSPC: 'no space left on the disk',
    ENOTDIR: 'part of the path is not a directory',
    ENOTFOUND: 'no such host',
    ENXIO: 'no such device',
    EPERM: 'not permitted',
    EPIPE: 'the other side closed the connection',
    EPROTO: 'no TLS version or cipher in common, or it is not a TLS server',
    EROFS: 'the disk is read-only',
    ETIMEDOUT: 'no answer in time',
    ETXTBSY: 'the program is being written',
    CERT_HAS_EXPIRED: 'it has expired',
    CERT_NOT_YET_VALID: 'it is not valid yet',
    CERT_REVOKED: 'it was revoked',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
    ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate authority is not known',
    UNABLE_TO_GET_ISSUER_CERT: 'its certificate authority is not known',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate authority is not known',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate authority is not known',
    ERR_SSL_WRONG_VERSION_NUMBER: 'it is not a TLS server',
    ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it is not a TLS server',
    UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
    UND_ERR_HEADERS_OVERFLOW: 'the headers of the reply are too long',
    UND_ERR_SOCKET: 'the connection was closed by the other side',
  }),
);

/** The `code` of an error of the system or of a library, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What a failure, or its code, means in words: `no such file or directory`; without words for it, its code. */
export function systemReason(failure: unknown): string {
  const code = typeof failure === 'string' ? failure : systemErrorCode(failure);
  if (code === undefined) {
    return 'unknown reason';
  }
  return words.get(code) ?? `system error ${code}`;
}
